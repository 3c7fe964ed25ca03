import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../src/causes/catalogue.ts';
import { CAUSE_IDS, isCauseId, type CauseId } from '../src/causes/ids.ts';
import { foldersIn, read, ROOT } from './tree.ts';

/** A cause is an id, a folder, a line of the catalogue, two pages, a row of the command line. */

const CAUSES = 'src/causes';
const PARTS = ['cause.ts', 'facts.ts', 'explain.md', 'explain.zh.md'];

/** Folders of the floor that hold no cause. */
const OTHER_FOLDERS = ['error-texts'];

const run = (...words: readonly string[]): string => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(ROOT, 'dist/cli/main.js'), ...words],
    { encoding: 'utf8', cwd: ROOT, maxBuffer: 1 << 28, env: { ...process.env, NO_COLOR: '1' } },
  );
  expect(status, stderr).toBe(0);
  return stdout;
};

it.each(CAUSE_IDS)('%s: its folder is whole, and its line names it', (id) => {
  const missing = PARTS.filter((part) => !existsSync(join(ROOT, CAUSES, id, part)));
  expect(missing).toEqual([]);
  expect(CATALOGUE[id].id).toBe(id);
});

it('has no folder without an id', () => {
  const folders = foldersIn(CAUSES).filter((name) => !OTHER_FOLDERS.includes(name));
  expect(folders.toSorted()).toEqual(CAUSE_IDS.toSorted());
});

it('keeps the order of the ids', () => {
  expect(Object.keys(CATALOGUE)).toEqual([...CAUSE_IDS]);
});

it('lists every cause on the command line', () => {
  const listed = run('cause')
    .split('\n')
    .map((line) => /^[a-z0-9-]+/.exec(line)?.[0])
    .filter((id) => id !== undefined);
  expect(listed).toEqual([...CAUSE_IDS]);
});

describe('pages', () => {
  const SECTIONS = [
    /^What happens$/,
    /^On the wire$/,
    /^What the applications see$/,
    /^Why$/,
    /^What looks the same, and how to tell it apart$/,
    /^What to change$/,
    /^How to make it yourself$/,
  ];
  const SECTIONS_ZH = [
    /^发生了什么$/,
    /^线上的(?:报文|样子)$/,
    /^(?:两端)?应用看到什么$/,
    /^(?:为什么|原因)$/,
    /^(?:容易混淆的情形|相似的情形与区分方法)$/,
    /^怎么改$/,
    /^自己动手(?:复现|重现)$/,
  ];
  /** The one section that a page may have besides, at its end. */
  const REALITY = /^(?:Where reality and the textbooks differ|(?:实际)?与教科书的出入)$/;

  const pagesOf = (id: CauseId) =>
    [
      { page: read(`${CAUSES}/${id}/explain.md`), sections: SECTIONS },
      { page: read(`${CAUSES}/${id}/explain.zh.md`), sections: SECTIONS_ZH },
    ] as const;
  const prose = (page: string): string => page.replaceAll(/^```[^]*?^```/gm, '');
  const headings = (page: string): string[] =>
    [...prose(page).matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading);

  it.each(CAUSE_IDS)('%s: a title and every section, in order, in both languages', (id) => {
    const reality = pagesOf(id).map(({ page, sections }) => {
      expect(page).toMatch(/^# \S/);
      const found = headings(page);
      expect(found.length).toBeGreaterThanOrEqual(sections.length);
      sections.forEach((section, at) => expect(found[at]).toMatch(section));
      const more = found.slice(sections.length);
      expect(more.length).toBeLessThanOrEqual(1);
      for (const heading of more) expect(heading).toMatch(REALITY);
      return more.length;
    });
    expect(reality[0], 'both languages tell where reality differs').toBe(reality[1]);
  });

  /** Words in code that look like an id and are none: option names, ports, sysctl-like words. */
  const OTHER_WORDS = new Set(['tcp-ut', 'https-proxy']);

  it.each(CAUSE_IDS)('%s: speaks of no cause that does not exist', (id) => {
    for (const { page } of pagesOf(id)) {
      const named = [...prose(page).matchAll(/`([a-z0-9]+(?:-[a-z0-9]+)+)`/g)].map(
        ([, word = '']) => word,
      );
      expect(named.filter((word) => !isCauseId(word) && !OTHER_WORDS.has(word))).toEqual([]);
      const links = [...prose(page).matchAll(/\]\(([^)]*)\)/g)].map(([, target = '']) => target);
      const wrong = links.filter((target) => {
        const [, name] = /^\.\.\/([^/]+)\//.exec(target) ?? [];
        return name === undefined ? !target.startsWith('https://') : !isCauseId(name);
      });
      expect(wrong).toEqual([]);
    }
  });
});

describe('facts', () => {
  const rows = (letter: string, count: number): string[] =>
    Array.from({ length: count }, (_, n) => `${letter}${n + 1}`);
  /** How resets are sent, built and received, seen by applications, and seen in captures. */
  const CLAIMS = [...rows('A', 25), ...rows('B', 7), ...rows('D', 4), ...rows('E', 2)];

  it.each(CAUSE_IDS)('%s: claims only what is described, once', (id) => {
    const { claims } = CATALOGUE[id].facts;
    expect(claims.filter((claim) => !CLAIMS.includes(claim))).toEqual([]);
    expect(new Set(claims).size).toBe(claims.length);
  });

  it('leaves no way to send a reset without a cause', () => {
    const claimed = new Set<string>(CAUSE_IDS.flatMap((id) => CATALOGUE[id].facts.claims));
    expect(rows('A', 25).filter((claim) => !claimed.has(claim))).toEqual([]);
  });

  const generalsOf = (id: CauseId): readonly CauseId[] => {
    const { refines = [] } = CATALOGUE[id].facts;
    return typeof refines === 'string' ? [refines] : refines;
  };

  it.each(CAUSE_IDS)('%s: is no special form of itself, on no way round', (id) => {
    const seen = new Set<CauseId>();
    const waiting = [...generalsOf(id)];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (!seen.has(next)) waiting.push(...generalsOf(next));
      seen.add(next);
    }
    expect([...seen]).not.toContain(id);
  });
});

describe('recorded examples', () => {
  /** Causes that no recording can reach. Whoever reaches one strikes it off. */
  const OUT_OF_REACH: Partial<Record<CauseId, string>> = {
    'syn-flood-defence': 'Linux never resets a half-open connection that it gives up',
    unknown: 'every recording holds enough to name something',
  };

  it('reach every cause, as the verdict or as what the capture cannot exclude', () => {
    const captures = readdirSync(join(ROOT, 'examples')).filter((name) => name.includes('.pcap'));
    const verdicts = run('explain', '--json', ...captures.map((name) => `examples/${name}`))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ type }) => type !== 'summary');
    const reached = new Set<CauseId>(
      verdicts.flatMap(({ cause, alternatives }) => [
        cause,
        ...alternatives.map((each: { cause: CauseId }) => each.cause),
      ]),
    );
    expect(CAUSE_IDS.filter((id) => !reached.has(id))).toEqual(
      CAUSE_IDS.filter((id) => id in OUT_OF_REACH),
    );
  });
});
