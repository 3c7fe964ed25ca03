import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesIn, foldersIn, read, readJson, ROOT } from './tree.ts';

/** The house as ARCHITECTURE.md describes it, held against the house as it stands. */

const ARCHITECTURE = existsSync(join(ROOT, 'ARCHITECTURE.md')) ? read('ARCHITECTURE.md') : '';

const cellsOf = (row: string): string[] =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** The rows of the one table that has these columns, each row by its columns' names. */
const tableWith = (page: string, ...columns: readonly string[]): Record<string, string>[] => {
  const tables = page.match(/(?:^\|.*\|[ \t]*\n?)+/gm) ?? [];
  for (const [head = '', , ...rows] of tables.map((table) => table.trim().split('\n'))) {
    const names = cellsOf(head).map((name) => name.toLowerCase());
    if (!columns.every((column) => names.includes(column))) continue;
    return rows.map((row) =>
      Object.fromEntries(cellsOf(row).map((cell, at) => [names[at] ?? '', cell])),
    );
  }
  return [];
};

describe('floors', () => {
  /** As the design has them, until ARCHITECTURE.md says it. */
  const DESIGN = `
| floor | may import |
| --- | --- |
| wire | – |
| causes | wire |
| capture | wire |
| forensics | wire, causes, capture |
| report | causes, forensics |
| cli | all |
`;
  const referencesOf = (project: string): string[] =>
    (readJson(project).references ?? []).map(({ path }: { path: string }) => path);
  const floors = foldersIn('src');
  const built = referencesOf('tsconfig.json');
  const rows = tableWith(ARCHITECTURE === '' ? DESIGN : ARCHITECTURE, 'floor', 'may import');
  const nameIn = (cell: string): string => cell.replaceAll('`', '');
  const allowed = new Map(
    rows.map((row, at) => {
      const cell = nameIn(row['may import'] ?? '');
      const below = rows.slice(0, at).map((each) => nameIn(each['floor'] ?? ''));
      const isAll = /^(?:all|everything)\b/.test(cell);
      return [nameIn(row['floor'] ?? ''), isAll ? below : (cell.match(/[a-z]+/g) ?? [])];
    }),
  );

  it('are the folders of src, and the projects of the build, bottom to top', () => {
    const named = [...allowed.keys()];
    expect(named.toSorted()).toEqual(floors.toSorted());
    expect(built.toSorted()).toEqual(floors.map((floor) => `src/${floor}`).toSorted());
  });

  it.each(floors)('%s: imports what ARCHITECTURE.md allows it', (floor) => {
    const imports = referencesOf(`src/${floor}/tsconfig.json`);
    expect(imports.map((path) => path.replace('../', '')).toSorted()).toEqual(
      allowed.get(floor)?.toSorted(),
    );
  });

  it.each(floors)('%s: stands on floors below it only', (floor) => {
    for (const path of referencesOf(`src/${floor}/tsconfig.json`)) {
      const below = built.indexOf(path.replace('..', 'src'));
      expect(below).toBeGreaterThanOrEqual(0);
      expect(below).toBeLessThan(built.indexOf(`src/${floor}`));
    }
  });
});

describe('sizes', () => {
  /** Files over 400 lines, with their ceilings. The list may only shrink. */
  const LONG_FILES: Record<string, number> = {
    'src/capture/reader.test.ts': 564,
    'src/causes/error-texts/match.test.ts': 451,
  };
  const sources = filesIn().filter((path) => /\.(?:tsx?|mjs)$/.test(path));
  const lengths = new Map(
    sources.map((path) => [path, read(path).trimEnd().split('\n').length] as const),
  );

  it('no file passes 400 lines, and known long ones do not grow', () => {
    const over = [...lengths].filter(([path, lines]) => lines > (LONG_FILES[path] ?? 400));
    expect(over).toEqual([]);
  });

  it('no file is called long that no longer is', () => {
    const listed = Object.keys(LONG_FILES);
    expect(listed.filter((path) => (lengths.get(path) ?? 0) <= 400)).toEqual([]);
  });

  it('no function passes 70 lines', () => {
    const { stdout } = spawnSync(
      process.execPath,
      [join(ROOT, 'node_modules/oxlint/bin/oxlint'), '--format', 'json'],
      { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 },
    );
    const { diagnostics, number_of_files: files } = JSON.parse(stdout);
    expect(files, 'the linter reads every source').toBeGreaterThanOrEqual(sources.length);
    const long = diagnostics
      .filter(({ code }: { code: string }) => code.includes('max-lines-per-function'))
      .map(({ filename, message }: { filename: string; message: string }) =>
        [filename, message].join(': '),
      );
    expect(long).toEqual([]);
  });
});

describe('what is published', () => {
  const BINARY = /\.(?:pcap|pcapng|gz|zst|png)$/;
  const texts = filesIn().filter((path) => !BINARY.test(path));

  it('names no path or host of the machine it was written on', () => {
    // Written so that the pattern does not find itself.
    const PRIVATE = [
      /(?<![\w.~$}*-])\/(?:home|root|Users|work|workspace|builds?)\/[\w.]/,
      /(?<![\w.~$}*-])\/tmp\/[\w.]+\//,
      /https?:\/\/[^\s/]*\.(?:internal|intranet|corp|lan|local)\b/,
      /https?:\/\/[^\s/]*(?:registry|nexus|artifactory|verdaccio)(?!\.npmjs\.org)/,
    ];
    const found = texts.flatMap((path) =>
      read(path)
        .split('\n')
        .map((line, at) => ({ place: `${path}:${at + 1}`, line }))
        .filter(({ line }) => PRIVATE.some((pattern) => pattern.test(line)))
        .map(({ place, line }) => `${place} ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });

  it('locks packages to no private host', () => {
    const { packages } = readJson('package-lock.json') as {
      packages: Record<string, { resolved?: string; integrity?: string; optional?: boolean }>;
    };
    const installed = Object.entries(packages).filter(([path]) => path !== '');
    expect(installed.length).toBeGreaterThan(0);
    for (const [path, { resolved, integrity, optional }] of installed) {
      if (resolved !== undefined) expect(resolved).toMatch(/^https:\/\/registry\.npmjs\.org\//);
      // Of a platform that nobody here runs on, only the version may be known.
      if (optional === true && integrity === undefined) continue;
      expect(integrity, path).toMatch(/^sha512-/);
    }
    expect(read('.npmrc')).not.toMatch(/registry|_auth/i);
  });
});

describe('dependencies', () => {
  const { dependencies, devDependencies } = readJson('package.json');
  const all: Record<string, string> = { ...dependencies, ...devDependencies };

  it('are pinned exactly, and locked as pinned', () => {
    const loose = Object.entries(all).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version),
    );
    expect(loose).toEqual([]);
    const { packages } = readJson('package-lock.json');
    for (const [name, version] of Object.entries(all)) {
      expect(packages[`node_modules/${name}`].version, name).toBe(version);
    }
  });

  it('each has its reason in ARCHITECTURE.md', ({ skip }) => {
    skip(ARCHITECTURE === '', 'ARCHITECTURE.md is not written yet');
    const lines = ARCHITECTURE.split('\n');
    const without = Object.keys(all).filter(
      (name) => !lines.some((line) => line.includes(`\`${name}\``)),
    );
    expect(without).toEqual([]);
  });
});
