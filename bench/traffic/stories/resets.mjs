/** Connections that meet a reset, one function a kind, each as Linux puts it on the wire. */
import { FULL_SEGMENT } from '../connection.mjs';
import {
  CLIENT_HELLO,
  CLIENT_HELLO_BYTES,
  TOO_LARGE_BYTES,
  httpPost,
  httpTooLarge,
} from '../payload.mjs';
import {
  LARGEST_RESPONSE,
  MILLISECOND,
  SECOND,
  beginResponse,
  close,
  exchange,
  exchanges,
  handshake,
  open,
  request,
} from './parts.mjs';

/** @typedef {import('../connection.mjs').Connection} Connection */
/** @typedef {import('../timeline.mjs').Task} Task */

const SOME_IDLE = 8 * SECOND;

/**
 * @param {Connection} c
 * @returns {Task}
 */
function* openAndTalk(c) {
  yield* open(c);
  yield* exchanges(c, c.random.between(1, 3), SOME_IDLE);
}

/**
 * @param {Connection} c
 * @returns {Task}
 */
export function* refused(c) {
  c.server.port = 9200;
  c.syn();
  yield c.near;
  c.refuse();
}

/**
 * Everything is answered and acknowledged, then one end closes with SO_LINGER zero.
 * @param {Connection} c
 * @returns {Task}
 */
export function* lingerZero(c) {
  yield* openAndTalk(c);
  yield c.random.between(1, 3000) * MILLISECOND;
  c.abort(c.random.chance(0.5) ? c.server : c.client);
}

/**
 * The server stops reading an upload, its window falls, and it closes.
 * @param {Connection} c
 * @returns {Task}
 */
export function* unreadData(c) {
  c.speak(false);
  yield* handshake(c);
  c.data(c.client, FULL_SEGMENT, httpPost(2_000_000));
  for (let sent = 1; sent < 10; sent++) {
    yield 12;
    c.data(c.client, FULL_SEGMENT);
    c.server.window -= FULL_SEGMENT;
    if (sent % 2 === 1) c.ack(c.server);
  }
  yield c.random.between(5, 400) * MILLISECOND;
  c.hear(c.server);
  c.abort(c.server);
  yield c.rtt / 2;
  c.data(c.client, FULL_SEGMENT);
  yield c.near;
  c.replyReset(c.server);
}

/**
 * The server closes an idle connection as the next request leaves the client: the request meets no
 * reader, and so does the ACK of the FIN.
 * @param {Connection} c
 * @returns {Task}
 */
export function* keepaliveRace(c) {
  yield* openAndTalk(c);
  yield 5 * SECOND;
  c.fin(c.server);
  yield c.rtt / 3;
  request(c);
  yield c.near;
  c.replyReset(c.server);
  yield (c.rtt * 2) / 3;
  c.ack(c.client);
  yield c.near;
  c.replyReset(c.server);
}

/**
 * The client does not mind the server's FIN and writes long after it.
 * @param {Connection} c
 * @returns {Task}
 */
export function* dataAfterClose(c) {
  yield* openAndTalk(c);
  yield 5 * SECOND;
  c.fin(c.server);
  yield c.rtt;
  c.ack(c.client);
  yield c.random.between(2, 40) * SECOND;
  request(c);
  yield c.near;
  c.replyReset(c.server);
}

/**
 * The server's host was started anew in between.
 * @param {Connection} c
 * @returns {Task}
 */
export function* halfOpen(c) {
  yield* openAndTalk(c);
  yield c.random.between(20, 120) * SECOND;
  request(c);
  yield c.near;
  c.replyReset(c.server);
}

/**
 * Somebody on the way resets the client three times, guessing how far the server has got; the
 * server knows nothing of it and answers.
 * @param {Connection} c
 * @returns {Task}
 */
export function* injected(c) {
  c.speak(true);
  yield* handshake(c);
  c.data(c.client, CLIENT_HELLO_BYTES, CLIENT_HELLO);
  const forger = c.server.impersonated();
  forger.ttl = c.server.ttl - 9;
  forger.rcvNxt = c.client.sndNxt;
  for (const ahead of [0, 1460, 4380]) {
    yield 300;
    c.forgeReset(forger, (forger.sndNxt + ahead) | 0, true);
  }
  yield c.near + 2 * MILLISECOND;
  c.hear(c.server);
  let left = beginResponse(c, 4000);
  for (; left > 0; left -= FULL_SEGMENT) {
    yield 12;
    c.data(c.server, Math.min(FULL_SEGMENT, left));
  }
  yield c.rtt;
  for (let answered = 0; answered < 3; answered++) c.replyReset(c.client, c.client.sndNxt);
}

/**
 * The client's host is gone: probes without answer, then the server's reset.
 * @param {Connection} c
 * @returns {Task}
 */
export function* keepaliveGiveUp(c) {
  yield* openAndTalk(c);
  yield 30 * SECOND;
  for (let probe = 0; probe < 6; probe++) {
    c.keepaliveProbe(c.server);
    yield 10 * SECOND;
  }
  c.abort(c.server);
}

/**
 * Only whether the port is open.
 * @param {Connection} c
 * @returns {Task}
 */
export function* healthCheck(c) {
  c.syn();
  yield c.near;
  c.synAck();
  yield c.rtt;
  c.hear(c.client);
  if (c.random.chance(0.7)) c.ack(c.client);
  c.abort(c.client);
}

/**
 * One port of a scan: open ones are reset by the scanner's kernel, which knows of no connection.
 * @param {Connection} c
 * @returns {Task}
 */
export function* portScan(c) {
  c.syn();
  yield c.near;
  if (c.server.port !== 443) return c.refuse();
  c.synAck();
  yield c.rtt;
  c.replyReset(c.client);
}

/**
 * A device on the way dislikes the name in the ClientHello; or the server itself does.
 * @param {Connection} c
 * @returns {Task}
 */
export function* tlsRejected(c) {
  c.speak(true);
  yield* handshake(c);
  c.data(c.client, CLIENT_HELLO_BYTES, CLIENT_HELLO);
  yield c.near;
  c.hear(c.server);
  if (c.random.chance(0.5)) return c.abort(c.server);
  const device = c.server.impersonated();
  device.ttl = 255 - 3;
  c.forgeReset(device, device.sndNxt, true);
}

/**
 * 413 at once, while the client is still sending; each segment under way draws one more reset.
 * @param {Connection} c
 * @returns {Task}
 */
export function* earlyResponse(c) {
  c.speak(false);
  yield* handshake(c);
  c.data(c.client, FULL_SEGMENT, httpPost(10_000_000));
  yield c.near;
  c.ack(c.server);
  c.data(c.server, TOO_LARGE_BYTES, httpTooLarge());
  for (let sent = 0; sent < 4; sent++) {
    yield 20;
    c.data(c.client, FULL_SEGMENT);
  }
  yield c.near;
  c.hear(c.server);
  c.abort(c.server);
  for (let late = 0; late < 3; late++) {
    yield 100;
    c.data(c.client, FULL_SEGMENT);
    c.replyReset(c.server);
  }
}

/**
 * The client loses interest in the middle of a response; what is under way draws a train of resets.
 * @param {Connection} c
 * @returns {Task}
 */
export function* clientAbort(c) {
  yield* open(c);
  request(c);
  yield c.near;
  c.ack(c.server);
  beginResponse(c, LARGEST_RESPONSE);
  for (let sent = 1; sent < 4; sent++) {
    yield 12;
    c.data(c.server, FULL_SEGMENT);
  }
  yield c.rtt;
  c.ack(c.client);
  for (let sent = 4; sent < 8; sent++) {
    c.data(c.server, FULL_SEGMENT);
    yield 12;
  }
  yield c.rtt / 2;
  c.abort(c.client);
  for (let train = 4; train < 8; train++) {
    yield 12;
    c.replyReset(c.client, c.client.sndNxt);
  }
}

/**
 * A reset far outside the window, without any effect.
 * @param {Connection} c
 * @returns {Task}
 */
export function* outOfWindow(c) {
  yield* openAndTalk(c);
  const stranger = c.client.impersonated();
  c.forgeReset(stranger, (stranger.sndNxt + 50_000_000) | 0, false);
  yield* goOnAndClose(c);
}

/**
 * A reset inside the window, but not exact: RFC 5961 §3.2 has it challenged.
 * @param {Connection} c
 * @returns {Task}
 */
export function* challenged(c) {
  yield* openAndTalk(c);
  const stranger = c.client.impersonated();
  c.forgeReset(stranger, (stranger.sndNxt + 2000) | 0, false);
  yield c.near;
  c.ackUnchanged(c.server);
  yield* goOnAndClose(c);
}

/**
 * @param {Connection} c
 * @returns {Task}
 */
function* goOnAndClose(c) {
  yield SECOND;
  yield* exchange(c);
  yield* close(c);
}

/**
 * The client takes a four-tuple that the server still holds: the SYN draws an ACK, the ACK a reset,
 * and the next SYN connects.
 * @param {Connection} c
 * @returns {Task}
 */
export function* fourTupleReuse(c) {
  yield* openAndTalk(c);
  yield c.random.between(10, 60) * SECOND;
  c.client.sndNxt = c.random.bits();
  c.syn();
  yield c.near;
  c.ackUnchanged(c.server);
  const expected = c.server.rcvNxt;
  yield c.rtt;
  c.replyReset(c.client, expected);
  yield 10 * MILLISECOND;
  c.synAgain();
  c.server.sndNxt = c.random.bits();
  yield c.near;
  c.synAck();
  yield c.rtt;
  c.ack(c.client);
  yield* goOnAndClose(c);
}

/**
 * A balancer has forgotten the idle connection and answers in the server's name.
 * @param {Connection} c
 * @returns {Task}
 */
export function* idleTimeout(c) {
  yield* openAndTalk(c);
  yield c.random.between(350, 380) * SECOND;
  request(c);
  yield 150;
  const { ttl } = c.server;
  c.server.ttl = 255 - 2;
  c.replyReset(c.server);
  c.server.ttl = ttl;
}
