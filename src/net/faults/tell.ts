import { type Language, type Text, text } from '../../causes/text.ts';
import { MOMENT_WORDS, type Moment } from './moment.ts';
import type { Making, Sees, Way } from './ways.ts';

/** The table in words: for a terminal, a page, and the line of a connection that was ended. */

export const MAKING_WORDS: Readonly<Record<Making, Text>> = {
  sockets: text('server, proxy', '服务端、代理'),
  listener: text('server (nothing passes)', '服务端（不转发）'),
  proxy: text('proxy only', '仅代理'),
  'our TCP': text('our TCP on a device', '设备上我们的 TCP'),
  'our TCP, tapped': text('our TCP on a tapped device', '设备上我们的 TCP，带分接'),
};

const CONNECTS: Readonly<Record<Sees['connect'], Text>> = {
  ok: text('', ''),
  'ok or ECONNRESET': text('connect: ok or ECONNRESET', 'connect：成功或 ECONNRESET'),
  ECONNREFUSED: text('connect: ECONNREFUSED', 'connect：ECONNREFUSED'),
  nothing: text('connect: no answer (ETIMEDOUT at last)', 'connect：没有回应（最终 ETIMEDOUT）'),
};

const RESPONSES: Readonly<Record<Sees['response'], Text>> = {
  none: text('', ''),
  part: text('part of the response', '响应的一部分'),
  whole: text('the response', '完整的响应'),
};

/** `part of the response, read: ECONNRESET, write: EPIPE` */
export const seesText = ({ connect, response, read, write }: Sees, language: Language): string => {
  const colon = language === 'zh' ? '：' : ': ';
  const parts = [
    CONNECTS[connect][language],
    RESPONSES[response][language],
    read === 'never' ? '' : `read${colon}${read}`,
    write === 'never' ? '' : `write${colon}${writeText(write, language)}`,
  ];
  return parts.filter((part) => part !== '').join(language === 'zh' ? '，' : ', ');
};

export const momentText = (moment: Moment, language: Language): string =>
  MOMENT_WORDS[moment][language];

/** The table as Markdown. */
export const waysTable = (ways: readonly Way[], language: Language): string => {
  const rows = ways.map((way) => {
    const { cause, moment, making, sees, how } = way;
    const cells = [
      `\`${cause}\``,
      `\`${moment}\``,
      MAKING_WORDS[making][language],
      seesText(sees, language),
      how[language],
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const head = '| cause | moment | made by | the client sees | how it is made |';
  return `${[head, '| --- | --- | --- | --- | --- |', ...rows].join('\n')}\n`;
};

const writeText = (write: Exclude<Sees['write'], 'never'>, language: Language): string =>
  language === 'zh' ? write.replace('ok, then', '先成功，再') : write;
