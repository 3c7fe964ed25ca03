import { describe, expect, it } from 'vitest';
import { verdictsOn } from '../../test/captures.ts';
import { captureOf, dialogue, type Extra } from '../../test/dialogue.ts';
import { be32 } from '../../test/packets.ts';

/**
 * Aborts by other systems than Linux, whose headers differ from it as those of a forger would: as recorded of
 * Windows 7 to Server 2019, and as tcp_output of 4.4BSD (macOS, OpenBSD, NetBSD) and of FreeBSD writes them.
 */

interface System {
  readonly ttl: number;
  /** The identification of each of the server's packets, the last one its reset's. */
  readonly ipIds: readonly [number, number, number, number];
  /** Of the whole connection, and of the reset. */
  readonly timestamps?: readonly [boolean, boolean];
  readonly resetWindow: number;
  readonly resetTtl?: number;
}

const timestamp = (value: number): number[] => [1, 1, 8, 10, ...be32(value), ...be32(1)];

/** The server answers, and resets a while after the client has closed. */
const abortBy = (system: System) => {
  const { ttl, ipIds, timestamps = [false, false], resetWindow, resetTtl = ttl } = system;
  const { c, s } = dialogue();
  const extra = (at: number): Extra => ({
    ttl,
    ipId: ipIds[at]!,
    options: timestamps[0] ? timestamp(7 + at) : [],
  });
  const [verdict] = verdictsOn(
    captureOf([
      c(0, 'S', 0, 0, 0, { options: timestamps[0] ? timestamp(1) : [] }),
      s(10, 'SA', 0, 1, 0, extra(0)),
      c(20, 'A', 1, 1, 0, { options: timestamps[0] ? timestamp(2) : [] }),
      c(21, 'PA', 1, 1, 100, { options: timestamps[0] ? timestamp(3) : [] }),
      s(30, 'PA', 1, 101, 500, extra(1)),
      c(31, 'FA', 101, 501, 0, { options: timestamps[0] ? timestamp(4) : [] }),
      s(41, 'A', 501, 102, 0, extra(2)),
      s(42, 'RA', 501, 102, 0, {
        ...extra(3),
        ttl: resetTtl,
        window: resetWindow,
        options: timestamps[1] ? timestamp(10) : [],
      }),
    ]),
  );
  return { cause: verdict!.cause, confidence: verdict!.confidence };
};

const GENUINE = { cause: 'linger-zero', confidence: 'likely' };

describe('an abort is its own', () => {
  it.each<[string, System]>([
    [
      'Windows: window 0, no options, one counter of packets to a host',
      { ttl: 128, ipIds: [9, 10, 11, 12], timestamps: [true, false], resetWindow: 0 },
    ],
    [
      'Windows, 15 hops away, one counter of packets to everybody',
      { ttl: 113, ipIds: [9, 700, 5000, 9000], resetWindow: 0 },
    ],
    [
      'Windows over IPv6, or numbers that are all zero',
      { ttl: 128, ipIds: [0, 0, 0, 0], resetWindow: 0 },
    ],
    [
      'FreeBSD: window 0, with timestamps',
      { ttl: 64, ipIds: [0, 0, 0, 0], timestamps: [true, true], resetWindow: 0 },
    ],
    [
      'macOS: its window, without timestamps',
      { ttl: 64, ipIds: [0, 0, 0, 0], timestamps: [true, false], resetWindow: 64_000 },
    ],
    [
      'macOS, whose numbers are lots, of which but one was seen',
      { ttl: 64, ipIds: [0, 0, 9, 31_000], timestamps: [true, false], resetWindow: 64_000 },
    ],
    [
      'a server that counts its packets to everybody',
      { ttl: 53, ipIds: [9, 17_000, 40_000, 60_000], resetWindow: 64_000 },
    ],
    [
      'Windows over IPv6 in a network whose routers set the hop limit',
      { ttl: 64, ipIds: [0, 0, 0, 0], resetWindow: 0 },
    ],
    ['a stack that is bare, by its count', { ttl: 64, ipIds: [9, 10, 11, 12], resetWindow: 0 }],
  ])('%s', (_, system) => {
    expect(abortBy(system)).toEqual(GENUINE);
  });
});

describe('an abort may be forged', () => {
  const linux: System = { ttl: 64, ipIds: [9, 10, 11, 0], resetWindow: 0 };

  it.each<[string, System, string]>([
    ['in the name of a Linux host, window 0 and no number', linux, 'likely'],
    [
      'without the timestamps, window 0',
      { ...linux, ipIds: [0, 0, 0, 0], timestamps: [true, false] },
      'possible',
    ],
    ['with a number that does not go on', { ...linux, ipIds: [9, 10, 11, 30_000] }, 'likely'],
    [
      'in the name of a Windows host, with another TTL',
      { ...linux, ttl: 128, resetTtl: 64 },
      'likely',
    ],
  ])('%s', (_, system, confidence) => {
    expect(abortBy(system)).toEqual({ cause: 'injected', confidence });
  });
});

describe('a reset after retransmissions that nobody answered', () => {
  /** At 4, 12 and 28 s, two segments each time; the reset so many milliseconds later. */
  const after = (ms: number) => {
    const { c, s, opened } = dialogue();
    const both = (at: number) => [
      s(at, 'PA', 1, 101, 1400, { ttl: 128 }),
      s(at + 0.02, 'PA', 1401, 101, 1400, { ttl: 128 }),
    ];
    const [verdict] = verdictsOn(
      captureOf([
        ...opened,
        c(21, 'PA', 1, 1, 100),
        ...[30, 4030, 12_030, 28_030].flatMap(both),
        s(28_030 + ms, 'RA', 2801, 101, 0, { ttl: 128, window: 0 }),
      ]),
    );
    return verdict!;
  };

  // tcp_timer_rexmt of 4.4BSD and FreeBSD: the timer rings once more, and tcp_drop resets.
  it.each([16_000, 32_000])('comes %i ms after the last, as its timer would: it gave up', (ms) => {
    const { cause, confidence } = after(ms);
    expect({ cause, confidence }).toEqual({
      cause: 'retransmission-timeout',
      confidence: 'likely',
    });
  });

  it.each([3000, 22_000])('comes %i ms after the last: an application gave up', (ms) => {
    const { cause, alternatives } = after(ms);
    expect(cause).toBe('linger-zero');
    expect(alternatives.map((one) => one.cause)).toContain('retransmission-timeout');
  });
});

it("a reset that answers MP_FASTCLOSE is Multipath TCP's, as kernels did before Linux had it (RFC 8684 §3.5)", () => {
  const { c, s, opened } = dialogue();
  const fastclose = [30, 12, 0x70, 0, 1, 2, 3, 4, 5, 6, 7, 8];
  const talk = [...opened, c(30, 'PA', 1, 1, 10), s(50, 'PA', 1, 11, 100)];
  const [verdict] = verdictsOn(
    captureOf([...talk, c(5000, 'A', 11, 101, 0, { options: fastclose }), s(5010, 'RA', 101, 11)]),
  );
  expect(verdict).toMatchObject({ cause: 'mptcp' });
});

it('a refusal is one though a device on the way has changed its sequence number', () => {
  const { c, s } = dialogue();
  const [verdict] = verdictsOn(
    captureOf([c(0, 'S', 0, 0), s(50, 'RA', 77, 1, 0, { window: 0, ttl: 54, ipId: 0 })]),
  );
  expect(verdict).toMatchObject({
    shape: 'reply-to-syn',
    cause: 'closed-port',
    confidence: 'likely',
    alternatives: [{ cause: 'firewall-reject' }],
    apps: { receiver: { read: 'ECONNREFUSED' } },
  });
});
