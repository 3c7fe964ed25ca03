/** Connections that break without any reset on the wire. */
import { MILLISECOND, SECOND, exchange, open, request } from './parts.mjs';

/** @typedef {import('../connection.mjs').Connection} Connection */
/** @typedef {import('../timeline.mjs').Task} Task */

/**
 * @param {Connection} c
 * @returns {Task}
 */
export function* unansweredSyn(c) {
  c.syn();
  for (const wait of [1, 2, 4, 8]) {
    yield wait * SECOND;
    c.synAgain();
  }
}

/**
 * @param {Connection} c
 * @returns {Task}
 */
export function* finBeforeResponse(c) {
  yield* open(c);
  request(c);
  yield c.near;
  c.ack(c.server);
  yield c.random.between(1, 2000) * MILLISECOND;
  c.fin(c.server);
  yield c.rtt;
  c.hear(c.client);
  c.fin(c.client);
  yield c.near;
  c.ack(c.server);
}

/**
 * The same request again and again, and never an answer any more.
 * @param {Connection} c
 * @returns {Task}
 */
export function* silence(c) {
  c.speak(false);
  yield* open(c);
  yield* exchange(c);
  yield 2 * SECOND;
  const before = c.client.sndNxt;
  request(c);
  const length = (c.client.sndNxt - before) | 0;
  for (let wait = 200 * MILLISECOND; wait < 60 * SECOND; wait *= 2) {
    yield wait + c.rtt;
    c.dataAgain(c.client, length);
  }
}
