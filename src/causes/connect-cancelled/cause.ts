import { defineCause } from '../cause.ts';
import { duration, impossible, possible, seen, standing } from '../finding.ts';
import { notRefusedByClient } from '../handshake.ts';
import { facts } from './facts.ts';

/** An application gives up no sooner than this; a scanner never waits. */
const PATIENCE_MS = 900;

export const connectCancelled = defineCause({
  id: 'connect-cancelled',
  facts,
  particular: true,
  recognise(e) {
    const out = notRefusedByClient(e);
    if (out !== undefined) return out;
    if (e.trigger !== undefined && e.trigger.kind !== 'syn-ack') {
      return impossible(
        e.trigger.frame,
        'it was not a SYN,ACK that drew it',
        '引出它的不是 SYN,ACK',
      );
    }
    if (e.synAckForOtherSyn !== undefined || e.impossibleTimestampEcho) {
      return impossible(
        e.trigger?.frame ?? e.reset.frame,
        'a client still waiting would refuse this SYN,ACK too',
        '仍在等待的客户端同样会拒绝这个 SYN,ACK',
      );
    }
    if (e.aftermath.newSynIn !== undefined && e.aftermath.newSynIn.beforeMs > -1000) {
      return impossible(
        e.aftermath.newSynIn.frame,
        'the client went on connecting',
        '客户端仍在继续建立连接',
      );
    }
    const waited = e.sender.syn?.beforeMs ?? 0;
    const late = seen(
      e.trigger?.frame ?? e.reset.frame,
      `the SYN,ACK came ${duration(waited)} after the SYN, and nobody waited for it any more`,
      `SYN,ACK 在 SYN 之后 ${duration(waited)} 才到，已无人等待`,
    );
    return waited >= PATIENCE_MS ? standing([late]) : possible(late);
  },
});
