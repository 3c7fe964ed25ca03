/** Something wrong with the input, and where: a file's error is a value, never an exception. */
export interface Problem {
  /** Stable code, for machines and translation. */
  readonly code: ProblemCode;
  /** The last packet that had begun when the trouble was met, 0 before the first. */
  readonly frame: number;
  /** Byte offset in the (decompressed) capture at which the trouble starts. */
  readonly offset: number;
  /** What is wrong, in English, without the place. */
  readonly message: string;
  /** Nothing after this place could be read. */
  readonly fatal: boolean;
}

export type ProblemCode =
  | 'empty'
  | 'not-a-capture'
  | 'unsupported-version'
  | 'cut-short'
  | 'bad-block-length'
  | 'bad-record-length'
  | 'bad-compression'
  | 'unknown-link-type'
  | 'unknown-interface'
  | 'unreadable';

/** What was met on the way, so that it can be said. Counts of packets. */
export interface CaptureCounts {
  packets: number;
  tcp: number;
  /** When the packet read last was captured, in seconds since the epoch; 0 before any. */
  endSeconds: number;
  /** Neither TCP nor an ICMP error about it. */
  other: number;
  /** IP fragments after the first, which carry no TCP header. */
  laterFragments: number;
  /** Cut by the snap length before the end of the TCP header: unusable. */
  headerCut: number;
  /** Lengths or offsets in headers that cannot be true. */
  malformed: number;
  /** Packets whose captured length is shorter than the wire's. */
  cut: number;
  unknownLinkType: number;
  tunnelled: number;
  /** Packets that the capture says it had no room for; -1: it does not say. */
  dropped: number;
  /** Until when it says that it listened, in seconds since the epoch; 0: it does not say. */
  untilSeconds: number;
  /** TCP payloads above 1,460 bytes: segmentation offload, or a link with an MTU above 1,500. */
  superSegments: number;
}

export const noCounts = (): CaptureCounts => ({
  packets: 0,
  endSeconds: 0,
  tcp: 0,
  other: 0,
  laterFragments: 0,
  headerCut: 0,
  malformed: 0,
  cut: 0,
  unknownLinkType: 0,
  tunnelled: 0,
  superSegments: 0,
  dropped: -1,
  untilSeconds: 0,
});
