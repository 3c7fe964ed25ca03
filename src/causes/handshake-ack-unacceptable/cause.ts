import { defineCause } from '../cause.ts';
import { against, duration, expected, impossible, possible, seen } from '../finding.ts';
import { answerMissed, notRefusedByClient } from '../handshake.ts';
import { facts } from './facts.ts';

/** Linux sends its SYN again some 10 ms after refusing an answer, others after a second. */
const SOON_MS = 3500;

export const handshakeAckUnacceptable = defineCause({
  id: 'handshake-ack-unacceptable',
  facts,
  particular: true,
  recognise(e) {
    const missed = answerMissed(e);
    if (missed !== undefined) return missed;
    const out = notRefusedByClient(e);
    if (out !== undefined) return out;
    const { newSynIn, newSynIsOther } = e.aftermath;
    const odd = e.ackInsteadOfSynAck ?? e.synAckForOtherSyn;
    if (odd === undefined && newSynIn !== undefined && e.trigger !== undefined && !newSynIsOther) {
      return impossible(
        e.trigger.frame,
        'the SYN,ACK acknowledges just that SYN, and the client, still connecting, refused it all the same: not for its ACK',
        'SYN,ACK 确认的正是这个 SYN，仍在连接的客户端却拒绝了它：不是因为确认号',
      );
    }
    if (
      odd === undefined &&
      newSynIn !== undefined &&
      -newSynIn.beforeMs < SOON_MS &&
      !e.impossibleTimestampEcho
    ) {
      const again = seen(
        newSynIn.frame,
        newSynIsOther
          ? `the client opened with another SYN ${duration(-newSynIn.beforeMs)} later: the first was none of its own any more`
          : `the client was still connecting: it sent its SYN again ${duration(-newSynIn.beforeMs)} later`,
        newSynIsOther
          ? `${duration(-newSynIn.beforeMs)} 之后客户端以另一个 SYN 打开：先前的那个已不属于它`
          : `客户端仍在建立连接：${duration(-newSynIn.beforeMs)} 之后重发了 SYN`,
      );
      return expected(again);
    }
    if (odd === undefined && e.trigger === undefined) {
      return possible(
        against(
          e.reset.frame,
          'the answer that it refused is not in this capture',
          '它所拒绝的应答不在这份抓包里',
        ),
      );
    }
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
