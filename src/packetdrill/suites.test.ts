import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kindOf, type KnownVerdict, readKnownVerdicts } from './known-verdicts.ts';
import { playScript } from './play.ts';
import type { Profile } from './profile.ts';

/**
 * The public suites, where there is a copy: RESETLAB_SUITES names a directory with checkouts of
 * google/packetdrill as `google` and of freebsd-net/tcp-testsuite as `freebsd`.
 */
const SUITES = process.env['RESETLAB_SUITES'] ?? '';
const VERDICTS = new URL('../../packetdrill/verdicts/', import.meta.url);

interface Suite {
  readonly verdicts: string;
  readonly folder: string;
  readonly profile: Profile;
  /** How many scripts of a part of it must pass at least. */
  readonly goals: Readonly<Record<string, number>>;
}

const GOOGLE = 'google/gtests/net/tcp';

const suites: readonly Suite[] = [
  {
    verdicts: 'google.txt',
    folder: GOOGLE,
    profile: 'linux',
    goals: { slow_start: 9, shutdown: 6 },
  },
  {
    verdicts: 'freebsd-linux.txt',
    folder: 'freebsd',
    profile: 'linux',
    goals: { 'state-event-engine': 467, snippets: 30, 'rcv-data-segments': 190 },
  },
  {
    verdicts: 'freebsd-freebsd.txt',
    folder: 'freebsd',
    profile: 'freebsd',
    goals: { 'state-event-engine': 560 },
  },
];

const scriptsBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.pkt'),
  );

describe.each(suites)('$verdicts', ({ verdicts, folder, profile, goals }) => {
  const known = readKnownVerdicts(readFileSync(new URL(verdicts, VERDICTS), 'utf8'));

  it('gives a reason for every script that does not simply pass', () => {
    const without = [...known].filter(([, { kind, reason }]) => kind !== 'pass' && reason === '');
    expect(without).toEqual([]);
  });

  it('reaches its goals', () => {
    for (const [part, goal] of Object.entries(goals)) {
      const passes = [...known].filter(
        ([name, verdict]) => name.startsWith(`${part}/`) && passed(verdict),
      );
      expect(passes.length, part).toBeGreaterThanOrEqual(goal);
    }
  });

  const root = join(SUITES, folder);
  it.skipIf(SUITES === '' || !existsSync(root))(
    'is what the suite says of our host',
    () => {
      const found = scriptsBelow(root).map((name) => {
        const verdict = playScript(readFileSync(join(root, name), 'utf8'), profile);
        return `${name} ${kindOf(verdict)}`;
      });
      expect(found.toSorted()).toEqual(
        [...known].map(([name, { kind }]) => `${name} ${kind}`).toSorted(),
      );
    },
    60_000,
  );
});

const passed = ({ kind }: KnownVerdict): boolean => kind === 'pass' || kind === 'beyond';
