/** Flags of the TCP header beyond those of `packet.ts` (RFC 9293 §3.1, RFC 3168 §6.1). */
export const PSH = 8;
export const URG = 32;
export const ECE = 64;
export const CWR = 128;

/**
 * One TCP segment as sense: what a header says, its options understood. One object serves all
 * arrivals of a host and one all departures, so nothing may keep it; no object is made a segment.
 *
 * Sequence numbers are signed 32-bit integers (`wire/sequence.ts`).
 */
export class Segment {
  sourcePort = 0;
  targetPort = 0;
  seq = 0;
  ack = 0;
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128. */
  flags = 0;
  /** As in the header, 0 to 65535, not scaled. */
  window = 0;
  urgentPointer = 0;

  /** Maximum segment size in bytes, -1 if absent. */
  mss = -1;
  /** Shift count as sent, -1 if absent. */
  windowScale = -1;
  sackPermitted = false;
  hasTimestamps = false;
  /** Signed 32-bit integers; 0 without timestamps. */
  tsval = 0;
  tsecr = 0;
  /** Number of SACK blocks, 0 to 4; block i is `sack[2 * i]` to `sack[2 * i + 1]`, end exclusive. */
  sackBlocks = 0;
  readonly sack = new Int32Array(8);

  /**
   * The text: `payloadLength` bytes from `payloadOffset`. Where that passes the end of `payload` it
   * goes on at its beginning, so that a piece of a ring buffer needs no copy of its own.
   */
  payload: Uint8Array = EMPTY;
  payloadOffset = 0;
  payloadLength = 0;
  /** Bytes of text of the segments that this is to be cut into, or was put together from; 0: it is one. */
  segmentSize = 0;

  /** The IP header's ECN field (RFC 3168 §5): 0 not capable, 1 ECT(1), 2 ECT(0), 3 congestion met. */
  ecn = 0;

  /** SEG.LEN: bytes of text, SYN and FIN counting one each (RFC 9293 §3.3.1). */
  get length(): number {
    return this.payloadLength + ((this.flags >> 1) & 1) + (this.flags & 1);
  }

  /** As a fresh one, for the next use; addresses of both ends are not its business. */
  clear(): void {
    this.seq = 0;
    this.ack = 0;
    this.flags = 0;
    this.window = 0;
    this.urgentPointer = 0;
    this.mss = -1;
    this.windowScale = -1;
    this.sackPermitted = false;
    this.hasTimestamps = false;
    this.tsval = 0;
    this.tsecr = 0;
    this.sackBlocks = 0;
    this.payload = EMPTY;
    this.payloadOffset = 0;
    this.payloadLength = 0;
    this.segmentSize = 0;
    this.ecn = 0;
  }
}

const EMPTY = new Uint8Array(0);
