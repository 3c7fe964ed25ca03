import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Role } from '../../causes/scenario.ts';
import type { Language } from '../../causes/text.ts';
import type { Timer } from '../../lab/moment.ts';
import { english } from './words-en.ts';
import { chinese } from './words-zh.ts';

/** What the workbench says besides the words of reports and of the laboratory. */
export interface WorkbenchWords {
  readonly language: Language;
  readonly nav: Readonly<Record<'capture' | 'lab' | 'claims', string>>;
  readonly navigation: string;
  readonly languageLabel: string;
  readonly welcome: {
    readonly title: string;
    readonly lead: string;
    readonly drop: string;
    readonly choose: string;
    readonly formats: string;
    readonly stays: string;
    readonly gone: string;
    readonly lab: string;
    readonly labText: string;
    readonly claims: string;
    readonly claimsText: string;
  };
  readonly reading: {
    readonly title: (file: string) => string;
    readonly progress: (percent: number, packets: number) => string;
    readonly cancel: string;
    readonly failed: (message: string) => string;
    readonly another: string;
  };
  readonly saving: {
    readonly save: string;
    readonly anonymise: string;
    readonly segments: (percent: number) => string;
  };
  readonly scenarios: {
    readonly title: string;
    readonly lead: string;
    readonly find: string;
    readonly none: string;
  };
  readonly claims: {
    readonly title: string;
    readonly lead: string;
    readonly chapters: Readonly<Record<'A' | 'B' | 'D' | 'E', string>>;
  };
  readonly lab: LabPageWords;
}

export interface LabPageWords {
  readonly scenario: string;
  readonly variant: string;
  /** Closed by a full stop. */
  readonly sentence: (words: string) => string;
  readonly claims: string;
  readonly knobs: string;
  readonly changed: (count: number) => string;
  readonly seed: string;
  readonly delay: string;
  readonly loss: string;
  readonly ipv6: string;
  readonly timestamps: string;
  readonly at: string;
  readonly role: Readonly<Record<Role, string>>;
  readonly sysctls: string;
  readonly sysctlsHint: string;
  readonly anotherSysctl: string;
  readonly options: string;
  readonly socket: string;
  readonly option: string;
  readonly value: string;
  readonly add: string;
  readonly remove: (what: string) => string;
  readonly losses: string;
  readonly times: string;
  readonly segments: string;
  readonly firstSo: (times: number, what: string) => string;
  readonly asWritten: string;
  readonly wrong: (message: string) => string;
  readonly unknown: string;
  readonly steps: string;
  readonly first: string;
  readonly back: string;
  readonly on: string;
  readonly last: string;
  readonly toReset: string;
  readonly position: (at: number, all: number) => string;
  readonly keys: string;
  readonly cut: string;
  readonly ladder: string;
  readonly connection: string;
  readonly everyConnection: string;
  readonly lost: string;
  readonly made: string;
  readonly sends: (who: string) => string;
  readonly arrives: (who: string) => string;
  readonly states: string;
  readonly off: string;
  readonly variables: string;
  readonly none: string;
  readonly names: Readonly<Record<VariableName, string>>;
  readonly timer: (what: Timer['what'], inMs: number) => string;
  readonly truth: string;
  readonly asEngine: string;
  readonly download: (at: string) => string;
  readonly open: string;
  readonly command: string;
}

export type VariableName =
  | 'sndUna'
  | 'sndNxt'
  | 'sndWnd'
  | 'rcvNxt'
  | 'rcvWnd'
  | 'unread'
  | 'unacknowledged'
  | 'cwnd'
  | 'ssthresh'
  | 'rto'
  | 'srtt'
  | 'retransmits'
  | 'timers';

export const workbenchWordsIn = (language: Language): WorkbenchWords =>
  language === 'zh' ? chinese : english;

export const WorkbenchContext = createContext<WorkbenchWords>(english);

export const useWorkbenchWords = (): WorkbenchWords => useContext(WorkbenchContext);
