import { ACK, FIN } from '../wire/packet.ts';
import { CWR, ECE, PSH, Segment, URG } from '../wire/segment.ts';
import { after, atOrBefore, before, distance } from '../wire/sequence.ts';
import { type Connection, NEVER } from './connection.ts';
import { tsvalAt } from './timestamp.ts';
import { advertiseWindow } from './window.ts';

/** Every segment that leaves, one after the other. */
const departing = new Segment();

/** Linux's TCP_ATO_MIN. */
const LEAST_DELAY_MS = 40;

/** SACK blocks that fit beside timestamps, and without (RFC 2018 §3). */
export const mostBlocks = (c: Connection): number => (c.timestamps ? 3 : 4);

/** Bytes of text that a segment has room for now: SND.MSS less the SACK option it will carry. */
export const textRoom = (c: Connection): number => {
  if (c.reassembly === undefined || !c.sackPermitted) return c.sndMss;
  const blocks = c.reassembly.blocks(mostBlocks(c));
  return blocks === 0 ? c.sndMss : c.sndMss - (4 + 8 * blocks);
};

/** A segment with ACK, window, timestamps and SACK blocks as of now; valid until the next. */
export const startSegment = (c: Connection, seq: number, flags: number, now: number): Segment => {
  const segment = startBare(c, seq, flags | ACK, now);
  segment.ack = c.rcvNxt;
  segment.window = advertiseWindow(c);
  if (c.ecnEchoWanted) segment.flags |= ECE;
  if (c.reassembly !== undefined && c.sackPermitted) tellBlocks(c, segment);
  return segment;
};

/** A segment with sequence number, flags and, once agreed on, timestamps; nothing acknowledged. */
export const startBare = (c: Connection, seq: number, flags: number, now: number): Segment => {
  const segment = departing;
  segment.clear();
  segment.sourcePort = c.path.local.port;
  segment.targetPort = c.path.remote.port;
  segment.seq = seq;
  segment.flags = flags;
  if (c.timestamps) {
    segment.hasTimestamps = true;
    segment.tsval = tsvalAt(c.tsOffset, now);
    segment.tsecr = c.tsRecent;
  }
  return segment;
};

const tellBlocks = (c: Connection, segment: Segment): void => {
  c.reassembly?.tell(segment, mostBlocks(c));
  if (c.reassembly?.isIdle) c.reassembly = undefined;
};

/** Sends it; what was owed to the peer is paid by it. */
export const depart = (c: Connection, segment: Segment): void => {
  if ((segment.flags & ACK) !== 0) nothingOwed(c);
  c.outlet.transmit(segment, c.path, c);
};

/**
 * Sends the sequence space from `start` to `end` out of the send buffer: text, and FIN where `end`
 * lies beyond it. `isNew` where it never went out before; `isPushed` where PSH goes with the text.
 */
export const transmitRange = (
  c: Connection,
  start: number,
  end: number,
  isNew: boolean,
  isPushed: boolean,
  now: number,
): void => {
  const hasFin = after(end, c.sndEnd);
  const length = distance(hasFin ? c.sndEnd : end, start);
  const room = textRoom(c);
  const segment = startSegment(c, start, hasFin ? FIN : 0, now);
  if (length > 0) {
    c.sendBuffer.lend(segment, distance(start, c.sndUna), length);
    if (length > room) segment.segmentSize = room;
    if (isPushed) segment.flags |= PSH;
    textSent(c, now);
  }
  if (isNew && length > 0 && c.ecn) markCapable(c, segment);
  if (c.urgentToSend) markUrgent(c, segment);
  depart(c, segment);
};

/** RFC 3168 §6.1.5: new data only, and no FIN alone. */
const markCapable = (c: Connection, segment: Segment): void => {
  segment.ecn = 2;
  if (!c.ecnCwrWanted) return;
  segment.flags |= CWR;
  c.ecnCwrWanted = false;
};

/** RFC 9293 §3.8.5; the pointer leads one past the urgent byte, as everybody has it (RFC 6093 §3). */
const markUrgent = (c: Connection, segment: Segment): void => {
  if (!before(segment.seq, c.sndUp)) return;
  const pointer = distance(c.sndUp, segment.seq);
  if (pointer > 0xffff && atOrBefore(segment.seq + 0xffff, c.sndNxt)) return;
  segment.flags |= URG;
  segment.urgentPointer = Math.min(pointer, 0xffff);
};

/** Text goes out: soon after text came in, it is a reply, and acknowledgements can travel with it. */
const textSent = (c: Connection, now: number): void => {
  c.lastDataSentAtMs = now;
  if (now - c.lastTextReceivedAtMs < c.delayedAckMs) c.pingPong = true;
};

/** A segment with ACK goes out: nothing is owed. */
const nothingOwed = (c: Connection): void => {
  c.ackNow = false;
  c.ackScheduled = false;
  c.ackPushed = 0;
  c.delayedAckAtMs = NEVER;
  if (c.quickAcks === 0) return;
  c.quickAcks -= 1;
  if (c.quickAcks === 0) c.delayedAckMs = LEAST_DELAY_MS;
};
