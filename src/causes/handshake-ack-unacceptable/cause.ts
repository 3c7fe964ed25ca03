import { defineCause } from '../cause.ts';
import { expected, impossible, seen } from '../finding.ts';
import { notRefusedByClient } from '../handshake.ts';
import { facts } from './facts.ts';

export const handshakeAckUnacceptable = defineCause({
  id: 'handshake-ack-unacceptable',
  facts,
  recognise(e) {
    const out = notRefusedByClient(e);
    if (out !== undefined) return out;
    const odd = e.ackInsteadOfSynAck ?? e.synAckForOtherSyn;
    if (odd === undefined || (e.trigger !== undefined && e.trigger.frame !== odd.frame)) {
      return impossible(
        e.trigger?.frame ?? e.reset.frame,
        'the answer to the SYN acknowledged just that SYN',
        '对 SYN 的应答确认的正是这个 SYN',
      );
    }
    return expected(
      e.ackInsteadOfSynAck
        ? seen(
            odd.frame,
            'the SYN was answered by a bare ACK for other numbers, not by SYN,ACK',
            'SYN 得到的应答是确认别的序号的单纯 ACK，而不是 SYN,ACK',
          )
        : seen(
            odd.frame,
            'the SYN,ACK acknowledged another SYN than the newest',
            'SYN,ACK 确认的不是最新的那个 SYN',
          ),
      seen(
        e.reset.frame,
        'the connecting side refused it with RST at that very number',
        '建立连接的一方以同一序号的 RST 拒绝了它',
      ),
    );
  },
});
