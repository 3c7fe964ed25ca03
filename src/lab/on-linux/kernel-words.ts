import type { Outcome } from '../../causes/scenario.ts';
import type { Language } from '../../causes/text.ts';
import { outcomeText } from '../tell-words.ts';
import type { Place } from './kernel-run.ts';

/** What is said of a run on the kernel, in one language. */
export interface KernelWords {
  readonly applications: string;
  readonly outcome: (outcome: Outcome) => string;
  readonly expected: (outcome: Outcome) => string;
  readonly reasons: string;
  readonly noReset: string;
  readonly detective: (place: Place) => string;
  readonly nothingBroke: string;
  readonly silent: string;
  readonly couldBe: (causes: string) => string;
  readonly misses: (cause: string) => string;
  readonly frame: (frame: number) => string;
  readonly engine: string;
  readonly agree: string;
  readonly kernelDoes: (what: string) => string;
  readonly engineDoes: (what: string) => string;
}

const PLACES: Readonly<Record<Language, Readonly<Record<Place, string>>>> = {
  en: {
    client: 'at the client',
    server: 'at the server',
    any: 'on all devices of the client, or of the router',
  },
  zh: { client: '在客户端', server: '在服务端', any: '在客户端（或路由器）的所有网卡上' },
};

const english: KernelWords = {
  applications: 'What the kernel told the applications',
  outcome: (outcome) => outcomeText(outcome, 'en'),
  expected: (outcome) => ` (expected: ${outcomeText(outcome, 'en')})`,
  reasons: 'Why the kernel says it sent its resets',
  noReset: 'It sent none.',
  detective: (place) => `What the detective says of a capture ${PLACES.en[place]}`,
  nothingBroke: 'Nothing broke.',
  silent: 'nothing',
  couldBe: (causes) => `; could be ${causes}`,
  misses: (cause) => ` (not ${cause})`,
  frame: (frame) => `frame ${frame}`,
  engine: 'Our engine in the same scenario',
  agree: 'Same calls, same resets, same reasons.',
  kernelDoes: (what) => `kernel: ${what}`,
  engineDoes: (what) => `engine: ${what}`,
};

const chinese: KernelWords = {
  applications: '内核告诉两端应用的结果',
  outcome: (outcome) => outcomeText(outcome, 'zh'),
  expected: (outcome) => `（预期：${outcomeText(outcome, 'zh')}）`,
  reasons: '内核自己说的发 RST 的理由',
  noReset: '内核没有发 RST。',
  detective: (place) => `侦探的结论（${PLACES.zh[place]}抓包）`,
  nothingBroke: '没有连接出问题。',
  silent: '没有结论',
  couldBe: (causes) => `；也可能是 ${causes}`,
  misses: (cause) => `（不是 ${cause}）`,
  frame: (frame) => `第 ${frame} 帧`,
  engine: '我们的引擎在同一场景中',
  agree: '调用结果、RST 和理由都相同。',
  kernelDoes: (what) => `内核：${what}`,
  engineDoes: (what) => `引擎：${what}`,
};

export const kernelWordsIn = (language: Language): KernelWords =>
  language === 'zh' ? chinese : english;
