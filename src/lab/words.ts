import type { Outcome } from '../causes/scenario.ts';
import type { Language } from '../causes/text.ts';
import { outcomeText } from './tell-words.ts';

/** The laboratory's own words, in one language. */
export interface LabWords {
  readonly ladder: (at: string) => string;
  readonly applications: string;
  readonly engine: string;
  readonly detective: string;
  readonly reset: string;
  readonly events: string;
  readonly conditions: (seed: number, family: number, timestamps: boolean, at: string) => string;
  readonly outcome: (outcome: Outcome) => string;
  readonly expected: (outcome: Outcome) => string;
  readonly couldBe: (causes: string) => string;
  readonly noReset: string;
  readonly silent: string;
  readonly agree: string;
  readonly holds: string;
  readonly sameWire: string;
  readonly misses: string;
  readonly frame: (frame: number) => string;
  readonly kind: Readonly<
    Record<'sent' | 'received' | 'challenged' | 'ignored' | 'withheld', string>
  >;
  readonly nothing: string;
  readonly fin: string;
  readonly rst: string;
}

const english: LabWords = {
  ladder: (at) => `The wire, at the ${at}`,
  applications: 'What the applications were told',
  engine: 'Engine',
  detective: 'Detective',
  reset: 'Reset',
  events: 'What the engine did, and by which rule',
  conditions: (seed, family, timestamps, at) =>
    `seed ${seed}, IPv${family}, ${timestamps ? 'with' : 'without'} timestamps, captured at the ${at}`,
  outcome: (outcome) => outcomeText(outcome, 'en'),
  expected: (outcome) => `as written: ${outcomeText(outcome, 'en')}`,
  couldBe: (causes) => `could be ${causes}`,
  noReset: 'no reset',
  silent: 'nothing',
  agree: 'agree',
  holds: 'in the set',
  sameWire: 'same packets',
  misses: 'DIFFER',
  frame: (frame) => `frame ${frame}`,
  kind: {
    sent: 'sent a reset',
    received: 'was reset',
    challenged: 'sent a challenge ACK',
    ignored: 'ignored a reset',
    withheld: 'sent no reset',
  },
  nothing: 'No reset was sent, received or withheld.',
  fin: 'With FIN',
  rst: 'With RST',
};

const chinese: LabWords = {
  ladder: (at) => `线上报文（${roleIn(at)}抓包）`,
  applications: '两端应用看到的',
  engine: '引擎',
  detective: '侦探',
  reset: '复位',
  events: '引擎做了什么，依据哪条规则',
  conditions: (seed, family, timestamps, at) =>
    `种子 ${seed}，IPv${family}，${timestamps ? '有' : '无'}时间戳，在${roleIn(at)}抓包`,
  outcome: (outcome) => outcomeText(outcome, 'zh'),
  expected: (outcome) => `原本：${outcomeText(outcome, 'zh')}`,
  couldBe: (causes) => `也可能是 ${causes}`,
  noReset: '没有 RST',
  silent: '无',
  agree: '一致',
  holds: '在候选之中',
  sameWire: '报文相同',
  misses: '不一致',
  frame: (frame) => `第 ${frame} 帧`,
  kind: {
    sent: '发出 RST',
    received: '被复位',
    challenged: '发出挑战 ACK',
    ignored: '忽略了 RST',
    withheld: '没有发 RST',
  },
  nothing: '没有发出、收到或抑制任何 RST。',
  fin: '用 FIN',
  rst: '用 RST',
};

const roleIn = (at: string): string => (at === 'client' ? '客户端' : '服务端');

export const labWordsIn = (language: Language): LabWords => (language === 'zh' ? chinese : english);
