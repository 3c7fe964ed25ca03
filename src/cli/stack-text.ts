import { CATALOGUE } from '../causes/catalogue.ts';
import type { Language } from '../causes/text.ts';
import { placeText } from '../device/stream-place.ts';
import { neighbourIn, type Subnet } from '../device/subnet.ts';
import type { EndedLife } from '../net/services/services.ts';
import { grouped } from '../report/numbers.ts';
import type { Paint, Tone } from '../report/paint.ts';
import { padEnd } from '../report/width.ts';
import type { ResetEvent } from '../tcp/reset-event.ts';
import { nameOf } from '../wire/ip-address.ts';
import type { Asked, Service } from './stack-call.ts';
import type { StackLines } from './stack-json.ts';
import { kernelCommands, type Opened } from './stack-link.ts';

type Kind = ResetEvent['kind'];

const TONES: Readonly<Record<Kind, Tone>> = {
  sent: 'harm',
  received: 'harm',
  challenged: 'doubt',
  ignored: 'doubt',
  withheld: 'faint',
};

interface Words {
  readonly opened: string;
  readonly closed: string;
  readonly kind: Readonly<Record<Kind, string>>;
  /** Columns of all of these. */
  readonly column: number;
  readonly up: (name: string, addresses: string, mtu: number, mac: string | undefined) => string;
  readonly services: (names: string) => string;
  readonly noServices: string;
  readonly kernel: string;
  readonly attempt: string;
  readonly end: string;
  readonly bytes: (received: string, sent: string, duration: string) => string;
  readonly onPurpose: (ending: string) => string;
  readonly waiting: (place: string) => string;
  readonly conflict: (address: string, mac: string) => string;
  readonly lost: (why: string) => string;
  readonly summary: (connections: string, sent: string, received: string, causes: string) => string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    opened: 'opened',
    closed: 'closed',
    kind: {
      sent: 'reset sent',
      received: 'reset received',
      challenged: 'challenged',
      ignored: 'reset ignored',
      withheld: 'reset withheld',
    },
    column: 15,
    up: (name, addresses, mtu, mac) =>
      `${name} is up: ${addresses}, MTU ${mtu}${mac === undefined ? '' : `, MAC ${mac}`}.`,
    services: (names) => `Services: ${names}.`,
    noServices: 'No services: every SYN is refused.',
    kernel: "The kernel's end has no address yet; give it one:",
    attempt: 'Try:',
    end: 'Ctrl-C ends.',
    bytes: (received, sent, duration) => `received ${received}, sent ${sent} bytes, ${duration}`,
    onPurpose: (ending) => `(asked for ${ending})`,
    waiting: (place) => `Waiting for a peer at ${place}. Ctrl-C ends.`,
    conflict: (address, mac) => `${mac} says that it has our address ${address}, too`,
    lost: (why) => `The link is gone: ${why}`,
    summary: (connections, sent, received, causes) =>
      `${connections} connections; resets: ${sent} sent${causes}, ${received} received`,
  },
  zh: {
    opened: '建立',
    closed: '关闭',
    kind: {
      sent: '发出 RST',
      received: '收到 RST',
      challenged: '质询 ACK',
      ignored: '忽略 RST',
      withheld: '未发 RST',
    },
    column: 9,
    up: (name, addresses, mtu, mac) =>
      `${name} 已就绪：${addresses}，MTU ${mtu}${mac === undefined ? '' : `，MAC ${mac}`}。`,
    services: (names) => `服务：${names}。`,
    noServices: '没有服务：每个 SYN 都会被拒绝。',
    kernel: '内核一端还没有地址，请设置：',
    attempt: '试试：',
    end: '按 Ctrl-C 结束。',
    bytes: (received, sent, duration) => `收 ${received}、发 ${sent} 字节，${duration}`,
    onPurpose: (ending) => `（应要求：${ending}）`,
    waiting: (place) => `在 ${place} 等待对端。按 Ctrl-C 结束。`,
    conflict: (address, mac) => `${mac} 也声称拥有我们的地址 ${address}`,
    lost: (why) => `链路已断：${why}`,
    summary: (connections, sent, received, causes) =>
      `共 ${connections} 个连接；RST：发出 ${sent}${causes}，收到 ${received}`,
  },
};

export const textLines = (language: Language, paint: Paint): StackLines => {
  const words = WORDS[language];
  const stamped = (tone: Tone, what: string, rest: string): string => {
    const stamp = paint('faint', new Date().toISOString().slice(11, 23));
    return `${stamp} ${paint(tone, padEnd(what, words.column))} ${rest}\n`;
  };
  return {
    waiting: (place) => `${words.waiting(placeText(place))}\n`,
    up: (opened, asked) => greeting(words, paint, opened, asked),
    opened: ({ connection, service, client }) =>
      stamped('calm', words.opened, `${connection} ${client} → ${service}`),
    closed: (life) => stamped('calm', words.closed, closedText(life, words, paint)),
    reset: (event) =>
      event.kind === 'withheld'
        ? ''
        : stamped(TONES[event.kind], words.kind[event.kind], resetText(event, language, paint)),
    conflict: (address, mac) => stamped('harm', '!', words.conflict(address, mac)),
    lost: (why) => stamped('harm', '!', words.lost(why.message)),
    summary: ({ connections, events, causes }) => {
      const list = Array.from(causes, ([cause, count]) => `${cause} ${count}`).join(', ');
      const told = list === '' ? '' : ` (${list})`;
      const [all, sent, received] = [connections, events.sent, events.received].map(grouped);
      return `${words.summary(all ?? '', sent ?? '', received ?? '', told)}\n`;
    },
  };
};

const closedText = (life: EndedLife, words: Words, paint: Paint): string => {
  const { connection, service, client, received, sent, durationMs, error, ending } = life;
  const told = words.bytes(grouped(received), grouped(sent), durationText(durationMs));
  const failed = error === undefined ? '' : ` ${paint('harm', error)}`;
  const purpose = ending === undefined ? '' : ` ${words.onPurpose(paint('label', ending))}`;
  return `${connection} ${client} → ${service}  ${told}${failed}${purpose}`;
};

const durationText = (ms: number): string =>
  ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;

/** Who, the cause if it is ours to know, and the rule. */
const resetText = (event: ResetEvent, language: Language, paint: Paint): string => {
  const { path, rule, state } = event;
  const ends = [nameOf(path.local), nameOf(path.remote)];
  const isOurs = event.kind === 'sent' || event.kind === 'challenged';
  const who = `${(isOurs ? ends : ends.toReversed()).join(' → ')} ${state}`;
  const says = event.kind === 'sent' && language === 'zh' ? titleOf(event.cause) : rule.says;
  const cause = event.kind === 'sent' ? `${paint('label', event.cause)}: ` : '';
  return `${who}  ${cause}${says} ${paint('faint', `(${rule.source})`)}`;
};

const titleOf = (cause: keyof typeof CATALOGUE): string => CATALOGUE[cause].facts.title.zh;

/** The first lines: what there is, and what to type next. */
const greeting = (words: Words, paint: Paint, opened: Opened, asked: Asked): string => {
  const { device, addresses, mac } = opened;
  const { services, attachment, subnets } = asked;
  const names = services.map(({ name, port }) => `${name} ${port}`).join(', ');
  const lines = [
    words.up(device.name, addresses.join(', '), device.mtu, mac),
    `${services.length === 0 ? words.noServices : words.services(names)} ${words.end}`,
  ];
  if (attachment.kind === 'tun') {
    const commands = attachment.kernel.length > 0 ? [] : commandsFor(attachment.name, subnets);
    if (commands.length > 0) lines.push(words.kernel);
    lines.push(...commands.map((command) => paint('calm', `    ${command}`)));
    const http = services.find(({ name }) => name === 'http');
    if (http !== undefined) lines.push(`${words.attempt} ${paint('calm', curl(addresses, http))}`);
  }
  return `${lines.join('\n')}\n`;
};

const commandsFor = (name: string, subnets: readonly Subnet[]): readonly string[] => {
  const kernel = subnets.map(neighbourIn).filter((subnet) => subnet !== undefined);
  return kernelCommands(name, kernel).map((words) => `ip ${words.join(' ')}`);
};

const curl = ([address = '']: readonly string[], { port }: Service): string => {
  const host = address.includes(':') ? `[${address}]` : address;
  return `curl http://${host}${port === 80 ? '' : `:${port}`}/`;
};
