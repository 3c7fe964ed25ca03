import { PSH, type Segment } from '../wire/segment.ts';
import { distance } from '../wire/sequence.ts';
import { expandReceiveBuffer } from './buffer-tuning.ts';
import { type Connection, NEVER } from './connection.ts';
import { output, transmitAck } from './output.ts';
import { checkSpace } from './send-memory.ts';
import { receiveWindow, windowClamp, windowToOffer } from './window.ts';

/** Linux's TCP_DELACK_MIN and TCP_ATO_MIN, and TCP_DELACK_MAX, in ms. */
const LEAST_MS = 40;
const MOST_MS = 200;
/** TCP_MAX_QUICKACKS. */
const MOST_QUICK = 16;
/** Bytes of text from which on a segment shows an earnest sender. */
const WORTH_MORE = 128;
/** A timer cannot be shorter than one tick of the kernel's clock. */
const TICK_MS = 1;

/** Text came (tcp_event_data_recv): an acknowledgement is owed, and its delay learns from the pace. */
export const textArrived = (c: Connection, segment: Segment, now: number): void => {
  c.ackScheduled = true;
  measurePeerMss(c, segment);
  if (segment.payloadLength >= WORTH_MORE) growWindowBound(c);
  const sinceMs = now - c.lastTextReceivedAtMs;
  c.lastTextReceivedAtMs = now;
  if (c.delayedAckMs === 0) {
    acknowledgeQuickly(c);
    c.delayedAckMs = LEAST_MS;
  } else if (sinceMs <= LEAST_MS / 2) c.delayedAckMs = c.delayedAckMs / 2 + LEAST_MS / 2;
  else if (sinceMs < c.delayedAckMs) {
    c.delayedAckMs = Math.min(c.delayedAckMs / 2 + sinceMs, c.rtoMs);
  } else if (sinceMs > c.rtoMs) acknowledgeQuickly(c);
};

/** tcp_grow_window: whoever sends in earnest is offered more. */
const growWindowBound = (c: Connection): void => {
  const most = windowClamp(c);
  if (c.rcvWndBound < most) c.rcvWndBound = Math.min(most, c.rcvWndBound + 2 * c.advertisedMss);
};

/** tcp_measure_rcv_mss: how large a full segment of the peer is, and whether a write seems to end. */
const measurePeerMss = (c: Connection, segment: Segment): void => {
  const length = segment.segmentSize || segment.payloadLength;
  const isPushed = (segment.flags & PSH) !== 0;
  if (length >= c.rcvMss) {
    if (length > c.rcvMss) c.rcvMss = Math.min(length, Math.max(c.advertisedMss, 1));
    if (isPushed && c.ackPushed === 0) c.ackPushed = 1;
    return;
  }
  c.ackPushed = c.ackPushed === 0 ? 1 : 2;
};

/** For a while every segment is acknowledged at once: the peer may be in slow start, or at a loss. */
const acknowledgeQuickly = (c: Connection): void => {
  const segments = Math.floor(c.rcvWnd / (2 * c.rcvMss));
  c.quickAcks = Math.max(c.quickAcks, Math.min(segments === 0 ? 2 : segments, MOST_QUICK));
};

/** Something is wrong with the order (tcp_enter_quickack_mode): at once, and the next ones too. */
export const acknowledgeAtOnce = (c: Connection): void => {
  acknowledgeQuickly(c);
  c.pingPong = false;
  c.delayedAckMs = LEAST_MS;
  c.ackScheduled = true;
  c.ackNow = true;
};

/**
 * TCP_QUICKACK, tcp(7): not kept for ever; what follows may turn it again. While something is unread the
 * acknowledgement that waits goes on waiting (__tcp_sock_set_quickack).
 */
export const setQuickAck = (c: Connection, isOn: boolean, now: number): void => {
  c.pingPong = !isOn;
  if (!isOn || (c.state !== 'ESTABLISHED' && c.state !== 'CLOSE-WAIT')) return;
  if (c.ackPushed === 0) c.ackPushed = 1;
  if (isReadWhatWaited(c)) transmitAck(c, now);
};

/**
 * A segment was processed: sends what it allows to be sent, and then acknowledges at once, or starts
 * the delay (tcp_data_snd_check and tcp_ack_snd_check, RFC 9293 §3.8.6.3).
 */
export const afterSegment = (c: Connection, now: number): void => {
  if (c.scoreboard !== undefined || c.sndEnd !== c.sndNxt || c.finQueued) output(c, now);
  if (c.writeQueue !== undefined) checkSpace(c, now);
  if (!c.ackScheduled && !c.ackNow) return;
  if (isOwedAtOnce(c)) transmitAck(c, now);
  else delayAck(c, now);
};

/** After the last of the segments whose answer was put off, as if they had come as one (GRO). */
export const afterBatch = (c: Connection, now: number): void => {
  c.answerPutOff = false;
  afterSegment(c, now);
};

const isOwedAtOnce = (c: Connection): boolean => {
  if (c.ackNow || (c.quickAcks > 0 && !c.pingPong)) return true;
  if (c.reassembly !== undefined && c.reassembly.count > 0) return true;
  // Where the window would shrink, reading will open it and acknowledge as well.
  return distance(c.rcvNxt, c.rcvWup) > c.rcvMss && windowToOffer(c) >= c.rcvWnd;
};

/** tcp_send_delayed_ack. */
const delayAck = (c: Connection, now: number): void => {
  const delayMs = delayOf(c);
  let atMs = now + Math.max(delayMs, TICK_MS);
  if (c.delayedAckAtMs !== NEVER) {
    if (c.delayedAckAtMs <= now + Math.max(delayMs / 4, TICK_MS)) return transmitAck(c, now);
    atMs = Math.min(atMs, c.delayedAckAtMs);
  }
  c.delayedAckAtMs = atMs;
};

const delayOf = (c: Connection): number => {
  if (c.delayedAckMs <= LEAST_MS) return c.delayedAckMs;
  let mostMs = c.pingPong || c.ackPushed > 0 ? MOST_MS : 500;
  if (c.srttMs >= 0) mostMs = Math.min(mostMs, Math.max(c.srttMs, LEAST_MS));
  return Math.min(c.delayedAckMs, mostMs, MOST_MS);
};

/** The delay is over (tcp_delack_timer_handler), and nothing went out that could have carried it. */
export const delayedAckTimeout = (c: Connection, now: number): void => {
  c.delayedAckAtMs = NEVER;
  if (!c.ackScheduled) return;
  if (c.pingPong) {
    c.pingPong = false;
    c.delayedAckMs = LEAST_MS;
  } else c.delayedAckMs = Math.min(2 * c.delayedAckMs, c.rtoMs);
  transmitAck(c, now);
};

/**
 * The application has read something (tcp_cleanup_rbuf): acknowledges what waited for that, or tells
 * of a window that has at least doubled.
 */
export const windowUpdateAfterRead = (c: Connection, now: number): void => {
  if (c.state === 'CLOSED' || c.state === 'SYN-SENT') return;
  expandReceiveBuffer(c, now);
  if (isReadWhatWaited(c) || (!c.receiveShutdown && !c.finReceived && isWindowMuchWider(c))) {
    transmitAck(c, now);
  }
};

const isReadWhatWaited = (c: Connection): boolean => {
  if (!c.ackScheduled) return false;
  if (distance(c.rcvNxt, c.rcvWup) > c.rcvMss) return true;
  const isPushed = c.ackPushed === 2 || (c.ackPushed === 1 && !c.pingPong);
  return isPushed && c.receiveBuffer.readable === 0 && !c.finUnread;
};

const isWindowMuchWider = (c: Connection): boolean => {
  const current = receiveWindow(c);
  if (2 * current > c.receiveBuffer.space) return false;
  const offer = windowToOffer(c);
  return offer > 0 && offer >= 2 * current;
};
