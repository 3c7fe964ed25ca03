import { CATALOGUE } from '../../causes/catalogue.ts';
import type { Language } from '../../causes/text.ts';
import { ENDINGS, type EndingId } from './endings.ts';

/** Who asks, and whom. */
export interface Visit {
  /** `10.99.0.1:40000` */
  readonly client: string;
  readonly server: string;
  /** As the client wrote it, else the server's address. */
  readonly host: string;
  readonly language: Language;
}

const WORDS = {
  en: {
    title: 'A TCP of its own',
    who: ({ client, server }: Visit) =>
      `You are ${client}, and this is ${server}: a TCP written in TypeScript, not that of a kernel.`,
    ways: 'Ways to be reset, on purpose:',
    note: 'Whoever runs it reads the cause of each reset, and you read what your program makes of it.',
    port: (host: string) => `And a port where nobody listens: curl http://${host}:81/`,
  },
  zh: {
    title: '一个自成一体的 TCP',
    who: ({ client, server }: Visit) =>
      `你是 ${client}，这里是 ${server}：用 TypeScript 写的 TCP，而不是内核里的那个。`,
    ways: '特意被重置的几种方式：',
    note: '运行它的人能看到每个 RST 的原因，你能看到自己的程序如何应对。',
    port: (host: string) => `还有一个没有人监听的端口：curl http://${host}:81/`,
  },
} as const;

/** What a client has to do for its part, where asking is not enough. */
const PART_OF_CLIENT: Partial<Record<EndingId, string>> = {
  // Without that header curl would wait for leave to send.
  'early-response': '-H Expect: --data-binary @large.file ',
  'data-after-close': '-H Expect: --data-binary @large.file ',
};

const IDS = Object.keys(ENDINGS) as EndingId[];

const pathOf = (id: EndingId): string => `/reset/${id}`;

/** For a terminal. */
export const sitePlain = (visit: Visit): string => {
  const words = WORDS[visit.language];
  const ways = IDS.map((id) => {
    const title = CATALOGUE[id].facts.title[visit.language];
    return `  ${title}\n    curl ${PART_OF_CLIENT[id] ?? ''}http://${visit.host}${pathOf(id)}\n`;
  });
  const { host } = visit;
  return [words.who(visit), '', words.ways, '', ...ways, words.port(host), words.note, ''].join(
    '\n',
  );
};

/** For a browser. */
export const siteHtml = (visit: Visit): string => {
  const { language } = visit;
  const words = WORDS[language];
  const ways = IDS.map((id) => {
    const title = escaped(CATALOGUE[id].facts.title[language]);
    return `<li><a href="${pathOf(id)}"><code>${id}</code></a> ${title}</li>`;
  });
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${words.title}</title>
<style>
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; }
:root { color-scheme: light dark; }
li { margin: 0.4rem 0; }
</style>
<h1>${words.title}</h1>
<p>${escaped(words.who(visit))}</p>
<p>${words.ways}</p>
<ul>
${ways.join('\n')}
</ul>
<p>${words.note}</p>
</html>
`;
};

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
