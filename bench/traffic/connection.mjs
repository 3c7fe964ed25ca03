import {
  ACK,
  FIN,
  OPTIONS_NONE,
  OPTIONS_SYN,
  OPTIONS_SYN_PLAIN,
  OPTIONS_TIMESTAMPS,
  PSH,
  RST,
  SYN,
  Segment,
} from './segment.mjs';

/** Payload of a full segment with timestamps on Ethernet. */
export const FULL_SEGMENT = 1448;

/** @typedef {import('./segment.mjs').End} End */

const segment = new Segment();

/**
 * One connection: two ends, and what each can put on the wire. Verbs change sequence numbers as a
 * TCP would; `hear` is apart from sending, so that segments can cross on their way.
 */
export class Connection {
  /**
   * @param {import('./world.mjs').World} world
   * @param {string} kind
   * @param {End} client
   * @param {End} server
   */
  constructor(world, kind, client, server) {
    this.world = world;
    this.random = world.random;
    this.kind = kind;
    this.client = client;
    this.server = server;
    this.timestamps = true;
    this.tls = false;
    /** Microseconds: client and back as seen here, the server's own reaction. */
    this.rtt = 0;
    this.near = 0;
  }

  /**
   * TLS on 443, or HTTP in clear on 80 and 8080.
   * @param {boolean} tls
   */
  speak(tls) {
    this.tls = tls;
    this.server.port = tls ? 443 : this.server.address3 & 1 ? 8080 : 80;
  }

  /** @param {End} end */
  peerOf(end) {
    return end === this.client ? this.server : this.client;
  }

  /**
   * Everything the other end has sent has arrived.
   * @param {End} end
   */
  hear(end) {
    const peer = this.peerOf(end);
    end.rcvNxt = peer.sndNxt;
    end.tsRecent = peer.tsLast;
  }

  /**
   * @param {End} from
   * @param {number} flags
   * @param {number} seq
   * @param {number} length
   * @param {Buffer | undefined} head
   */
  send(from, flags, seq, length, head) {
    segment.seq = seq;
    segment.ack = flags & ACK ? from.rcvNxt : 0;
    segment.flags = flags;
    segment.window = Math.min(65_535, from.window >>> (this.timestamps ? from.windowShift : 0));
    segment.options = this.timestamps ? OPTIONS_TIMESTAMPS : OPTIONS_NONE;
    segment.ipId = from.ipId = (from.ipId + 1) & 0xffff;
    segment.length = length;
    segment.head = head;
    this.world.emit(this, from, this.peerOf(from), segment);
  }

  /**
   * A segment that no connection stands behind: no options, no window, IP identification zero.
   * @param {End} from
   * @param {number} flags
   * @param {number} seq
   * @param {number} ack
   */
  sendBare(from, flags, seq, ack) {
    segment.seq = seq;
    segment.ack = ack;
    segment.flags = flags;
    segment.window = 0;
    segment.options = OPTIONS_NONE;
    segment.ipId = 0;
    segment.length = 0;
    segment.head = undefined;
    this.world.emit(this, from, this.peerOf(from), segment);
  }

  /**
   * @param {End} from
   * @param {number} flags
   * @param {number} seq
   */
  sendSyn(from, flags, seq) {
    segment.seq = seq;
    segment.ack = flags & ACK ? from.rcvNxt : 0;
    segment.flags = flags;
    segment.window = 64_240;
    segment.options = this.timestamps ? OPTIONS_SYN : OPTIONS_SYN_PLAIN;
    segment.ipId = flags & ACK ? 0 : (from.ipId = (from.ipId + 1) & 0xffff);
    segment.length = 0;
    segment.head = undefined;
    this.world.emit(this, from, this.peerOf(from), segment);
  }

  syn() {
    this.sendSyn(this.client, SYN, this.client.sndNxt);
    this.client.sndNxt = (this.client.sndNxt + 1) | 0;
  }

  synAgain() {
    this.sendSyn(this.client, SYN, (this.client.sndNxt - 1) | 0);
  }

  synAck() {
    this.hear(this.server);
    this.sendSyn(this.server, SYN | ACK, this.server.sndNxt);
    this.server.sndNxt = (this.server.sndNxt + 1) | 0;
  }

  /**
   * Acknowledges all.
   * @param {End} from
   */
  ack(from) {
    this.hear(from);
    this.send(from, ACK, from.sndNxt, 0, undefined);
  }

  /**
   * A pure ACK at the old numbers, as a challenge ACK is.
   * @param {End} from
   */
  ackUnchanged(from) {
    this.send(from, ACK, from.sndNxt, 0, undefined);
  }

  /**
   * @param {End} from
   * @param {number} length
   * @param {Buffer} [head]
   */
  data(from, length, head) {
    this.send(from, PSH | ACK, from.sndNxt, length, head);
    from.sndNxt = (from.sndNxt + length) | 0;
  }

  /**
   * The newest bytes once more.
   * @param {End} from
   * @param {number} length
   * @param {Buffer} [head]
   */
  dataAgain(from, length, head) {
    this.send(from, PSH | ACK, (from.sndNxt - length) | 0, length, head);
  }

  /** @param {End} from */
  fin(from) {
    this.send(from, FIN | ACK, from.sndNxt, 0, undefined);
    from.sndNxt = (from.sndNxt + 1) | 0;
  }

  /**
   * A probe of an idle connection (RFC 9293 §3.8.4).
   * @param {End} from
   */
  keepaliveProbe(from) {
    this.send(from, ACK, (from.sndNxt - 1) | 0, 0, undefined);
  }

  /**
   * The active reset: RST,ACK at SND.NXT with window and timestamps.
   * @param {End} from
   */
  abort(from) {
    this.send(from, RST | ACK, from.sndNxt, 0, undefined);
  }

  /** RFC 9293 §3.5.2, group 1: the answer to a SYN where nothing listens. */
  refuse() {
    this.hear(this.server);
    this.sendBare(this.server, RST | ACK, 0, this.server.rcvNxt);
  }

  /**
   * The reply: bare RST whose SEQ is the ACK of the segment it answers.
   * @param {End} from
   * @param {number} [seq] by default what the other end acknowledged last
   */
  replyReset(from, seq = this.peerOf(from).rcvNxt) {
    this.sendBare(from, RST, seq, 0);
  }

  /**
   * A reset by somebody else in the name of an end.
   * @param {End} forger
   * @param {number} seq
   * @param {boolean} toClient
   */
  forgeReset(forger, seq, toClient) {
    segment.seq = seq;
    segment.ack = forger.rcvNxt;
    segment.flags = RST | ACK;
    segment.window = 229;
    segment.options = OPTIONS_NONE;
    segment.ipId = this.random.between(0, 65_535);
    segment.length = 0;
    segment.head = undefined;
    this.world.emit(this, forger, toClient ? this.client : this.server, segment);
  }
}
