import { after, before, distance } from '../wire/sequence.ts';

/** Not seen yet, for frames. */
export const NEVER = 0;

export interface Fin {
  readonly frame: number;
  readonly at: number;
  /** The number after the FIN. */
  readonly end: number;
  /** Seconds this end had said nothing before it. */
  readonly quiet: number;
  count: number;
  ackedFrame: number;
}

/** Retransmissions, probes, and a window of its own that is closed. */
export class Trouble {
  unanswered = 0;
  /** When the first of what is now sent again, or probed for, was sent again. */
  unansweredSince = 0;
  /** Of these, segments sent again at one time count once; when the newest was, and how long after the last. */
  rounds = 0;
  roundAt = 0;
  /** If there were two; in the unit in which it is told, as with `keepaliveIntervalMs`. */
  roundIntervalMs: number | undefined = undefined;
  /** Silence, in seconds, before the first segment that the other end did not answer. */
  idle = 0;
  /** Keepalive probes that came last, in a row; and those that got no answer. */
  keepalives = 0;
  unansweredKeepalives = 0;
  keepaliveAt = 0;
  /**
   * Between the newest two, if there were two. In the unit in which it is told: to multiply it there, or
   * to tell nothing, has V8 compile whoever gathers the facts anew without end (`--trace-deopt`).
   */
  keepaliveIntervalMs: number | undefined = undefined;
  windowProbes = 0;
  unansweredWindowProbes = 0;
  zeroWindowFrame = NEVER;
  zeroWindowAt = 0;
}

/**
 * One end of a connection, as far as its own segments and the other end's answers show it. Times
 * are seconds since the capture's first packet; sequence numbers signed 32-bit.
 */
export class End {
  segments = 0;
  lastFrame = NEVER;
  lastAt = 0;
  /** The same without keepalive probes and the answers to them: of these no application knows. */
  lastSpokeAt = 0;

  /** SND.NXT: the byte after everything sent; known once anything with a sequence was seen. */
  nxtKnown = false;
  nxt = 0;
  /** The first sequence number seen, one before the first byte where the SYN was seen. */
  first = 0;
  /** SND.UNA: the highest acknowledgement of the other end. */
  unaKnown = false;
  una = 0;
  /** Last acknowledgement number that this end sent, and the highest. */
  ackKnown = false;
  ack = 0;
  /** Bytes jumped over, not seen since. */
  holes = 0;

  lastDataFrame = NEVER;
  lastDataAt = 0;

  fin: Fin | undefined;
  bytesAfterPeerFin = 0;
  /** Bytes sent since the other end last sent data. */
  sinceAnswer = 0;

  /** As last advertised, in bytes where the scale is known. */
  window = 0;
  largestWindow = 0;

  /** What it does about an other end that does not answer, or takes nothing: most never need it. */
  trouble: Trouble | undefined;

  ttl = -1;
  ttlLowest = 255;
  ttlHighest = -1;
  ipId = -1;
  /** The largest step, up or down, between the IP identifications of two packets in a row. */
  ipIdStride = 0;
  usesTimestamps = false;

  // Hardly ever touched after the handshake: kept apart for the sake of the cache.
  synFrame = NEVER;
  synAt = 0;
  synCount = 0;
  synHadAck = false;
  iss = 0;
  /** The SYN's timestamp values, lowest and highest, for the echo's plausibility. */
  synTsval = 0;
  lastSynTsval = 0;
  offersTimestamps = false;
  windowScale = -1;
  firstDataFrame = NEVER;

  /** A segment, no reset, with MP_FASTCLOSE. */
  fastcloseFrame = NEVER;
  fastcloseAt = 0;

  get finFrame(): number {
    return this.fin?.frame ?? NEVER;
  }

  get finAckedFrame(): number {
    return this.fin?.ackedFrame ?? NEVER;
  }

  /** Data, FIN or SYN sent again since the other end last acknowledged something new. */
  get unanswered(): number {
    return this.trouble?.unanswered ?? 0;
  }

  get unansweredKeepalives(): number {
    return this.trouble?.unansweredKeepalives ?? 0;
  }

  clear(): void {
    Object.assign(this, BLANK);
  }

  copy(): End {
    const copy = Object.assign(new End(), this);
    copy.fin = this.fin && { ...this.fin };
    copy.trouble = this.trouble && Object.assign(new Trouble(), this.trouble);
    return copy;
  }

  /** Bytes of application data sent: everything between the first sequence number and SND.NXT. */
  get bytesSent(): number {
    return this.nxtKnown ? this.payloadUpTo(this.nxt) : 0;
  }

  /** Of these, acknowledged by the other end. */
  get bytesAcknowledged(): number {
    return this.unaKnown && this.nxtKnown
      ? Math.min(this.payloadUpTo(this.una), this.bytesSent)
      : 0;
  }

  get unacknowledged(): number {
    return this.nxtKnown && this.unaKnown ? Math.max(0, distance(this.nxt, this.una)) : 0;
  }

  private payloadUpTo(seq: number): number {
    const syn = this.synFrame === NEVER ? 0 : 1;
    const fin = this.fin !== undefined && !before(seq, this.fin.end) ? 1 : 0;
    return Math.max(0, distance(seq, this.first) - syn - fin);
  }

  /** Takes note of sequence numbers [seq, end); answers whether they are new. */
  sends(seq: number, end: number): boolean {
    if (!this.nxtKnown) {
      this.nxtKnown = true;
      this.first = seq;
      this.nxt = end;
      return true;
    }
    if (after(end, this.nxt)) {
      if (after(seq, this.nxt)) this.holes += distance(seq, this.nxt);
      this.nxt = end;
      return true;
    }
    return false;
  }
}

const BLANK = new End();
