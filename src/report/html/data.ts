import type { Shape, FailureKind, Effect } from '../../causes/evidence.ts';
import type { CauseId } from '../../causes/ids.ts';
import type { Language } from '../../causes/text.ts';
import type { Confidence, Verdict } from '../../forensics/verdict.ts';
import type { TimelineData } from './timeline.ts';

/**
 * All that a page shows of one capture, as plain JSON in one language: a report is this and the page.
 * What recurs stands once, since ten thousand resets are to open at once.
 */
export interface ReportData {
  readonly language: Language;
  readonly title: string;
  /** The capture's name, without folders; empty for what came through a pipe. */
  readonly file: string;
  /** Of Resetlab. */
  readonly version: string;
  readonly isAnonymised: boolean;
  readonly headline: string;
  /** What went wrong with the input, and what must be known of it. */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
  /** Said where nothing did harm, in paragraphs. */
  readonly nothing: readonly string[];
  /** Every cause that is named anywhere. */
  readonly causes: Readonly<Record<string, CauseData>>;
  /** Of all verdicts, listed or not; null where it would show nothing. */
  readonly timeline: TimelineData | null;
  /** Worst first; what is harmless last. */
  readonly groups: readonly GroupData[];
  /** In frame order. */
  readonly verdicts: readonly VerdictData[];
  /** Verdicts that the page has no room for; `groups` counts them all the same. */
  readonly omittedVerdicts: number;
  readonly connections: Readonly<Record<number, ConnectionData>>;
  /** Texts that verdicts refer to by index. */
  readonly texts: readonly string[];
  /** By connection. */
  readonly ladders: Readonly<Record<number, LadderData>>;
}

export interface CauseData {
  readonly title: string;
  readonly summary: string;
  readonly advice: readonly string[];
  readonly sources: readonly string[];
}

/** The verdicts that share a cause and a role, as the text report tells them. */
export interface GroupData {
  readonly cause: CauseId;
  readonly isBenign: boolean;
  /** `29 resets and 3 connections without one`, `likely`. */
  readonly tally: string;
  readonly sureness: string;
  /** Of the example. */
  readonly confidence: Confidence;
  readonly count: number;
  readonly who: readonly string[];
  readonly senderRole: Role;
  readonly receiverSaw: readonly string[];
  readonly senderSaw: readonly string[];
  readonly effects: readonly string[];
  readonly lost: string | null;
  readonly couldBe: readonly string[];
  /** Index of the verdict that shows the cause best. */
  readonly example: number;
}

export type Role = 'client' | 'server';

/** A row of `explain --json`; what recurs is told elsewhere. */
export interface VerdictData {
  readonly type: Verdict['type'];
  readonly frame: number;
  /** RFC 3339 in UTC. */
  readonly time: string;
  /** Seconds since the first verdict. */
  readonly atSeconds: number;
  readonly connection: number;
  readonly senderRole: Role;
  readonly shape?: Shape;
  readonly failure?: FailureKind;
  readonly cause: CauseId;
  readonly confidence: Confidence;
  readonly alternatives: Verdict['alternatives'];
  readonly origin: Verdict['origin'];
  readonly effect: Effect;
  readonly apps: Verdict['apps'];
  readonly bytesLost: Verdict['bytesLost'];
  readonly evidence: readonly EvidenceData[];
  /** Index of a text; -1: nothing is open. */
  readonly settle: number;
  readonly isBenign: boolean;
  /** It only repeats an earlier one of its connection. */
  readonly isRepeat: boolean;
  /** Index of its group; a repeat's is that of what it repeats. */
  readonly group: number;
}

/** Frame (0: the capture as a whole), index of the text, 1 for and 0 against. */
export type EvidenceData = readonly [frame: number, text: number, supports: 0 | 1];

export interface ConnectionData {
  /** Empty in an anonymised report: it is a hash of the addresses. */
  readonly communityId: string;
  readonly client: string;
  readonly server: string;
}

/** A ladder in columns: one entry a row in each. */
export interface LadderData {
  readonly frame: readonly number[];
  /** Seconds since the connection's first frame. */
  readonly at: readonly number[];
  /** The TCP flags, and 256 from the client. */
  readonly flags: readonly number[];
  readonly seq: readonly number[];
  readonly ack: readonly number[];
  readonly length: readonly number[];
  readonly window: readonly number[];
  readonly ttl: readonly number[];
  /** What is added to client's and server's relative numbers, modulo 2^32, for the absolute ones. */
  readonly base: readonly [client: number, server: number];
  /** By row, absolute numbers that do not come out so. */
  readonly raw: Readonly<Record<number, readonly [seq: number, ack: number]>>;
  /** By row, where there is one. */
  readonly remarks: Readonly<Record<number, string>>;
  readonly icmp: Readonly<Record<number, string>>;
  /** In hexadecimal. */
  readonly payloads: Readonly<Record<number, string>>;
  /** Before which row how many segments are left out. */
  readonly gaps: Readonly<Record<number, number>>;
}
