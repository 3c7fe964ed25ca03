import { duration } from '../../causes/finding.ts';
import type { Language } from '../../causes/text.ts';
import { namedTimer } from '../../causes/timers.ts';
import type { SeenTimer, SeenTimers } from '../../forensics/seen-timers.ts';
import type { Paint, Tone } from '../paint.ts';
import { Sheet } from '../sheet.ts';

/** Servers told in full; of the others there is only a number. */
const IN_FULL = 12;

interface SeenWords {
  readonly outcome: Readonly<Record<SeenTimers['outcome'], string>>;
  readonly labels: Readonly<
    Record<'server' | 'client' | 'reused' | 'late' | 'forgotten' | 'change', string>
  >;
  readonly closes: (timer: SeenTimer, known: string | undefined) => string;
  readonly neverSeen: string;
  readonly reused: (count: number, longest: string, frame: number) => string;
  readonly late: (count: number, frame: number) => string;
  readonly forgotten: (count: number, shortest: string, frame: number) => string;
  readonly outlive: (clientKeeps: string, seconds: number) => string;
  readonly letGo: (seconds: number) => string;
  readonly nothing: string;
  readonly further: (count: number) => string;
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

const english: SeenWords = {
  outcome: { race: 'race', fine: 'fine', unknown: 'not shown' },
  labels: {
    server: 'Server',
    client: 'Clients',
    reused: 'Reused',
    late: 'Too late',
    forgotten: 'Forgotten',
    change: 'Change',
  },
  closes: ({ ms, count, of, frame }, known) =>
    `closed after ${duration(ms)} of silence in ${count} of ${of}, first in frame ${frame}${known === undefined ? '' : `; a well-known timer: ${known}`}`,
  neverSeen: 'no idle connection was closed from this end',
  reused: (count, longest, frame) =>
    `${times(count)}, at the latest after ${longest} of silence (frame ${frame})`,
  late: (count, frame) =>
    `${times(count)} a client spoke on a connection that the server had just closed, first in frame ${frame}`,
  forgotten: (count, shortest, frame) =>
    `${times(count)} a reset answered the first words after a silence, at the earliest after ${shortest} (frame ${frame}): the server, or something on the way, no longer knew the connection`,
  outlive: (clientKeeps, seconds) =>
    `let the server keep idle connections longer than its clients do (${clientKeeps}): ${seconds} s or more`,
  letGo: (seconds) => `or let the clients give up idle connections after ${seconds} s`,
  nothing: 'No connection in this capture was idle for a second or more.',
  further: (count) => `${count} more servers; --json tells of all`,
};

const chinese: SeenWords = {
  outcome: { race: '竞争', fine: '正常', unknown: '看不出' },
  labels: {
    server: '服务端',
    client: '客户端',
    reused: '再次使用',
    late: '太晚',
    forgotten: '被遗忘',
    change: '怎么改',
  },
  closes: ({ ms, count, of, frame }, known) =>
    `空闲 ${duration(ms)} 后关闭：${of} 次中有 ${count} 次，首次在第 ${frame} 帧${known === undefined ? '' : `；常见的超时：${known}`}`,
  neverSeen: '没有见到这一端关闭空闲连接',
  reused: (count, longest, frame) => `${count} 次，最晚在空闲 ${longest} 之后（第 ${frame} 帧）`,
  late: (count, frame) =>
    `客户端 ${count} 次在服务端刚刚关闭的连接上发出请求，首次在第 ${frame} 帧`,
  forgotten: (count, shortest, frame) =>
    `${count} 次沉默之后的第一句话被 RST 应答，最早在空闲 ${shortest} 之后（第 ${frame} 帧）：服务端或途中某个设备已不认识这条连接`,
  outlive: (clientKeeps, seconds) =>
    `让服务端保留空闲连接的时间长于客户端（${clientKeeps}）：至少 ${seconds} 秒`,
  letGo: (seconds) => `或者让客户端在空闲 ${seconds} 秒后放弃连接`,
  nothing: '抓包中没有空闲达到一秒的连接。',
  further: (count) => `另有 ${count} 个服务端；--json 给出全部`,
};

const TONES: Readonly<Record<SeenTimers['outcome'], Tone>> = {
  race: 'harm',
  fine: 'calm',
  unknown: 'faint',
};

/** What a capture shows of idle timers, a paragraph for each server. */
export const seenText = (
  found: readonly SeenTimers[],
  language: Language,
  paint: Paint,
  width: number,
): string => {
  const words = language === 'zh' ? chinese : english;
  const sheet = new Sheet(width, paint);
  if (found.length === 0) sheet.paragraph(words.nothing);
  found.slice(0, IN_FULL).forEach((one, index) => {
    if (index > 0) sheet.line();
    tellServer(sheet, one, `${index + 1}`, words);
  });
  if (found.length > IN_FULL) {
    sheet.line();
    sheet.paragraph(words.further(found.length - IN_FULL), 'faint');
  }
  return sheet.toString();
};

const tellServer = (sheet: Sheet, one: SeenTimers, number: string, words: SeenWords): void => {
  const { labels } = words;
  const { serverCloses, clientCloses, longestReuse, forgotten, firstTooLate } = one;
  sheet.heading(number, one.server, words.outcome[one.outcome], TONES[one.outcome]);
  sheet.labelled(labels.server, [closesText(serverCloses, words)]);
  sheet.labelled(labels.client, [closesText(clientCloses, words)]);
  if (longestReuse !== undefined) {
    const { ms, frame } = longestReuse;
    sheet.labelled(labels.reused, [words.reused(one.reuses, duration(ms), frame)]);
  }
  if (firstTooLate !== undefined) {
    sheet.labelled(labels.late, [words.late(one.tooLate, firstTooLate.frame)], 'harm');
  }
  if (forgotten !== undefined) {
    const { ms, frame } = forgotten;
    const text = words.forgotten(one.forgottenCount, duration(ms), frame);
    sheet.labelled(labels.forgotten, [text], 'harm');
  }
  if (one.outcome === 'race') sheet.labelled(labels.change, changes(one, words), 'calm');
};

const closesText = (timer: SeenTimer | undefined, words: SeenWords): string =>
  timer === undefined ? words.neverSeen : words.closes(timer, namedTimer(timer.ms));

/** The server should outlive its clients by some seconds; or they give up sooner. */
const changes = (one: SeenTimers, words: SeenWords): string[] => {
  const { serverCloses, clientCloses, longestReuse } = one;
  const kept = clientCloses?.ms ?? longestReuse?.ms ?? 0;
  const sooner = Math.floor((serverCloses?.ms ?? 0) / 1000) - 2;
  return [
    words.outlive(duration(kept), Math.ceil(kept / 1000) + 5),
    ...(sooner >= 1 ? [words.letGo(sooner)] : []),
  ];
};
