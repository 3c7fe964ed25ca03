import type { SegmentKind } from '../causes/evidence.ts';
import type { TcpOptions } from '../wire/options.ts';
import { ACK, FIN, SYN, type Packet } from '../wire/packet.ts';
import { add, after, atOrBefore, before } from '../wire/sequence.ts';
import type { Connection } from './connection.ts';
import { type End, NEVER, Trouble } from './end.ts';
import { windowInBytes } from './numbers.ts';
import type { Opening } from './opening.ts';
import { AGAIN, FROM_UPPER, KINDS, REMEMBERED, type RecentSegments } from './recent.ts';
import { placeOf } from './reset-memory.ts';
import type { Side } from './story.ts';

const kindNumber = (kind: SegmentKind): number => KINDS.indexOf(kind);
const SYN_KIND = kindNumber('syn');
const SYN_ACK_KIND = kindNumber('syn-ack');
const HANDSHAKE_ACK_KIND = kindNumber('handshake-ack');
const DATA_KIND = kindNumber('data');
const FIN_KIND = kindNumber('fin');
const PURE_ACK_KIND = kindNumber('pure-ack');
const KEEPALIVE_KIND = kindNumber('keepalive-probe');
const WINDOW_PROBE_KIND = kindNumber('window-probe');

/** Segments sent again at one time lie closer together; a time-out is longer (Linux: TCP_RTO_MIN, 200 ms). */
const APART_MS = 100;

/** Takes one segment without RST into account. `at`: seconds since the capture's first packet. */
export function arrive(
  connection: Connection,
  packet: Packet,
  options: TcpOptions,
  opening: Opening,
  at: number,
  side: Side,
  recent: RecentSegments,
): void {
  if (connection.story.isKept) connection.story = connection.story.copy();
  const sender = connection.end(side);
  const peer = connection.end(side === 0 ? 1 : 0);
  const { flags, seq, payloadLength } = packet;
  const end = add(
    seq,
    payloadLength + ((flags & SYN) !== 0 ? 1 : 0) + ((flags & FIN) !== 0 ? 1 : 0),
  );
  const kind = kindOf(connection, packet, sender, peer);
  if ((flags & SYN) !== 0) opens(connection, packet, options, at, side);
  if ((flags & ACK) !== 0 && sender !== connection.end(connection.client))
    noteOddAnswer(connection, packet, options, at, peer);
  const isNew = kind >= KEEPALIVE_KIND ? false : sender.sends(seq, end);
  const again = !isNew && end !== seq && kind < PURE_ACK_KIND;
  noteIdentity(packet, options, sender);
  if (options.mptcpFastclose) noteFastclose(packet, sender, at);
  noteProbe(connection, kind, sender, side, at, recent);
  if (again) noteAgain(connection, sender, side, seq, payloadLength, at, recent);
  if (payloadLength > 0 && isNew) data(connection, packet, opening, at, side);
  if ((flags & FIN) !== 0) noteFin(sender, packet.frame, at, end);
  if ((flags & ACK) !== 0) acknowledges(connection, packet, sender, peer, at, side);
  noteWindow(sender, peer, packet, at);
  const isKeptAlive = kind === PURE_ACK_KIND && peer.unansweredKeepalives > 0;
  if (kind !== KEEPALIVE_KIND && !isKeptAlive) sender.lastSpokeAt = at;
  answers(peer);
  sender.segments++;
  sender.lastFrame = packet.frame;
  sender.lastAt = at;
  const marks = flags | (side === 1 ? FROM_UPPER : 0) | (again ? AGAIN : 0);
  recent.write(
    connection.home,
    connection.segmentCount++,
    packet.frame,
    at,
    seq,
    packet.ack,
    payloadLength,
    marks,
    kind,
    placeOf(packet),
  );
  if (connection.firstResetFrame !== NEVER) connection.remember(packet, at, side);
}

function kindOf(connection: Connection, packet: Packet, sender: End, peer: End): number {
  const { flags, seq, payloadLength } = packet;
  if ((flags & SYN) !== 0) return (flags & ACK) !== 0 ? SYN_ACK_KIND : SYN_KIND;
  if ((flags & FIN) !== 0) return FIN_KIND;
  if (payloadLength <= 1 && isProbe(seq, payloadLength, sender)) {
    return peer.window === 0 && peer.segments > 0 ? WINDOW_PROBE_KIND : KEEPALIVE_KIND;
  }
  if (payloadLength > 0) return DATA_KIND;
  return endsHandshake(connection, packet, sender, peer) ? HANDSHAKE_ACK_KIND : PURE_ACK_KIND;
}

function endsHandshake(connection: Connection, packet: Packet, sender: End, peer: End): boolean {
  return (
    connection.story.synAckFrame !== NEVER &&
    peer.synHadAck &&
    connection.story.handshakeAckFrame === NEVER &&
    sender.synFrame !== NEVER &&
    packet.ack === add(peer.iss, 1)
  );
}

/** The first acknowledgement of the server's SYN, and of nothing it never sent. */
function acceptsSynAck(connection: Connection, ack: number, server: End): boolean {
  if (connection.story.handshakeAckFrame !== NEVER || connection.story.synAckFrame === NEVER)
    return false;
  return after(ack, server.iss) && !after(ack, server.nxt);
}

function opens(
  connection: Connection,
  packet: Packet,
  options: TcpOptions,
  at: number,
  side: Side,
): void {
  const sender = connection.end(side);
  const hasAck = (packet.flags & ACK) !== 0;
  if (!connection.roleKnown) {
    connection.roleKnown = true;
    connection.client = hasAck ? (side === 0 ? 1 : 0) : side;
  }
  if (sender.synFrame === NEVER || sender.iss !== packet.seq) {
    // A newer attempt on the same four-tuple: everything counts from its numbers now.
    sender.synFrame = packet.frame;
    sender.synAt = at;
    sender.iss = packet.seq;
    sender.synTsval = options.tsval;
    sender.nxtKnown = false;
  }
  sender.synCount++;
  sender.synHadAck = hasAck;
  sender.lastSynTsval = options.tsval;
  sender.offersTimestamps = options.hasTimestamps;
  sender.windowScale = options.windowScale;
  if (hasAck && connection.story.synAckFrame === NEVER) {
    connection.story.synAckFrame = packet.frame;
    connection.story.synAckAt = at;
  }
}

/** What a client in SYN-SENT must refuse (RFC 9293 §3.10.7.3): a wrong ACK, an echo never sent. */
function noteOddAnswer(
  connection: Connection,
  packet: Packet,
  options: TcpOptions,
  at: number,
  client: End,
): void {
  if (client.synFrame === NEVER || client.synHadAck || connection.story.handshakeAckFrame !== NEVER)
    return;
  const { frame, flags, ack } = packet;
  if ((flags & SYN) === 0) {
    if (connection.story.synAckFrame !== NEVER || client.segments > client.synCount) return;
    connection.story.ackForSynFrame = frame;
    connection.story.ackForSynAt = at;
  } else if (ack !== add(client.iss, 1)) {
    connection.story.otherSynAckFrame = frame;
    connection.story.otherSynAckAt = at;
  } else if (
    client.offersTimestamps &&
    options.hasTimestamps &&
    echoIsImpossible(options.tsecr, client)
  ) {
    connection.story.impossibleEchoFrame = frame;
  }
}

function noteIdentity(packet: Packet, options: TcpOptions, sender: End): void {
  sender.ttl = packet.ttl;
  if (packet.ttl < sender.ttlLowest) sender.ttlLowest = packet.ttl;
  if (packet.ttl > sender.ttlHighest) sender.ttlHighest = packet.ttl;
  if (sender.ipId > 0 && packet.ipId > 0) {
    const step = Math.abs(((packet.ipId - sender.ipId) << 16) >> 16);
    if (step > sender.ipIdStride) sender.ipIdStride = step;
  }
  sender.ipId = packet.ipId;
  sender.usesTimestamps = options.hasTimestamps;
}

function noteFastclose(packet: Packet, sender: End, at: number): void {
  sender.fastcloseFrame = packet.frame;
  sender.fastcloseAt = at;
}

function noteProbe(
  connection: Connection,
  kind: number,
  sender: End,
  side: Side,
  at: number,
  recent: RecentSegments,
): void {
  if (kind === KEEPALIVE_KIND) {
    const trouble = (sender.trouble ??= new Trouble());
    if (trouble.keepalives > 0) trouble.keepaliveIntervalMs = (at - trouble.keepaliveAt) * 1000;
    if (trouble.unanswered + trouble.unansweredKeepalives === 0) {
      trouble.unansweredSince = at;
      trouble.idle = idleBefore(connection, side, at, recent);
    }
    trouble.keepaliveAt = at;
    trouble.keepalives++;
    trouble.unansweredKeepalives++;
    return;
  }
  if (sender.trouble !== undefined) sender.trouble.keepalives = 0;
  if (kind === WINDOW_PROBE_KIND) {
    const trouble = (sender.trouble ??= new Trouble());
    trouble.windowProbes++;
    trouble.unansweredWindowProbes++;
  }
}

function noteAgain(
  connection: Connection,
  sender: End,
  side: Side,
  seq: number,
  length: number,
  at: number,
  recent: RecentSegments,
): void {
  if (sender.holes > 0 && length > 0 && sender.unaKnown && atOrBefore(sender.una, seq)) {
    sender.holes = Math.max(0, sender.holes - length);
  }
  const trouble = (sender.trouble ??= new Trouble());
  if (trouble.unanswered === 0) {
    trouble.unansweredSince = at;
    trouble.idle = idleBefore(connection, side, at, recent);
    trouble.rounds = 0;
    trouble.roundIntervalMs = undefined;
  }
  trouble.unanswered++;
  noteRound(trouble, at);
}

function noteRound(trouble: Trouble, at: number): void {
  const sinceMs = (at - trouble.roundAt) * 1000;
  if (trouble.rounds > 0 && sinceMs < APART_MS) return;
  if (trouble.rounds > 0) trouble.roundIntervalMs = sinceMs;
  trouble.roundAt = at;
  trouble.rounds++;
}

/** Silence before this side's segments since the other side's last word, as far as remembered. */
function idleBefore(
  connection: Connection,
  side: Side,
  at: number,
  recent: RecentSegments,
): number {
  const oldest = Math.max(0, connection.segmentCount - REMEMBERED);
  let first = at;
  for (let n = connection.segmentCount - 1; n >= oldest; n--) {
    const then = recent.at(connection.home, n);
    if (((recent.flags(connection.home, n) & FROM_UPPER) !== 0) !== (side === 1))
      return first - then;
    first = then;
  }
  return 0;
}

function data(
  connection: Connection,
  packet: Packet,
  opening: Opening,
  at: number,
  side: Side,
): void {
  const sender = connection.end(side);
  const peer = connection.end(side === 0 ? 1 : 0);
  const { frame, payloadLength } = packet;
  if (sender.firstDataFrame === NEVER) {
    sender.firstDataFrame = frame;
  }
  sender.lastDataFrame = frame;
  if (sender.trouble !== undefined) sender.trouble.windowProbes = 0;
  sender.sinceAnswer += payloadLength;
  peer.sinceAnswer = 0;
  sender.lastDataAt = at;
  if (peer.finFrame !== NEVER) sender.bytesAfterPeerFin += payloadLength;
  connection.story.conversation.hears(
    side === connection.client,
    frame,
    at,
    payloadLength,
    opening,
  );
}

function acknowledges(
  connection: Connection,
  packet: Packet,
  sender: End,
  peer: End,
  at: number,
  side: Side,
): void {
  const { ack, frame, flags } = packet;
  sender.ack = ack;
  sender.ackKnown = true;
  if ((flags & SYN) === 0 && side === connection.client && acceptsSynAck(connection, ack, peer)) {
    connection.story.handshakeAckFrame = frame;
    connection.story.handshakeAckAt = at;
  }
  if (peer.nxtKnown && after(ack, peer.nxt)) connection.story.ackedUnseen = true;
  if (!peer.unaKnown || after(ack, peer.una)) {
    peer.unaKnown = true;
    peer.una = ack;
    if (peer.trouble !== undefined) peer.trouble.unanswered = 0;
  }
  const { fin } = peer;
  if (fin !== undefined && fin.ackedFrame === NEVER && !before(ack, fin.end))
    fin.ackedFrame = frame;
}

/** Linux probes with the byte before SND.UNA, other stacks with one byte of it (RFC 9293 §3.8.4). */
function isProbe(seq: number, length: number, sender: End): boolean {
  if (!sender.nxtKnown || sender.segments === 0) return false;
  if (seq === add(sender.nxt, -1) && sender.fin === undefined) {
    return length === 0 || (sender.unaKnown && sender.una === sender.nxt);
  }
  return length === 0 && sender.unaKnown && seq === add(sender.una, -1);
}

function noteFin(sender: End, frame: number, at: number, end: number): void {
  if (sender.fin === undefined) {
    const quiet = sender.segments === 0 ? 0 : at - sender.lastSpokeAt;
    sender.fin = { frame, at, end, quiet, count: 0, ackedFrame: NEVER };
  }
  sender.fin.count++;
}

function noteWindow(sender: End, peer: End, packet: Packet, at: number): void {
  sender.window = windowInBytes(packet, sender, peer);
  if (sender.window > sender.largestWindow) sender.largestWindow = sender.window;
  if (packet.window !== 0) {
    if (sender.trouble !== undefined) sender.trouble.zeroWindowFrame = NEVER;
    return;
  }
  const trouble = (sender.trouble ??= new Trouble());
  if (trouble.zeroWindowFrame !== NEVER) return;
  trouble.zeroWindowFrame = packet.frame;
  trouble.zeroWindowAt = at;
}

/** The other end spoke: whatever probed it has its answer. */
function answers({ trouble }: End): void {
  if (trouble === undefined) return;
  trouble.unansweredKeepalives = 0;
  trouble.unansweredWindowProbes = 0;
}

/** An echo of none of the timestamps sent in SYNs (tcp_rcv_synsent_state_process). */
const echoIsImpossible = (tsecr: number, client: End): boolean =>
  tsecr !== 0 && (before(tsecr, client.synTsval) || after(tsecr, client.lastSynTsval));
