import type { SegmentKind } from '../causes/evidence.ts';
import { endpointText } from '../wire/address.ts';
import { communityId, type EndpointWords } from '../wire/community-id.ts';
import type { TcpOptions } from '../wire/options.ts';
import { ACK, FIN, SYN, type Packet } from '../wire/packet.ts';
import { add, after, atOrBefore, before } from '../wire/sequence.ts';
import { type End, NEVER, Trouble } from './end.ts';
import { endpointHash, folded } from './key.ts';
import { DUPLICATE_SECONDS, placeOf, type ResetMemory } from './reset-memory.ts';
import { Story, type Side } from './story.ts';
import type { Opening } from './opening.ts';
import { AGAIN, FROM_UPPER, KINDS, REMEMBERED, type RecentSegments } from './recent.ts';

const kindNumber = (kind: SegmentKind): number => KINDS.indexOf(kind);
const SYN_KIND = kindNumber('syn');
const SYN_ACK_KIND = kindNumber('syn-ack');
const HANDSHAKE_ACK_KIND = kindNumber('handshake-ack');
const DATA_KIND = kindNumber('data');
const FIN_KIND = kindNumber('fin');
const PURE_ACK_KIND = kindNumber('pure-ack');
const KEEPALIVE_KIND = kindNumber('keepalive-probe');
const WINDOW_PROBE_KIND = kindNumber('window-probe');

/** RFC 7323 §2.3. */
const LARGEST_SCALE = 14;

/** Four address words and a port. */
const WORDS_A_SIDE = 5;

/** How a connection on the same four-tuple ended before this one. */
export interface Predecessor {
  readonly closed: boolean;
  readonly reset: boolean;
  readonly lastFrame: number;
  readonly lastAt: number;
  /** The side that sent its FIN first. */
  readonly closedFirst: Side | undefined;
}

/** A segment after the first reset of a connection. */
export interface LaterSegment {
  readonly frame: number;
  readonly at: number;
  readonly side: Side;
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly length: number;
}

/** Later segments remembered. */
const LATER_REMEMBERED = 48;

/**
 * A connection as the wire shows it: both ends, what their applications said, the last few
 * segments, and all that must be remembered once a reset was seen. Segments that belong to the
 * capture's doubling of packets never come here.
 */
export class Connection {
  /** What was seen so far. A reset keeps it as it stood; what follows goes on with a copy. */
  story = new Story();

  /** Who opened, if the handshake (or one half of it) was seen; else who seems to be the client. */
  client: Side = 0;
  roleKnown = false;
  duplicates = 0;
  icmp: string | undefined;
  icmpFrame = NEVER;
  icmpAt = 0;

  resets: ResetMemory | undefined;

  /** What came after the first reset, as far as it is remembered. */
  later: LaterSegment[] | undefined;
  firstResetFrame = NEVER;
  successorSynFrame = NEVER;
  successorSynAt = 0;
  successorAnswered = false;
  /** Segments before this one, in `recent`. */
  segmentCount = 0;

  firstFrame = NEVER;
  firstAt = 0;
  /** Its place in the recent segments. */
  home = 0;
  predecessor: Predecessor | undefined;
  ipVersion = 4;
  /** For both sides: four address words, port. */
  private readonly words = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

  // Upkeep of the table it stands in.
  bucket = 0;
  tag = 0;
  place = -1;
  /** It is over, and waits for its late segments. */
  isDeparting = false;
  /** A failure was told of it. */
  hasFailed = false;

  /** A new beginning, whatever was before. `side`: which side the packet came from. */
  begin(
    packet: Packet,
    at: number,
    home: number,
    predecessor: Predecessor | undefined,
    side: Side,
  ): void {
    if (this.story.isKept) this.story = new Story();
    else this.story.clear();
    this.client = clientGuess(packet, side);
    this.roleKnown = false;
    this.duplicates = 0;
    this.icmp = undefined;
    this.resets = undefined;
    this.later = undefined;
    this.firstResetFrame = NEVER;
    this.successorSynFrame = NEVER;
    this.successorAnswered = false;
    this.segmentCount = 0;
    this.firstFrame = packet.frame;
    this.firstAt = at;
    this.home = home;
    this.predecessor = predecessor;
    this.ipVersion = packet.ipVersion;
    this.isDeparting = false;
    this.hasFailed = false;
    this.takeAddresses(packet, side * WORDS_A_SIDE, (1 - side) * WORDS_A_SIDE);
  }

  private takeAddresses(packet: Packet, source: number, target: number): void {
    const { words } = this;
    words[source] = packet.source0;
    words[source + 1] = packet.source1;
    words[source + 2] = packet.source2;
    words[source + 3] = packet.source3;
    words[source + 4] = packet.sourcePort;
    words[target] = packet.target0;
    words[target + 1] = packet.target1;
    words[target + 2] = packet.target2;
    words[target + 3] = packet.target3;
    words[target + 4] = packet.targetPort;
  }

  /** Whether a packet from `side` belongs to this connection: the full comparison behind the hashes. */
  owns(packet: Packet, side: Side): boolean {
    const { words } = this;
    const a = side * WORDS_A_SIDE;
    const b = WORDS_A_SIDE - a;
    return (
      words[a] === packet.source0 &&
      words[b] === packet.target0 &&
      words[a + 4] === packet.sourcePort &&
      words[b + 4] === packet.targetPort &&
      words[a + 3] === packet.source3 &&
      words[b + 3] === packet.target3 &&
      words[a + 1] === packet.source1 &&
      words[b + 1] === packet.target1 &&
      words[a + 2] === packet.source2 &&
      words[b + 2] === packet.target2
    );
  }

  /** The address of a side as one word, as of `hostOfSource`. */
  host(side: Side): number {
    const { words } = this;
    const at = side * WORDS_A_SIDE;
    if (this.ipVersion === 4) return words[at];
    return folded(words[at], words[at + 1], words[at + 2], words[at + 3]);
  }

  /** Address and port of a side as one word, as in `ConnectionKey`. */
  endpointHash(side: Side): number {
    return endpointHash(this.host(side), this.words[side * WORDS_A_SIDE + 4]);
  }

  /** `10.0.0.1:80` or `[fd00::1]:80`. */
  endpoint(side: Side): string {
    const { words } = this;
    const at = side * WORDS_A_SIDE;
    return endpointText(
      this.ipVersion,
      words[at],
      words[at + 1],
      words[at + 2],
      words[at + 3],
      words[at + 4],
    );
  }

  get communityId(): string {
    return communityId(this.ipVersion, this.endpointWords(0), this.endpointWords(1));
  }

  private endpointWords(side: Side): EndpointWords {
    const [word0, word1, word2, word3, port] = this.words.slice(side * WORDS_A_SIDE);
    return { word0, word1, word2, word3, port };
  }

  end(side: Side): End {
    return side === 0 ? this.story.lower : this.story.upper;
  }

  get server(): Side {
    return this.client === 0 ? 1 : 0;
  }

  get lastAt(): number {
    return Math.max(this.story.lower.lastAt, this.story.upper.lastAt);
  }

  /** Both ends have sent their FIN, and both FINs were acknowledged. */
  get closed(): boolean {
    return this.story.lower.finAckedFrame !== NEVER && this.story.upper.finAckedFrame !== NEVER;
  }

  /** RTT between this vantage point's SYN and the handshake's end, in seconds; undefined: not seen. */
  get handshakeSeconds(): number | undefined {
    const { synAckFrame, synAckAt, handshakeAckFrame, handshakeAckAt } = this.story;
    const { synFrame, synCount, synAt } = this.end(this.client);
    if (synFrame === NEVER || synAckFrame === NEVER || synCount > 1) return undefined;
    return (handshakeAckFrame === NEVER ? synAckAt : handshakeAckAt) - synAt;
  }

  /** A copy of a packet just seen: same header again, on another interface or within an instant. */
  isDuplicate(packet: Packet, at: number, side: Side, recent: RecentSegments): boolean {
    // What moves anything forward is no copy: most segments are told by that alone.
    const sender = this.end(side);
    if (packet.ack !== sender.ack || after(add(packet.seq, packet.payloadLength), sender.nxt)) {
      return false;
    }
    const newest = this.segmentCount - 1;
    for (let n = newest; n >= 0 && n > newest - 4; n--) {
      if (at - recent.at(this.home, n) > DUPLICATE_SECONDS) return false;
      if (this.isCopy(packet, side, n, recent)) {
        this.duplicates++;
        return true;
      }
    }
    return false;
  }

  private isCopy(packet: Packet, side: Side, n: number, recent: RecentSegments): boolean {
    const { home } = this;
    const flags = recent.flags(home, n);
    if (((flags & FROM_UPPER) !== 0) !== (side === 1) || (flags & 0xff) !== packet.flags)
      return false;
    if (recent.seq(home, n) !== packet.seq || recent.ack(home, n) !== packet.ack) return false;
    if (recent.length(home, n) !== packet.payloadLength) return false;
    if (recent.place(home, n) !== placeOf(packet)) return true;
    // On the same interface only the same IP packet is a copy; zero says nothing of identity.
    return packet.ipId > 0 && packet.ipId === this.end(side).ipId;
  }

  /** Takes one segment without RST into account. `at`: seconds since the capture's first packet. */
  arrives(
    packet: Packet,
    options: TcpOptions,
    opening: Opening,
    at: number,
    side: Side,
    recent: RecentSegments,
  ): void {
    if (this.story.isKept) this.story = this.story.copy();
    const sender = this.end(side);
    const peer = this.end(side === 0 ? 1 : 0);
    const { flags, seq, payloadLength } = packet;
    const end = add(
      seq,
      payloadLength + ((flags & SYN) !== 0 ? 1 : 0) + ((flags & FIN) !== 0 ? 1 : 0),
    );
    const kind = this.kindOf(packet, sender, peer);
    if ((flags & SYN) !== 0) this.opens(packet, options, at, side);
    if ((flags & ACK) !== 0 && sender !== this.end(this.client))
      this.noteOddAnswer(packet, options, at, peer);
    const isNew = kind >= KEEPALIVE_KIND ? false : sender.sends(seq, end);
    const again = !isNew && end !== seq && kind < PURE_ACK_KIND;
    this.noteIdentity(packet, options, sender);
    this.noteProbe(kind, sender, side, at, recent);
    if (again) this.noteAgain(sender, side, seq, payloadLength, at, recent);
    if (payloadLength > 0 && isNew) this.data(packet, opening, at, side);
    if ((flags & FIN) !== 0) noteFin(sender, packet.frame, at, end);
    if ((flags & ACK) !== 0) this.acknowledges(packet, sender, peer, at, side);
    noteWindow(sender, peer, packet, at);
    answers(peer);
    sender.segments++;
    sender.lastFrame = packet.frame;
    sender.lastAt = at;
    const marks = flags | (side === 1 ? FROM_UPPER : 0) | (again ? AGAIN : 0);
    recent.write(
      this.home,
      this.segmentCount++,
      packet.frame,
      at,
      seq,
      packet.ack,
      payloadLength,
      marks,
      kind,
      placeOf(packet),
    );
    if (this.firstResetFrame !== NEVER) this.remember(packet, at, side);
  }

  /** Keeps a segment, or a further reset, that came after the first reset. */
  remember(packet: Packet, at: number, side: Side): void {
    this.later ??= [];
    if (this.later.length >= LATER_REMEMBERED) return;
    const { frame, flags, seq, ack, payloadLength } = packet;
    this.later.push({ frame, at, side, flags, seq, ack, length: payloadLength });
  }

  private kindOf(packet: Packet, sender: End, peer: End): number {
    const { flags, seq, payloadLength } = packet;
    if ((flags & SYN) !== 0) return (flags & ACK) !== 0 ? SYN_ACK_KIND : SYN_KIND;
    if ((flags & FIN) !== 0) return FIN_KIND;
    if (payloadLength <= 1 && isProbe(seq, payloadLength, sender)) {
      return peer.window === 0 && peer.segments > 0 ? WINDOW_PROBE_KIND : KEEPALIVE_KIND;
    }
    if (payloadLength > 0) return DATA_KIND;
    return this.endsHandshake(packet, sender, peer) ? HANDSHAKE_ACK_KIND : PURE_ACK_KIND;
  }

  private endsHandshake(packet: Packet, sender: End, peer: End): boolean {
    return (
      this.story.synAckFrame !== NEVER &&
      peer.synHadAck &&
      this.story.handshakeAckFrame === NEVER &&
      sender.synFrame !== NEVER &&
      packet.ack === add(peer.iss, 1)
    );
  }

  /** The first acknowledgement of the server's SYN, and of nothing it never sent. */
  private acceptsSynAck(ack: number, server: End): boolean {
    if (this.story.handshakeAckFrame !== NEVER || this.story.synAckFrame === NEVER) return false;
    return after(ack, server.iss) && !after(ack, server.nxt);
  }

  private opens(packet: Packet, options: TcpOptions, at: number, side: Side): void {
    const sender = this.end(side);
    const hasAck = (packet.flags & ACK) !== 0;
    if (!this.roleKnown) {
      this.roleKnown = true;
      this.client = hasAck ? (side === 0 ? 1 : 0) : side;
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
    if (hasAck && this.story.synAckFrame === NEVER) {
      this.story.synAckFrame = packet.frame;
      this.story.synAckAt = at;
    }
  }

  /** What a client in SYN-SENT must refuse (RFC 9293 §3.10.7.3): a wrong ACK, an echo never sent. */
  private noteOddAnswer(packet: Packet, options: TcpOptions, at: number, client: End): void {
    if (client.synFrame === NEVER || client.synHadAck || this.story.handshakeAckFrame !== NEVER)
      return;
    const { frame, flags, ack } = packet;
    if ((flags & SYN) === 0) {
      if (this.story.synAckFrame !== NEVER || client.segments > client.synCount) return;
      this.story.ackForSynFrame = frame;
      this.story.ackForSynAt = at;
    } else if (ack !== add(client.iss, 1)) {
      this.story.otherSynAckFrame = frame;
      this.story.otherSynAckAt = at;
    } else if (
      client.offersTimestamps &&
      options.hasTimestamps &&
      echoIsImpossible(options.tsecr, client)
    ) {
      this.story.impossibleEchoFrame = frame;
    }
  }

  private noteIdentity(packet: Packet, options: TcpOptions, sender: End): void {
    sender.ttl = packet.ttl;
    if (packet.ttl < sender.ttlLowest) sender.ttlLowest = packet.ttl;
    if (packet.ttl > sender.ttlHighest) sender.ttlHighest = packet.ttl;
    sender.ipId = packet.ipId;
    sender.usesTimestamps = options.hasTimestamps;
  }

  private noteProbe(
    kind: number,
    sender: End,
    side: Side,
    at: number,
    recent: RecentSegments,
  ): void {
    if (kind === KEEPALIVE_KIND) {
      const trouble = (sender.trouble ??= new Trouble());
      if (trouble.keepalives > 0) trouble.keepaliveInterval = at - trouble.keepaliveAt;
      if (trouble.unanswered + trouble.unansweredKeepalives === 0) {
        trouble.unansweredSince = at;
        trouble.idle = this.idleBefore(side, at, recent);
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

  private noteAgain(
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
      trouble.idle = this.idleBefore(side, at, recent);
    }
    trouble.unanswered++;
  }

  /** Silence before this side's segments since the other side's last word, as far as remembered. */
  private idleBefore(side: Side, at: number, recent: RecentSegments): number {
    const oldest = Math.max(0, this.segmentCount - REMEMBERED);
    let first = at;
    for (let n = this.segmentCount - 1; n >= oldest; n--) {
      const then = recent.at(this.home, n);
      if (((recent.flags(this.home, n) & FROM_UPPER) !== 0) !== (side === 1)) return first - then;
      first = then;
    }
    return 0;
  }

  private data(packet: Packet, opening: Opening, at: number, side: Side): void {
    const sender = this.end(side);
    const peer = this.end(side === 0 ? 1 : 0);
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
    this.story.conversation.hears(side === this.client, frame, at, payloadLength, opening);
  }

  private acknowledges(packet: Packet, sender: End, peer: End, at: number, side: Side): void {
    const { ack, frame, flags } = packet;
    sender.ack = ack;
    sender.ackKnown = true;
    if ((flags & SYN) === 0 && side === this.client && this.acceptsSynAck(ack, peer)) {
      this.story.handshakeAckFrame = frame;
      this.story.handshakeAckAt = at;
    }
    if (peer.nxtKnown && after(ack, peer.nxt)) this.story.ackedUnseen = true;
    if (!peer.unaKnown || after(ack, peer.una)) {
      peer.unaKnown = true;
      peer.una = ack;
      if (peer.trouble !== undefined) peer.trouble.unanswered = 0;
    }
    const { fin } = peer;
    if (fin !== undefined && fin.ackedFrame === NEVER && !before(ack, fin.end))
      fin.ackedFrame = frame;
  }
}

/** Which end looks like the client when no handshake was seen: the higher port. */
function clientGuess(packet: Packet, side: Side): Side {
  const sourceIsClient = packet.sourcePort > packet.targetPort;
  return sourceIsClient ? side : side === 0 ? 1 : 0;
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
    const quiet = sender.segments === 0 ? 0 : at - sender.lastAt;
    sender.fin = { frame, at, end, quiet, count: 0, ackedFrame: NEVER };
  }
  sender.fin.count++;
}

/** RFC 7323 §2.2: the window of a SYN is never scaled, and scaling needs both ends' option. */
function noteWindow(sender: End, peer: End, packet: Packet, at: number): void {
  const scaled = (packet.flags & SYN) === 0 && sender.windowScale > 0 && peer.windowScale >= 0;
  sender.window = scaled
    ? packet.window << Math.min(sender.windowScale, LARGEST_SCALE)
    : packet.window;
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
