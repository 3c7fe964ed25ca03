/** What stories are made of: handshakes, exchanges, closes. Each yields microseconds to wait. */
import { FULL_SEGMENT } from '../connection.mjs';
import {
  CLIENT_FINISHED,
  CLIENT_FINISHED_BYTES,
  CLIENT_HELLO,
  CLIENT_HELLO_BYTES,
  GET_BYTES,
  OK_HEAD_BYTES,
  SERVER_FLIGHT,
  SERVER_FLIGHT_BYTES,
  httpGet,
  httpOk,
  tlsRecord,
} from '../payload.mjs';

/** @typedef {import('../connection.mjs').Connection} Connection */
/** @typedef {import('../timeline.mjs').Task} Task */

export const MILLISECOND = 1000;
export const SECOND = 1_000_000;
/** Between two segments sent back to back. */
const LINE_RATE = 12;
const SHARE_LOST = 0.01;
/** The largest TLS record, and so the largest response: 11 segments. */
export const LARGEST_RESPONSE = 11 * FULL_SEGMENT;

/**
 * @param {Connection} c
 * @returns {Task}
 */
export function* handshake(c) {
  c.syn();
  yield c.near;
  c.synAck();
  yield c.rtt;
  c.ack(c.client);
  yield LINE_RATE;
}

/**
 * A connection in which requests may be sent.
 * @param {Connection} c
 * @returns {Task}
 */
export function* open(c) {
  yield* handshake(c);
  if (!c.tls) return;
  c.data(c.client, CLIENT_HELLO_BYTES, CLIENT_HELLO);
  yield c.near;
  c.ack(c.server);
  yield c.near;
  c.data(c.server, FULL_SEGMENT, SERVER_FLIGHT);
  yield LINE_RATE;
  c.data(c.server, SERVER_FLIGHT_BYTES - FULL_SEGMENT);
  yield c.rtt;
  c.hear(c.client);
  c.data(c.client, CLIENT_FINISHED_BYTES, CLIENT_FINISHED);
  yield c.near;
  c.ack(c.server);
  yield LINE_RATE;
}

/**
 * The client's request, in one segment.
 * @param {Connection} c
 */
export const request = (c) => {
  if (!c.tls) return c.data(c.client, GET_BYTES, httpGet());
  const length = c.random.between(60, 600);
  c.data(c.client, length, tlsRecord(length));
};

/**
 * The first segment of a response, and how many bytes of it are left to send.
 * @param {Connection} c
 * @param {number} totalBytes
 */
export const beginResponse = (c, totalBytes) => {
  const first = Math.min(FULL_SEGMENT, totalBytes);
  c.data(c.server, first, c.tls ? tlsRecord(totalBytes) : httpOk(totalBytes));
  return totalBytes - first;
};

/**
 * Small answers are common, large ones carry the bytes.
 * @param {Connection} c
 */
const responseBytes = (c) => {
  const { random } = c;
  const draw = random.fraction();
  if (draw < 0.7) return random.between(OK_HEAD_BYTES, 300);
  if (draw < 0.97) return random.between(300, 800);
  return random.between(FULL_SEGMENT, LARGEST_RESPONSE);
};

/**
 * One request and its whole response, acknowledged.
 * @param {Connection} c
 * @returns {Task}
 */
export function* exchange(c) {
  request(c);
  yield c.near;
  if (c.random.chance(0.5)) c.ack(c.server);
  else c.hear(c.server);
  yield c.random.between(200, 30_000);
  let left = beginResponse(c, responseBytes(c));
  for (let sent = 1; left > 0; sent++) {
    yield sent % 4 === 0 ? c.rtt : LINE_RATE;
    if (sent % 2 === 0) c.ack(c.client);
    const length = Math.min(FULL_SEGMENT, left);
    c.data(c.server, length);
    left -= length;
    if (c.random.chance(SHARE_LOST)) yield* loseAndRepeat(c, length);
  }
  yield c.rtt;
  c.ack(c.client);
}

/**
 * The newest segment is lost behind the capture, and sent again after the retransmission time-out.
 * @param {Connection} c
 * @param {number} length
 * @returns {Task}
 */
function* loseAndRepeat(c, length) {
  yield 200 * MILLISECOND + c.rtt;
  c.dataAgain(c.server, length);
}

/**
 * Either end closes first, the other follows.
 * @param {Connection} c
 * @returns {Task}
 */
export function* close(c) {
  const clientFirst = c.random.chance(0.6);
  const first = clientFirst ? c.client : c.server;
  const second = clientFirst ? c.server : c.client;
  c.fin(first);
  yield clientFirst ? c.near : c.rtt;
  c.hear(second);
  c.fin(second);
  yield clientFirst ? c.rtt : c.near;
  c.ack(first);
}

/**
 * Some exchanges, with pauses between them, ended by the last response.
 * @param {Connection} c
 * @param {number} count
 * @param {number} pauseMicros mean
 * @returns {Task}
 */
export function* exchanges(c, count, pauseMicros) {
  for (let i = 0; i < count; i++) {
    if (i > 0) yield pauseMicros * (0.5 + c.random.fraction());
    yield* exchange(c);
  }
}
