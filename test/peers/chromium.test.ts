import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text as textIn } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chanceFrom } from './chance.ts';
import { cannotMeet, OURS, PeerStage } from './stage.ts';

/**
 * Chromium loads a page of 200 scripts from an HTTP server on our TCP. Each script brings text that
 * the page hashes; what it makes of all of them it posts back.
 */

const RESOURCES = 200;
const LARGEST = 200_000;

/** FNV-1a over UTF-16 units, also in the page: crypto.subtle is not there for pages without TLS. */
const hash = (text: string): number => {
  let sum = 0x811c_9dc5;
  for (let at = 0; at < text.length; at += 1) {
    sum = Math.imul(sum ^ text.charCodeAt(at), 0x0100_0193);
  }
  return sum >>> 0;
};

/** From one byte to some hundred packets; the same number has the same text. */
const textOf = (number: number): string => {
  const chance = chanceFrom(number);
  const length = 1 + Math.floor(chance() ** 4 * LARGEST);
  const seed = createHash('sha256').update(String(number)).digest('base64');
  return seed.repeat(Math.ceil(length / seed.length)).slice(0, length);
};

const NUMBERS = Array.from({ length: RESOURCES }, (_, number) => number);
const PAGE = `<!doctype html><title>200 resources</title>
<script>
  const hash = ${hash.toString()};
  const hashes = {};
  const arrived = (number, text) => { hashes[number] = hash(text); };
  addEventListener('load', () =>
    fetch('/done', { method: 'POST', body: JSON.stringify(hashes) }));
</script>
${NUMBERS.map((number) => `<script src="/${number}.js"></script>`).join('\n')}`;

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--no-first-run',
];

describe.skipIf(cannotMeet('chromium'))('Chromium', () => {
  let stage: PeerStage;
  beforeAll(async () => {
    stage = await PeerStage.open();
  });
  afterAll(() => stage.close());

  it('gets a page of 200 resources, each of them whole', { timeout: 120_000 }, async () => {
    const sockets = new Set<unknown>();
    const site = createServer((request, response) => {
      const { url = '', socket } = request;
      sockets.add(socket);
      const [, number] = /^\/(\d+)\.js$/.exec(url) ?? [];
      if (url === '/') response.setHeader('content-type', 'text/html').end(PAGE);
      else if (number === undefined) response.writeHead(404).end();
      else response.end(`arrived(${number}, '${textOf(Number(number))}')`);
    });
    const posted = new Promise<string>((resolve) =>
      site.prependListener('request', (request) => {
        if (request.url === '/done') void textIn(request).then(resolve);
      }),
    );
    // Chromium may stand still between two requests.
    site.keepAliveTimeout = 60_000;
    const server = stage.network.serve(site);
    await once(server.listen(80), 'listening');
    stage.start('chromium', [...FLAGS, `--user-data-dir=${stage.folder}`, `http://${OURS}/`]);
    const expected = Object.fromEntries(NUMBERS.map((number) => [number, hash(textOf(number))]));
    expect(JSON.parse(await posted)).toEqual(expected);
    // Six connections to a host, kept alive.
    expect(sockets.size).toBeLessThan(RESOURCES / 4);
  });
});
