import type { Language } from '../../causes/text.ts';
import { grouped } from '../numbers.ts';
import { count } from '../words-en.ts';
import type { KernelWord } from './kernel-word.ts';
import type { WatchState } from './state.ts';

/** What a watcher says, in one language. */
export interface WatchWords {
  readonly kernel: (word: KernelWord) => string;
  readonly traffic: (state: WatchState) => string;
  readonly resets: (state: WatchState) => string;
  readonly dropped: (packets: number) => string;
  readonly causes: string;
  readonly last: string;
  readonly quiet: string;
  readonly hint: string;
  readonly arrow: string;
}

const disagreement = { cause: '', alternative: '', no: ' ≠' } as const;

const said = ({ reason, state, process }: KernelWord): string => {
  const who = process === undefined ? '' : ` ${process.name}/${process.pid}`;
  const where = state === undefined || state === 'UNKNOWN' ? '' : ` ${state}`;
  return `${reason ?? ''}${who}${where}`;
};

const english: WatchWords = {
  kernel: (word) => {
    if (word.kind === 'not-sent') return 'kernel: did not send it ≠';
    if (word.kind === 'received') return 'kernel: took it';
    return `kernel: ${said(word)}${word.agrees === undefined ? '' : disagreement[word.agrees]}`;
  },
  traffic: ({ source, packetsPerSecond, followed }) =>
    `${source}: ${grouped(packetsPerSecond)} packets/s, ${count(followed, 'connection', 'connections')}`,
  resets: ({ resets, failures, lastMinute, elapsedSeconds }) =>
    `${count(resets, 'reset', 'resets')} and ${count(failures, 'failure', 'failures')} in ${clock(elapsedSeconds)}, ${grouped(lastMinute)} in the last minute`,
  dropped: (packets) =>
    `${count(packets, 'packet was', 'packets were')} dropped by the capture: verdicts may be wrong`,
  causes: 'Causes',
  last: 'Last',
  quiet: 'No reset yet.',
  hint: 'Ctrl-C ends',
  arrow: ' reset ',
};

const chinese: WatchWords = {
  kernel: (word) => {
    if (word.kind === 'not-sent') return '内核：并未发送 ≠';
    if (word.kind === 'received') return '内核：已接受';
    return `内核：${said(word)}${word.agrees === undefined ? '' : disagreement[word.agrees]}`;
  },
  traffic: ({ source, packetsPerSecond, followed }) =>
    `${source}：每秒 ${grouped(packetsPerSecond)} 个报文，${grouped(followed)} 条连接`,
  resets: ({ resets, failures, lastMinute, elapsedSeconds }) =>
    `${clock(elapsedSeconds)} 内 ${grouped(resets)} 个 RST、${grouped(failures)} 次无 RST 的失败，最近一分钟 ${grouped(lastMinute)} 个`,
  dropped: (packets) => `抓包丢弃了 ${grouped(packets)} 个报文：结论可能有误`,
  causes: '原因',
  last: '最近',
  quiet: '还没有 RST。',
  hint: 'Ctrl-C 结束',
  arrow: ' 复位 ',
};

/** `1:02:03`, `2:03`. */
const clock = (seconds: number): string => {
  const whole = Math.floor(seconds);
  const two = (number: number): string => String(number).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
};

export const watchWordsIn = (language: Language): WatchWords =>
  language === 'zh' ? chinese : english;
