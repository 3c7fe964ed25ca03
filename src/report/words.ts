import type { Effect, FailureKind, Shape } from '../causes/evidence.ts';
import type { WireEnd } from '../causes/error-texts/entry.ts';
import type { CauseId } from '../causes/ids.ts';
import type { Language } from '../causes/text.ts';
import type { Confidence, Summary, Verdict } from '../forensics/verdict.ts';
import { english } from './words-en.ts';
import { chinese } from './words-zh.ts';

export type Problem = Summary['problems'][number];
export type Role = 'client' | 'server';

/** A number of resets, and of connections that broke without one. */
interface Tally {
  readonly resets: number;
  readonly failures: number;
}

/** Every word of the interface that is not a cause's own, in one language. */
export interface Words {
  readonly language: Language;
  readonly confidence: Readonly<Record<Confidence, string>>;
  readonly shape: Readonly<Record<Shape, string>>;
  readonly failure: Readonly<Record<FailureKind, string>>;
  readonly effect: Readonly<Record<Effect, string>>;
  readonly problem: Readonly<Record<Problem['code'], string>>;
  readonly role: Readonly<Record<Role, string>>;
  readonly labels: {
    readonly saw: (role: Role, several: boolean) => string;
    readonly who: string;
    readonly effect: string;
    readonly lost: string;
    readonly evidence: string;
    readonly against: string;
    /** Before alternatives; of a certain verdict, before special forms that it leaves open. */
    readonly couldBe: (certain: boolean) => string;
    readonly settle: string;
    readonly change: string;
    readonly look: string;
    readonly wireshark: string;
    readonly note: string;
    readonly problem: string;
  };
  readonly standardInput: string;
  readonly comma: string;
  readonly colon: string;
  readonly and: (items: readonly string[]) => string;

  /** `48,213 packets, 1,204 connections, 37 resets in 31 of them`. */
  readonly headline: (summary: Summary, connectionsReset: number) => string;
  /** `29 resets`, `29 resets and 3 failures`. */
  readonly tally: (tally: Tally) => string;
  readonly repeats: (count: number) => string;
  readonly times: (name: string, count: number) => string;
  readonly more: (count: number) => string;
  /** Who reset, or failed, whom; the verdict says in which way. */
  readonly who: (
    verdict: Pick<Verdict, 'failure' | 'origin'>,
    senders: string,
    receivers: string,
  ) => string;
  readonly hosts: (count: number, role: Role) => string;
  /** What one application's calls returned; undefined where nobody can know. */
  readonly calls: (app: Verdict['apps']['sender']) => string | undefined;
  readonly outOf: (count: number, all: number) => string;
  readonly lost: (min: number, max: number, connections: number) => string;
  /** `connection 17, 10.0.0.1:40000 to 10.0.0.7:8080`. */
  readonly connection: (id: number, client: string, server: string) => string;
  readonly frame: (frame: number) => string;
  readonly alternative: (id: CauseId, title: string, confidence: string, share: string) => string;
  readonly evenSo: string;
  readonly look: (connection: number, frame: number, cause: CauseId) => string;
  readonly folded: (items: string) => string;
  /** `2 health checks`. */
  readonly benign: (id: CauseId, count: number) => string;
  readonly further: (count: number) => string;
  /** Said where nothing at all was found, in paragraphs. */
  readonly nothing: (summary: Summary, folded: boolean) => readonly string[];
  readonly place: (frame: number, offset: number) => string;
  readonly endsHere: string;
  readonly interrupted: string;
  readonly ladder: {
    readonly frame: string;
    readonly time: string;
    readonly omitted: (count: number) => string;
    readonly title: (connection: string, communityId: string) => string;
    readonly brokeHere: (title: string, confidence: string) => string;
  };
  readonly markdown: {
    readonly title: (file: string) => string;
    readonly table: readonly [string, string, string, string];
    readonly examples: (connections: string) => string;
    readonly filter: string;
    readonly made: (version: string) => string;
  };
  /** Of an error text, what its wording fixes and what it leaves open. */
  readonly errorText: {
    readonly wire: Readonly<Record<WireEnd, string>>;
    readonly happened: string;
    readonly canMean: string;
    readonly cannotMean: string;
    readonly next: string;
    readonly more: string;
    readonly unknown: (text: string) => string;
  };
  /** Of a comment at a packet. */
  readonly comment: {
    readonly head: (id: CauseId, confidence: string, title: string) => string;
    /** A frame that is not in the copy, only in the capture it was made from. */
    readonly elsewhere: (frame: number) => string;
    /** What was written. */
    readonly written: (packets: number, comments: number) => string;
    /** Verdicts on simple packet blocks, which have no room for a comment. */
    readonly unplaced: (verdicts: number) => string;
  };
  readonly check: {
    readonly finding: (verdict: Verdict, title: string) => string;
    readonly clean: (file: string, allowed: number) => string;
    readonly suite: string;
  };
}

/** What a capture is called: `-` is how the command line spells standard input. */
export const nameOf = (file: string, words: Words): string =>
  file === '-' ? words.standardInput : file;

export const wordsIn = (language: Language): Words => (language === 'zh' ? chinese : english);
