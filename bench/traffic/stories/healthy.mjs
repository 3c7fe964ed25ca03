/** Connections with which nothing is wrong. */
import { close, exchanges, open } from './parts.mjs';

/** @typedef {import('../connection.mjs').Connection} Connection */
/** @typedef {import('../timeline.mjs').Task} Task */
/**
 * How much a healthy connection talks.
 * @typedef {{ exchanges: [number, number], lifeMicros: number }} Talk
 */

/**
 * @param {Connection} c
 * @param {Talk} talk
 * @returns {Task}
 */
function* talkFor(c, talk) {
  const count = c.random.between(...talk.exchanges);
  const pause = talk.lifeMicros / count;
  yield* exchanges(c, count, pause);
  yield pause * (0.5 + c.random.fraction());
}

/**
 * @param {Connection} c
 * @param {Talk} talk
 * @returns {Task}
 */
export function* healthy(c, talk) {
  yield* open(c);
  yield* talkFor(c, talk);
  yield* close(c);
}

/**
 * Older than the capture: no handshake in it.
 * @param {Connection} c
 * @param {Talk} talk
 * @returns {Task}
 */
export function* midstream(c, talk) {
  c.hear(c.client);
  c.hear(c.server);
  yield* talkFor(c, talk);
  yield* close(c);
}

/**
 * Outlives the capture: no close in it.
 * @param {Connection} c
 * @param {Talk} talk
 * @returns {Task}
 */
export function* leftOpen(c, talk) {
  yield* open(c);
  yield* talkFor(c, talk);
}
