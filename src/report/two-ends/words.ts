import type { Language } from '../../causes/text.ts';
import type { ClockRelation } from '../../forensics/two-ends/clocks.ts';
import type { End } from '../../forensics/two-ends/pair.ts';
import type { Losses } from '../../forensics/two-ends/witness.ts';
import { grouped } from '../numbers.ts';

/** What is said of two captures, in one language. */
export interface TwoEndsWords {
  readonly and: string;
  readonly end: Readonly<Record<End, string>>;
  readonly joined: (both: number, client: number, server: number) => string;
  readonly clocks: (clocks: ClockRelation | undefined) => string;
  readonly losses: (file: string, losses: Losses) => string;
  readonly tooLarge: string;
  readonly fate: { readonly lost: string; readonly unsent: string };
}

const ms = (value: number): string =>
  `${Math.abs(value) < 10 ? value.toFixed(3) : value.toFixed(1)} ms`;

const english: TwoEndsWords = {
  and: ' and ',
  end: { client: 'client', server: 'server' },
  joined: (both, client, server) =>
    `Connections in both captures: ${grouped(both)}; only in the client's: ${grouped(client)}; only in the server's: ${grouped(server)}`,
  clocks: (clocks) =>
    clocks === undefined
      ? 'The clocks cannot be compared: no segment of each direction is in both captures'
      : `The server's clock is ${ms(Math.abs(clocks.offsetMs))} ${clocks.offsetMs < 0 ? 'behind' : 'ahead of'} the client's (± ${ms(clocks.plusMinusMs)}, by ${grouped(clocks.crossings)} segments)${clocks.driftMsPerSecond === 0 ? '' : `, and gains ${(clocks.driftMsPerSecond * 1000).toFixed(1)} µs a second`}`,
  losses: (file, { compared, missing }) =>
    compared === 0
      ? `Whether ${file} has lost packets cannot be told: no segment that arrived at the other end lies well within the time of both captures`
      : missing === 0
        ? `${file} has all ${grouped(compared)} segments of its host that arrived at the other end`
        : `${file} lacks ${grouped(missing)} of the ${grouped(compared)} segments of its host that arrived at the other end: it has lost packets, so that what is missing there proves little`,
  tooLarge:
    'One of the captures has more segments than can be compared: cut it to the connections in question',
  fate: { lost: 'never arrived', unsent: 'never sent' },
};

const chinese: TwoEndsWords = {
  and: ' 与 ',
  end: { client: '客户端', server: '服务端' },
  joined: (both, client, server) =>
    `${grouped(both)} 条连接两边都有，${grouped(client)} 条只在客户端，${grouped(server)} 条只在服务端`,
  clocks: (clocks) =>
    clocks === undefined
      ? '无法比较两边的时钟：没有哪两个方向的报文段同时出现在两份抓包中'
      : `服务端时钟比客户端${clocks.offsetMs < 0 ? '慢' : '快'} ${ms(Math.abs(clocks.offsetMs))}（± ${ms(clocks.plusMinusMs)}，依据 ${grouped(clocks.crossings)} 个报文段）${clocks.driftMsPerSecond === 0 ? '' : `，每秒再快 ${(clocks.driftMsPerSecond * 1000).toFixed(1)} µs`}`,
  losses: (file, { compared, missing }) =>
    compared === 0
      ? `无法判断 ${file} 是否丢了包：对端收到的报文段没有一个完全落在两份抓包共同的时间之内`
      : missing === 0
        ? `对端收到的 ${grouped(compared)} 个报文段，${file} 全部都有`
        : `对端收到的 ${grouped(compared)} 个报文段中，${file} 缺 ${grouped(missing)} 个：它丢了包，因此其中没有什么并不足以为证`,
  tooLarge: '其中一份抓包的报文段太多，无法比较：请先裁剪到相关连接',
  fate: { lost: '没有到达', unsent: '从未发出' },
};

export const twoEndsWordsIn = (language: Language): TwoEndsWords =>
  language === 'zh' ? chinese : english;
