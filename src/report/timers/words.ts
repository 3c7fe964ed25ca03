import type { Language } from '../../causes/text.ts';
import type { Change, Joint, Link } from '../../forensics/timer-chain.ts';
import { isHop } from '../../forensics/timer-chain.ts';

/** What is said of chains of timers, in one language. */
export interface TimerWords {
  readonly language: Language;
  readonly seconds: (seconds: number | undefined) => string;
  readonly outcome: Readonly<Record<Joint['outcome'], string>>;
  readonly title: (joint: Joint) => string;
  readonly why: (joint: Joint) => string;
  readonly change: string;
  readonly or: string;
  readonly set: (change: Change, name: string) => string;
  /** Where the ends cannot be changed, or need not be. */
  readonly probes: (idleSeconds: number) => string;
  readonly name: (link: Link) => string;
  readonly arrow: string;
  /** What a limit of so much means, at each side of a product. */
  readonly side: Readonly<Record<Change['side'], (limit: string) => string>>;
}

const name = ({ product }: Link): string => product.name;

/** What stands for anything has no name of its own. */
const GENERIC: Readonly<Record<string, string>> = {
  client: '客户端',
  proxy: '代理',
  server: '服务端',
  firewall: '防火墙',
};
const chineseName = ({ id, product }: Link): string => GENERIC[id] ?? product.name;
const limit = (seconds: number | undefined, never: string, unknown: string, unit: string): string =>
  seconds === undefined
    ? unknown
    : seconds === Number.POSITIVE_INFINITY
      ? never
      : `${seconds}${unit}`;

const english: TimerWords = {
  language: 'en',
  seconds: (seconds) => limit(seconds, 'never', '?', ' s'),
  outcome: {
    race: 'race',
    tight: 'too tight',
    fine: 'fine',
    forgotten: 'forgotten on the way',
    unknown: 'not known',
  },
  title: ({ left, right, passage, outcome }) => {
    if (passage !== undefined) {
      return outcome === 'forgotten'
        ? `${name(passage)} forgets connections that ${name(left)} and ${name(right)} keep`
        : `${name(passage)} between ${name(left)} and ${name(right)}`;
    }
    return outcome === 'race'
      ? `${name(right)} closes before ${name(left)} lets go`
      : `${name(left)} to ${name(right)}`;
  },
  why: ({ left, right, passage, outcome }) => {
    const keeps = english.seconds(left.upstream);
    const closes = english.seconds(right.downstream);
    if (outcome === 'unknown') {
      return `How long ${name(left)} keeps an idle connection: ${keeps}; after how long ${name(right)} closes it: ${closes}. Give both to know.`;
    }
    if (passage !== undefined) {
      const forgets = english.seconds(passage.idle);
      return outcome === 'fine'
        ? `One of the ends lets go before ${name(passage)} forgets (${forgets}).`
        : `After ${forgets} without a packet ${name(passage)} knows nothing of the connection; whoever speaks first then gets a reset, or no answer at all.`;
    }
    if (outcome === 'fine') {
      return `${name(left)} lets go of idle connections (${keeps}) before ${name(right)} closes them (${closes}).`;
    }
    return `${name(left)} may use a connection again until it was idle for ${keeps}; ${name(right)} closes it after ${closes}. A request that meets the FIN on its way is answered with a reset (keepalive-race).`;
  },
  change: 'Change',
  or: 'or ',
  set: ({ side, seconds, setting }, product) => {
    const word = { downstream: 'closes after', upstream: 'keeps for', idle: 'forgets after' }[side];
    return `${product}: ${setting ?? `${word} ${seconds} s`}`;
  },
  probes: (idleSeconds) =>
    `or TCP keepalive at either end: SO_KEEPALIVE with TCP_KEEPIDLE (net.ipv4.tcp_keepalive_time) of ${idleSeconds} s`,
  name,
  arrow: ' → ',
  side: {
    upstream: (one) => `keeps idle connections: ${one}`,
    downstream: (one) => `closes idle connections: ${one}`,
    idle: (one) => `forgets: ${one}`,
  },
};

const chinese: TimerWords = {
  language: 'zh',
  seconds: (seconds) => limit(seconds, '永不', '？', ' 秒'),
  outcome: {
    race: '竞争',
    tight: '余量太小',
    fine: '正常',
    forgotten: '途中被遗忘',
    unknown: '未知',
  },
  title: ({ left, right, passage, outcome }) => {
    if (passage !== undefined) {
      return outcome === 'forgotten'
        ? `${chineseName(passage)} 会忘掉 ${chineseName(left)} 与 ${chineseName(right)} 仍保留的连接`
        : `${chineseName(left)} 与 ${chineseName(right)} 之间的 ${chineseName(passage)}`;
    }
    return outcome === 'race'
      ? `${chineseName(right)} 先于 ${chineseName(left)} 关闭连接`
      : `${chineseName(left)} 到 ${chineseName(right)}`;
  },
  why: ({ left, right, passage, outcome }) => {
    const keeps = chinese.seconds(left.upstream);
    const closes = chinese.seconds(right.downstream);
    if (outcome === 'unknown') {
      return `${chineseName(left)} 保留空闲连接的时间：${keeps}；${chineseName(right)} 关闭空闲连接的时间：${closes}。两者都给出才能判断。`;
    }
    if (passage !== undefined) {
      const forgets = chinese.seconds(passage.idle);
      return outcome === 'fine'
        ? `总有一端在 ${chineseName(passage)} 遗忘（${forgets}）之前放手。`
        : `${forgets}没有报文之后，${chineseName(passage)} 就不再认识这条连接；此后谁先说话，谁就收到 RST，或者石沉大海。`;
    }
    if (outcome === 'fine') {
      return `${chineseName(left)} 放弃空闲连接（${keeps}）早于 ${chineseName(right)} 关闭它（${closes}）。`;
    }
    return `${chineseName(left)} 在连接空闲 ${keeps}之内都可能再次使用它，而 ${chineseName(right)} 在 ${closes}之后就关闭。与 FIN 在途中相遇的请求会被 RST 应答（keepalive-race）。`;
  },
  change: '怎么改',
  or: '或者 ',
  set: ({ side, seconds, setting }, product) => {
    const word = { downstream: '关闭空闲连接', upstream: '保留空闲连接', idle: '遗忘空闲连接' }[
      side
    ];
    return `${product}：${setting ?? `${word}的时间改为 ${seconds} 秒`}`;
  },
  probes: (idleSeconds) =>
    `或者在任一端启用 TCP 保活：SO_KEEPALIVE，TCP_KEEPIDLE（net.ipv4.tcp_keepalive_time）设为 ${idleSeconds} 秒`,
  name: chineseName,
  arrow: ' → ',
  side: {
    upstream: (one) => `保留空闲连接：${one}`,
    downstream: (one) => `关闭空闲连接：${one}`,
    idle: (one) => `遗忘：${one}`,
  },
};

export const timerWordsIn = (language: Language): TimerWords =>
  language === 'zh' ? chinese : english;

/** `AWS ALB 60 s`, or both sides where they differ. */
export const linkText = (link: Link, words: TimerWords): string => {
  if (!isHop(link)) return `${words.name(link)} ${words.seconds(link.idle)}`;
  const { product, downstream, upstream } = link;
  const sides = [
    ...(product.downstream === undefined ? [] : [words.seconds(downstream)]),
    ...(product.upstream === undefined ? [] : [words.seconds(upstream)]),
  ];
  return `${words.name(link)} ${[...new Set(sides)].join(' / ')}`;
};
