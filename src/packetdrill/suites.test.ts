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
    goals: { slow_start: 9, shutdown: 6, cubic: 3, eor: 4, notsent_lowat: 2, tcp_info: 3 },
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
    goals: { 'state-event-engine': 584, snippets: 30, 'rcv-data-segments': 190 },
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

/** What of google's suite is about TCP itself and its calls; and what about congestion and loss. */
const CORE =
  /^(blocking|close|ecn|eor|epoll|inq|ioctl|mss|nagle|notsent_lowat|shutdown|tcp_info|ts_recent|user_timeout|validate|syscall_bad_arg\/sendmsg)/;
const CONGESTION =
  /^(cubic|cwnd_moderation|fast_recovery|fast_retransmit|limited_transmit|mtu_probe|sack|slow_start)/;

/** The script wants silence where Linux answers since RFC 5961 section 5.2 is followed in full. */
const OUTDATED = ['ts_recent/invalid_ack.pkt'];

describe("google's suite", () => {
  const known = [...readKnownVerdicts(readFileSync(new URL('google.txt', VERDICTS), 'utf8'))];

  it("differs in TCP's core by nothing but Linux's own buffer accounting", () => {
    const core = known.filter(([name]) => CORE.test(name));
    expect(core).toHaveLength(44);
    const others = core.filter(
      ([, verdict]) =>
        !passed(verdict) && !verdict.reason.includes("Linux's own buffer accounting"),
    );
    expect(others.map(([name]) => name)).toEqual(OUTDATED);
  });

  it('holds in 24 of the 34 scripts about congestion and loss', () => {
    const congestion = known.filter(([name]) => CONGESTION.test(name));
    expect(congestion).toHaveLength(34);
    expect(congestion.filter(([, verdict]) => passed(verdict)).length).toBeGreaterThanOrEqual(24);
  });
});

it("no script of FreeBSD's suite needs a packet beyond its lines where the host does as FreeBSD", () => {
  const known = readKnownVerdicts(readFileSync(new URL('freebsd-freebsd.txt', VERDICTS), 'utf8'));
  expect([...known].filter(([, { kind }]) => kind === 'beyond')).toEqual([]);
});
