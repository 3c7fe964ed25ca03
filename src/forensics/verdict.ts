import type { CaptureCounts, Problem } from '../capture/problem.ts';
import type { AppView, Observation } from '../causes/cause.ts';
import type { Effect, FailureKind, Shape } from '../causes/evidence.ts';
import type { CauseId } from '../causes/ids.ts';
import type { Text } from '../causes/text.ts';

/** `certain`: every other cause is impossible on this evidence, and the evidence is whole. */
export type Confidence = 'certain' | 'likely' | 'possible';

/** A cause that this capture cannot exclude. */
export interface Alternative {
  readonly cause: CauseId;
  readonly confidence: Exclude<Confidence, 'certain'>;
}

export interface ConnectionName {
  /** The frame in which the connection is first seen: unique, and the same however it is read. */
  readonly id: number;
  /** Community ID v1 with seed 0, as Zeek, Suricata and Wireshark write it. */
  readonly communityId: string;
  /** `10.0.0.1:40000` or `[fd00::1]:40000`. */
  readonly client: string;
  readonly server: string;
}

/** The detective's word on one reset, or on one connection that broke without any. */
export interface Verdict {
  readonly type: 'reset' | 'failure';
  readonly frame: number;
  /** Time since the epoch. */
  readonly seconds: number;
  readonly nanos: number;
  readonly connection: ConnectionName;
  /** Who sent the reset (for a failure: the end that failed the other), and to whom. */
  readonly sender: string;
  readonly receiver: string;
  /** How the reset is built; undefined for a failure. */
  readonly shape: Shape | undefined;
  /** What broke; undefined for a reset. */
  readonly failure: FailureKind | undefined;
  readonly cause: CauseId;
  readonly confidence: Confidence;
  readonly alternatives: readonly Alternative[];
  readonly origin: 'endpoint' | 'middlebox' | 'unknown';
  readonly effect: Effect;
  readonly apps: { readonly sender: AppView; readonly receiver: AppView };
  readonly bytesLost: { readonly min: number; readonly max: number };
  /** For and against, in the order to read them. */
  readonly evidence: readonly Observation[];
  readonly advice: readonly Text[];
  /** The next capture or command that would settle an open question; undefined when none is open. */
  readonly settle: Text | undefined;
  /** Expected in healthy systems; folded by default. */
  readonly benign: boolean;
}

/** What is said of the capture as a whole, besides its verdicts. */
export interface Summary {
  readonly counts: CaptureCounts;
  readonly connections: number;
  readonly resets: number;
  readonly failures: number;
  readonly byCause: Partial<Record<CauseId, number>>;
  readonly problems: readonly Problem[];
  /** Conditions that were handled and must be known: duplicates, one direction only, cut packets. */
  readonly notes: readonly Text[];
}

/** One segment of a connection's story, for a ladder. */
export interface LadderRow {
  readonly frame: number;
  /** Seconds since the connection's first frame. */
  readonly atSeconds: number;
  readonly fromClient: boolean;
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128. */
  readonly flags: number;
  /** Relative to the initial sequence numbers, as Wireshark shows them; absolute too. */
  readonly seq: number;
  readonly ack: number;
  readonly rawSeq: number;
  readonly rawAck: number;
  readonly length: number;
  /** In bytes, scaled where the scale is known. */
  readonly window: number;
  readonly ttl: number;
  /** `retransmission`, `keep-alive`, `window probe`, `HTTP GET`, `TLS ClientHello`, … */
  readonly remark: string | undefined;
  /** No segment but an ICMP error about one of the end it goes to: `3/1`, type and code. */
  readonly icmp?: string;
  /** The payload's first bytes, where they were asked for. */
  readonly payload?: Uint8Array;
}

/** A connection's story: its segments in order, gaps where the middle was not kept. */
export interface Ladder {
  readonly connection: ConnectionName;
  readonly rows: readonly (LadderRow | { readonly omitted: number })[];
  readonly verdicts: readonly Verdict[];
}
