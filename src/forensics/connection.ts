import { endpointText } from '../wire/address.ts';
import { communityId, type EndpointWords } from '../wire/community-id.ts';
import type { Packet } from '../wire/packet.ts';
import { add, after } from '../wire/sequence.ts';
import { takeAddresses, WORDS_AN_END } from './addresses.ts';
import { type End, NEVER } from './end.ts';
import { endpointHash, folded } from './key.ts';
import { DUPLICATE_SECONDS, placeOf, type ResetMemory } from './reset-memory.ts';
import { Story, type Side } from './story.ts';
import { FROM_UPPER, type RecentSegments } from './recent.ts';

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
  /** What both ends, and the whole, are called, once somebody asked. */
  private endpoints: [string, string] | undefined;
  private community: string | undefined;

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
    else if (this.firstFrame !== NEVER) this.story.clear();
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
    this.endpoints = undefined;
    this.community = undefined;
    takeAddresses(packet, this.words, side * WORDS_AN_END, (1 - side) * WORDS_AN_END);
  }

  /** Whether a packet from `side` belongs to this connection: the full comparison behind the hashes. */
  owns(packet: Packet, side: Side): boolean {
    const { words } = this;
    const a = side * WORDS_AN_END;
    const b = WORDS_AN_END - a;
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
    const at = side * WORDS_AN_END;
    if (this.ipVersion === 4) return words[at];
    return folded(words[at], words[at + 1], words[at + 2], words[at + 3]);
  }

  /** Address and port of a side as one word, as in `ConnectionKey`. */
  endpointHash(side: Side): number {
    return endpointHash(this.host(side), this.words[side * WORDS_AN_END + 4]);
  }

  /** `10.0.0.1:80` or `[fd00::1]:80`. */
  endpoint(side: Side): string {
    this.endpoints ??= [this.endpointText(0), this.endpointText(1)];
    return this.endpoints[side];
  }

  private endpointText(side: Side): string {
    const { word0, word1, word2, word3, port } = this.endpointWords(side);
    return endpointText(this.ipVersion, word0, word1, word2, word3, port);
  }

  get communityId(): string {
    this.community ??= communityId(this.ipVersion, this.endpointWords(0), this.endpointWords(1));
    return this.community;
  }

  private endpointWords(side: Side): EndpointWords {
    const { words } = this;
    const at = side * WORDS_AN_END;
    return {
      word0: words[at],
      word1: words[at + 1],
      word2: words[at + 2],
      word3: words[at + 3],
      port: words[at + 4],
    };
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

  /** Keeps a segment, or a further reset, that came after the first reset. */
  remember(packet: Packet, at: number, side: Side): void {
    this.later ??= [];
    if (this.later.length >= LATER_REMEMBERED) return;
    const { frame, flags, seq, ack, payloadLength } = packet;
    this.later.push({ frame, at, side, flags, seq, ack, length: payloadLength });
  }
}

/** Which end looks like the client when no handshake was seen: the higher port. */
function clientGuess(packet: Packet, side: Side): Side {
  const sourceIsClient = packet.sourcePort > packet.targetPort;
  return sourceIsClient ? side : side === 0 ? 1 : 0;
}
