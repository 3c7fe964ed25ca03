export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

/** Which TCP options a segment carries. */
export const OPTIONS_NONE = 0;
export const OPTIONS_TIMESTAMPS = 1;
/** MSS, SACK permitted, timestamps, window scale; and the same without the last two. */
export const OPTIONS_SYN = 2;
export const OPTIONS_SYN_PLAIN = 3;

/** One segment on its way to the file; the same object is filled in for each. */
export class Segment {
  constructor() {
    this.seq = 0;
    this.ack = 0;
    this.flags = 0;
    /** As in the header, unscaled. */
    this.window = 0;
    this.options = OPTIONS_NONE;
    this.ipId = 0;
    /** Payload bytes, the first of them from `head`. */
    this.length = 0;
    /** @type {Buffer | undefined} */
    this.head = undefined;
  }
}

/** One end of a connection: its address, its habits and its sequence numbers. */
export class End {
  constructor() {
    this.v6 = false;
    this.vlan = false;
    /** On the side of the wire where the capture is taken: its short frames are not yet padded. */
    this.near = false;
    this.mac = 0;
    this.address0 = 0;
    this.address1 = 0;
    this.address3 = 0;
    /** Ones' complement sum of the address's 16-bit words, not folded. */
    this.addressSum = 0;
    this.port = 0;
    this.ttl = 64;
    this.ipId = 0;
    this.sndNxt = 0;
    this.rcvNxt = 0;
    /** Advertised window in bytes. */
    this.window = 64_240;
    this.windowShift = 7;
    /** Milliseconds that this end's timestamp clock is ahead; its last TSval; the TSval it echoes. */
    this.tsOffset = 0;
    this.tsLast = 0;
    this.tsRecent = 0;
  }

  /**
   * @param {boolean} v6
   * @param {number} network third and fourth words of 2001:db8 (IPv6)
   * @param {number} host the IPv4 address; with IPv6 the interface identifier
   */
  live(v6, network, host) {
    this.v6 = v6;
    this.address0 = v6 ? 0x20010db8 : 0;
    this.address1 = v6 ? network : 0;
    this.address3 = host | 0;
    this.addressSum = wordSum(this.address0) + wordSum(this.address1) + wordSum(this.address3);
  }

  /** The same address in the mouth of somebody else. */
  impersonated() {
    return Object.assign(new End(), this);
  }
}

/** @param {number} word */
const wordSum = (word) => (word >>> 16) + (word & 0xffff);
