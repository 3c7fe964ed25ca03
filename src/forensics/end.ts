import { after, before, distance } from '../wire/sequence.ts';

/** Not seen yet, for frames. */
export const NEVER = 0;

/**
 * One end of a connection, as far as its own segments and the other end's answers show it. Times
 * are seconds since the capture's first packet; sequence numbers signed 32-bit.
 */
export class End {
  segments = 0;
  lastFrame = NEVER;
  lastAt = 0;

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

  firstDataFrame = NEVER;
  firstDataAt = 0;
  lastDataFrame = NEVER;
  lastDataAt = 0;

  finFrame = NEVER;
  finAt = 0;
  /** The number after the FIN. */
  finEnd = 0;
  finCount = 0;
  finQuiet = 0;
  finAckedFrame = NEVER;
  bytesAfterPeerFin = 0;
  /** Bytes sent since the other end last sent data. */
  sinceAnswer = 0;

  /** As last advertised, in bytes where the scale is known. */
  window = 0;
  largestWindow = 0;
  zeroWindowFrame = NEVER;
  zeroWindowAt = 0;

  /** Data, FIN or SYN sent again since the other end last acknowledged something new. */
  unanswered = 0;
  /** When the first of what is now sent again, or probed for, was sent again. */
  unansweredSince = 0;
  /** When the first segment after the other end's last word was sent, and how it stood before. */
  firstUnansweredAt = 0;
  quietBefore = 0;
  keepalives = 0;
  unansweredKeepalives = 0;
  keepaliveAt = 0;
  keepaliveInterval = -1;
  windowProbes = 0;
  unansweredWindowProbes = 0;

  ttl = -1;
  ttlLowest = 255;
  ttlHighest = -1;
  ipId = -1;
  usesTimestamps = false;

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
    const fin = this.finFrame !== NEVER && !before(seq, this.finEnd) ? 1 : 0;
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
