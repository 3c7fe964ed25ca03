import { silentAbort } from '../abort.ts';
import { defineCause } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { impossible } from '../finding.ts';
import { notActive } from '../signs.ts';
import { facts } from './facts.ts';

export const outOfMemory = defineCause({
  id: 'out-of-memory',
  facts,
  recognise(e) {
    if (e.shape !== 'active') return notActive(e);
    if (!mayBeOrphan(e)) {
      return impossible(
        e.reset.frame,
        'the sender had neither closed nor anything left to deliver: only orphans with data are given up',
        '发送方既没有关闭，也没有尚未送达的数据：内核只放弃还有数据的孤儿连接',
      );
    }
    return silentAbort(e);
  },
});

/** tcp_check_oom asks of orphans only: a FIN was sent, or waits behind data that is not yet delivered. */
const mayBeOrphan = (e: Evidence): boolean =>
  e.sender.fin !== undefined ||
  mayHaveDataLeft(e) ||
  e.sender.unansweredRetransmissions > 0 ||
  e.sender.windowProbes > 0 ||
  e.receiver.zeroWindow !== undefined;

/** What every socket may hold whatever the others do (SOCK_MIN_SNDBUF), in bytes. */
const ALWAYS_GRANTED = 4608;
/** Of a connection joined late; most round trips are shorter. */
const ROUND_TRIP_MS = 100;

/**
 * A flight is unacknowledged, or its acknowledgement may not have reached the sender before its reset.
 * Without a FIN more is waiting behind it, so it was as large as the congestion window allowed.
 */
const mayHaveDataLeft = ({ sender, capture }: Evidence): boolean => {
  if (sender.bytesSent <= ALWAYS_GRANTED) return false;
  if (sender.bytesSent > sender.bytesAcknowledged) return true;
  const roundTripMs = capture.handshakeRttMs ?? ROUND_TRIP_MS;
  return sender.lastData !== undefined && sender.lastData.beforeMs <= roundTripMs;
};
