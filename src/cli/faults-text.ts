import type { Language } from '../causes/text.ts';
import type { Broken, Trouble } from '../net/faults/faults.ts';
import type { Plan } from '../net/faults/plan.ts';
import { MAKING_WORDS, momentText, seesText } from '../net/faults/tell.ts';
import { WAYS } from '../net/faults/ways.ts';
import type { Paint } from '../report/paint.ts';
import { padEnd, wrap } from '../report/width.ts';

/** What `resetlab faults` says as it runs: each a line, with its line feed. */
export interface FaultsLines {
  begin(plan: Plan, from: string, to: string | undefined): string;
  broken(broken: Broken): string;
  trouble(trouble: Trouble, upstream: string): string;
  summary(connections: number, broken: number): string;
}

export const jsonLines = (language: Language): FaultsLines => {
  const row = (type: string, fields: object): string => `${JSON.stringify({ type, ...fields })}\n`;
  return {
    begin: ({ way, afterBytes, afterMs }, listen, upstream) =>
      row('listening', { listen, upstream, ...idOf(way), afterBytes, afterMs }),
    broken: ({ sees, afterMs, ...rest }) =>
      row('broken', {
        time: new Date().toISOString(),
        ...rest,
        afterMs: Math.round(afterMs),
        sees: { ...sees, text: seesText(sees, language) },
      }),
    trouble: ({ connection, client, error }, upstream) =>
      row('trouble', { connection, client, upstream, code: error.code, message: error.message }),
    summary: (connections, broken) => row('summary', { connections, broken }),
  };
};

export const textLines = (language: Language, paint: Paint): FaultsLines => {
  const words = WORDS[language];
  const stamp = (): string => paint('faint', new Date().toISOString().slice(11));
  return {
    begin: ({ way, ...plan }, from, to) => {
      const route = to === undefined ? from : `${from} → ${to}`;
      const what = `${way.cause}, ${momentText(way.moment, language)}${amounts(way.moment, plan)}`;
      return `${words.begin(route, what)}\n`;
    },
    broken: ({ connection, client, cause, moment, afterMs, sees, ...bytes }) => {
      const when = `${Math.round(afterMs)} ms`;
      const head = `${stamp()} ${connection} ${client} ${paint('label', cause)} ${moment}`;
      const told = words.broken(when, bytes.bytesFromClient, bytes.bytesToClient);
      return `${head}: ${told}; ${words.sees(seesText(sees, language))}\n`;
    },
    trouble: ({ connection, client, error }, upstream) =>
      `${stamp()} ${connection} ${client} ${paint('harm', words.trouble(upstream, error.message))}\n`,
    summary: (connections, broken) => `${words.summary(connections, broken)}\n`,
  };
};

/** `resetlab faults --list` */
export const listText = (language: Language, paint: Paint, width: number): string => {
  const words = WORDS[language];
  const column = Math.max(...WAYS.map(({ moment }) => moment.length)) + 4;
  const indent = ' '.repeat(column);
  const lines = WAYS.flatMap(({ cause, moment, making, sees, how }, at) => {
    const head = WAYS[at - 1]?.cause === cause ? [] : [paint('label', cause)];
    const told = [how[language], words.sees(seesText(sees, language))]
      .flatMap((line) => wrap(line, Math.max(20, width - column)))
      .map((line, first) => (first === 0 ? padEnd(`  ${moment}`, column) : indent) + line);
    const by =
      making === 'sockets' ? [] : [indent + paint('doubt', MAKING_WORDS[making][language])];
    return [...head, ...told, ...by];
  });
  return `${lines.join('\n')}\n`;
};

/** The same as JSON, a line each. */
export const waysJson = (language: Language): string =>
  WAYS.map(({ making, sees, how, ...way }) =>
    JSON.stringify({ type: 'way', ...idOf(way), making, sees, how: how[language] }),
  )
    .join('\n')
    .concat('\n');

const idOf = ({ cause, moment }: Pick<Plan['way'], 'cause' | 'moment'>) => ({ cause, moment });

/** What N and the time are, where the moment has them. */
const amounts = (
  moment: Plan['way']['moment'],
  { afterBytes, afterMs }: Omit<Plan, 'way'>,
): string => {
  const parts = [
    moment === 'after-bytes' || moment === 'mid-response' ? `N = ${afterBytes}` : '',
    afterMs > 0 ? `${afterMs} ms` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
};

const WORDS = {
  en: {
    begin: (route: string, what: string) => `${route}: ${what}. Ctrl-C ends.`,
    broken: (when: string, from: number, to: number) =>
      `ended after ${when}, ${from} bytes from the client, ${to} to it`,
    sees: (what: string) => `the client sees ${what}`,
    trouble: (upstream: string, message: string) =>
      `${upstream}: ${message}; the client is reset and sees ECONNRESET`,
    summary: (connections: number, broken: number) =>
      `${count(connections, 'connection')}, ${broken} of them ended on purpose`,
  },
  zh: {
    begin: (route: string, what: string) => `${route}：${what}。按 Ctrl-C 结束。`,
    broken: (when: string, from: number, to: number) =>
      `${when} 后结束，收到客户端 ${from} 字节，发给它 ${to} 字节`,
    sees: (what: string) => `客户端看到：${what}`,
    trouble: (upstream: string, message: string) =>
      `${upstream}：${message}；客户端被重置，看到 ECONNRESET`,
    summary: (connections: number, broken: number) =>
      `共 ${connections} 个连接，其中 ${broken} 个被有意结束`,
  },
} as const;

const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? '' : 's'}`;
