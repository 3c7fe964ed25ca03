import type { Datagram } from '../wire/datagram.ts';
import type { IpAddress } from '../wire/ip-address.ts';
import { ACK, RST } from '../wire/packet.ts';
import { PSH } from '../wire/segment.ts';
import { readSegment } from '../wire/segment-in.ts';
import { add, distance } from '../wire/sequence.ts';
import type { Connection } from '../tcp/connection.ts';
import { closedArrives } from '../tcp/segment-arrives/closed.ts';
import { segmentArrives } from '../tcp/segment-arrives/segment-arrives.ts';
import { timeWaitArrives } from '../tcp/time-wait.ts';
import type { Attachment } from './attachment.ts';
import { listenerMet, requestMet } from './handshakes.ts';
import type { Listener } from './listener.ts';
import { causeOfStranger } from './obituaries.ts';
import { pathOf } from './path.ts';
import type { Stack } from './stack.ts';

/** A packet with a TCP segment for `local` has come. Never throws, whatever is in it. */
export const segmentComes = (
  stack: Stack,
  datagram: Datagram,
  local: IpAddress,
  now: number,
): void => {
  const { segment, key, parts } = stack;
  if (!readSegment(datagram, segment, parts.checksums)) return;
  key.ofArrival(datagram, segment.sourcePort, segment.targetPort);
  const attachment = stack.table.find(key);
  if (attachment === undefined) {
    meetNoConnection(stack, local, now);
  } else if (attachment.connection === undefined) {
    requestMet(stack, attachment, segment, now);
  } else if (stack.isInBatch) {
    oneOfBatch(stack, attachment, attachment.connection, now);
  } else {
    segmentArrives(attachment.connection, segment, now);
    stack.settle(attachment, now);
  }
};

/** Bytes of text after which an answer waits no longer: no more come as one with Linux's GRO either. */
const MOST_UNANSWERED = 65_535;

/** Others may follow at once: ordinary segments are answered, and their application told, together. */
const oneOfBatch = (
  stack: Stack,
  attachment: Attachment,
  connection: Connection,
  now: number,
): void => {
  const { segment } = stack;
  const isNext = segment.seq === connection.rcvNxt && (segment.flags & ~PSH) === ACK;
  if (connection.answerPutOff && !isNext) stack.answer(attachment, now);
  segmentArrives(connection, segment, now, true);
  if (!connection.answerPutOff) stack.settle(attachment, now);
  else if (distance(connection.rcvNxt, connection.rcvWup) > MOST_UNANSWERED) {
    stack.answer(attachment, now);
  } else stack.answerLater(attachment);
};

const meetNoConnection = (stack: Stack, local: IpAddress, now: number): void => {
  const listener = stack.listeners.find(local, stack.key.localPort);
  const place = stack.timeWaits.find(stack.key);
  if (place !== -1) meetTimeWait(stack, place, listener, now);
  else if (listener !== undefined) listenerMet(stack, listener, local, undefined, now);
  else meetNobody(stack, local, now);
};

/** Added to the last sequence number of TIME-WAIT for the ISS of what follows (tcp_timewait_state_process). */
const BEYOND_TIME_WAIT = 65_535 + 2;

const meetTimeWait = (
  stack: Stack,
  place: number,
  listener: Listener | undefined,
  now: number,
): void => {
  const { timeWaits, segment, settings, egress } = stack;
  const path = timeWaits.pathAt(place);
  const timeWait = timeWaits.load(place);
  const listening = listener !== undefined;
  const verdict = timeWaitArrives(timeWait, segment, path, settings, listening, egress, now);
  if (verdict === 'keep') {
    timeWaits.store(place, timeWait);
    return;
  }
  const iss = add(timeWait.sndNxt, BEYOND_TIME_WAIT);
  const isReset = egress.lastReport?.kind === 'sent' || (segment.flags & RST) !== 0;
  stack.endTimeWait(place, isReset ? 'reset' : 'closed');
  if (verdict === 'reopen' && listener !== undefined) {
    listenerMet(stack, listener, path.local.address, iss, now);
  }
};

/** Neither connection nor listener (RFC 9293 §3.10.7.1). */
const meetNobody = (stack: Stack, local: IpAddress, now: number): void => {
  const { segment, key, egress, obituaries } = stack;
  const cause = causeOfStranger(segment, obituaries.endingOf(key), false);
  const path = pathOf(key, { address: local, port: key.localPort });
  closedArrives(cause, path, segment, egress, now);
};
