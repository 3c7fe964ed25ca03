import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, ROOT } from '../../../test/tree.ts';
import type { Facts } from './counterpart.ts';
import type { Difference } from './difference.ts';
import { KNOWN_DIFFERENCES, knownAs, knownDifferencesPage } from './known-differences.ts';
import type { Outcome } from './play.ts';
import { ACK, FIN, segment, SYN } from './segments.ts';
import type { ArrivalOption } from './sequence.ts';
import type { Standing } from './subject.ts';
import { SITUATIONS } from './situations.ts';

const OFFER = { mss: 1460, scale: 7, sack: true, timestamps: true };
const NO_FACTS: Facts = { text: false, urgent: false, overtakenAck: false, beyondFin: false };
const CWR = 128;

const stands = (state: Standing['state'], unread = 0, unacknowledged = 0): Standing => ({
  state,
  unread,
  unacknowledged,
});

const outcome = (standing: Standing, ...replies: readonly string[]): Outcome => ({
  told: undefined,
  replies,
  standing,
  facts: NO_FACTS,
});

interface Case {
  readonly before: Standing['state'];
  readonly facts?: Partial<Facts>;
  readonly flags?: number;
  readonly options?: readonly ArrivalOption[];
  readonly kernel: Outcome;
  readonly engine: Outcome;
}

const differenceOf = ({
  before,
  facts,
  flags = ACK,
  options = [],
  kernel,
  engine,
}: Case): Difference => ({
  at: 3,
  step: segment(OFFER, flags, { options }),
  before: stands(before),
  facts: { ...NO_FACTS, ...facts },
  kernel,
  engine,
});

const ESTABLISHED = stands('ESTABLISHED');
const DATA = 'ACK seq +1 ack +1 76 bytes win open';
const BLOCK = ' <nop, nop, sack +501 +1001>';

/** As they were met on Linux 6.18. */
const MET: Readonly<Record<string, Case>> = {
  'ack-of-nothing-in-syn-received': {
    before: 'SYN-RECEIVED',
    kernel: outcome(stands('ESTABLISHED', 0, 1)),
    engine: outcome(stands('SYN-RECEIVED', 0, 1), 'RST seq +0 win 0'),
  },
  'syn-ack-completes-passive-open': {
    before: 'SYN-RECEIVED',
    flags: SYN | ACK,
    kernel: outcome(stands('SYN-RECEIVED'), 'ACK seq +1 ack +1 win 64512'),
    engine: outcome(ESTABLISHED, 'ACK seq +1 ack +1 win 64512'),
  },
  'header-prediction': {
    before: 'ESTABLISHED',
    facts: { overtakenAck: true },
    kernel: outcome(ESTABLISHED, 'ACK seq +1 ack +1 win 65536 <nop, nop, TS ecr +3>'),
    engine: outcome(ESTABLISHED, 'ACK seq +1 ack +1 win 65536 <nop, nop, TS ecr +2>'),
  },
  'urgent-byte': {
    before: 'ESTABLISHED',
    facts: { urgent: true },
    kernel: outcome(ESTABLISHED, 'ACK seq +1 ack +537 win open'),
    engine: outcome(stands('ESTABLISHED', 536), 'ACK seq +1 ack +537 win open'),
  },
  'text-behind-fin': {
    before: 'CLOSE-WAIT',
    facts: { beyondFin: true },
    kernel: outcome(stands('CLOSE-WAIT', 101)),
    engine: outcome(stands('CLOSE-WAIT', 100)),
  },
  'delayed-ack': {
    before: 'ESTABLISHED',
    facts: { text: true },
    kernel: outcome(stands('CLOSE-WAIT', 1400), 'ACK seq +1 ack +1402 win open'),
    engine: outcome(stands('CLOSE-WAIT', 1400)),
  },
  'one-header-for-all': {
    before: 'ESTABLISHED',
    kernel: outcome(ESTABLISHED, `${DATA}${BLOCK}`, `${DATA}${BLOCK}`),
    engine: outcome(ESTABLISHED, `${DATA}${BLOCK}`, DATA),
  },
  'accurate-ecn': {
    before: 'SYN-SENT',
    flags: SYN | ACK | CWR,
    kernel: outcome(ESTABLISHED, 'ACK,CWR seq +1 ack +1 win 64512 ecn 2'),
    engine: outcome(ESTABLISHED, 'ACK seq +1 ack +1 win 64512'),
  },
  'stale-block': {
    before: 'FIN-WAIT-2',
    kernel: outcome(
      stands('TIME-WAIT', 637),
      'ACK seq +2 ack +639 win open <nop, nop, sack +102 +637 +102 +639>',
    ),
    engine: outcome(
      stands('TIME-WAIT', 637),
      'ACK seq +2 ack +639 win open <nop, nop, sack +102 +637>',
    ),
  },
  'packets-of-the-device': {
    before: 'ESTABLISHED',
    kernel: outcome(ESTABLISHED, DATA, `PSH,${DATA}`),
    engine: outcome(ESTABLISHED, `PSH,${DATA}`, `PSH,${DATA}`),
  },
  'window-of-segments': {
    before: 'ESTABLISHED',
    kernel: outcome(ESTABLISHED, `${DATA}${BLOCK}`),
    engine: outcome(ESTABLISHED, `${DATA}${BLOCK}`, `${DATA}${BLOCK}`),
  },
};

/** The same ones in another guise. */
const ALSO: readonly (readonly [string, Case])[] = [
  [
    'ack-of-nothing-in-syn-received',
    {
      before: 'FIN-WAIT-1',
      flags: FIN | ACK,
      kernel: outcome(stands('CLOSING', 0, 2), 'ACK seq +2 ack +2 win 65536'),
      engine: outcome(stands('FIN-WAIT-1', 0, 2)),
    },
  ],
  [
    'packets-of-the-device',
    {
      before: 'ESTABLISHED',
      options: [{ kind: 'SACK', blocks: [[1, 2]] }],
      kernel: outcome(ESTABLISHED, 'ACK seq +4001 ack +537 win open'),
      engine: outcome(ESTABLISHED, 'ACK seq +4001 ack +537 536 bytes win open'),
    },
  ],
  [
    'text-behind-fin',
    {
      before: 'LAST-ACK',
      facts: { beyondFin: true },
      kernel: outcome(stands('LAST-ACK', 0, 1), 'ACK seq +2 ack +5 win open'),
      engine: outcome(stands('LAST-ACK', 0, 1), 'ACK seq +2 ack +2 win open'),
    },
  ],
];

describe('a known difference', () => {
  it.each(ALSO)('%s is told in another guise', (id, met) => {
    expect(knownAs(differenceOf(met))?.id).toBe(id);
  });

  it.each(KNOWN_DIFFERENCES.map(({ id }) => id))('%s is told by what was met', (id) => {
    expect(knownAs(differenceOf(MET[id]!))?.id).toBe(id);
  });

  it.each(Object.entries(MET))('is not %s where the kernel sends a reset', (_, met) => {
    const kernel = outcome(stands('CLOSED'), 'RST seq +1 win 0');
    expect(knownAs(differenceOf({ ...met, kernel }))).toBeUndefined();
  });

  it.each(Object.entries(MET).filter(([id]) => id !== 'ack-of-nothing-in-syn-received'))(
    'is not %s where the engine sends a reset',
    (_, met) => {
      const engine = outcome(stands('CLOSED'), 'RST seq +1 win 0');
      expect(knownAs(differenceOf({ ...met, engine }))).toBeUndefined();
    },
  );

  it('is none of another acknowledgement, or of another state alone', () => {
    const [kernel, other] = ['+1', '+2'].map((ack) =>
      outcome(ESTABLISHED, `ACK seq +1 ack ${ack} win 1`),
    );
    expect(
      knownAs(differenceOf({ before: 'ESTABLISHED', kernel: kernel!, engine: other! })),
    ).toBeUndefined();
    const engine = outcome(stands('CLOSE-WAIT'), ...kernel!.replies);
    expect(
      knownAs(differenceOf({ before: 'ESTABLISHED', kernel: kernel!, engine })),
    ).toBeUndefined();
  });
});

describe('docs/differential.md', () => {
  const path = 'docs/differential.md';

  it('keeps the list of known differences (UPDATE_DOCS=1 writes it)', () => {
    expect(existsSync(join(ROOT, path))).toBe(true);
    const [head, , tail] = sections(read(path));
    const page = `${head}${knownDifferencesPage()}${tail}`;
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(join(ROOT, path), page);
    expect(read(path)).toBe(page);
  });

  it('keeps a run of at least 20,000 sequences in every situation, none unexplained', () => {
    const rows = new Map(
      [...read(path).matchAll(/^\| (\S.*?) +\| +(\d+) \| +(\d+) \| +(\d+) \| +(\d+) \|$/gm)].map(
        ([, name = '', ...numbers]) => [name, numbers.map(Number)],
      ),
    );
    const all = rows.get('**all**') ?? [];
    rows.delete('**all**');
    expect([...rows.keys()].toSorted()).toEqual(SITUATIONS.map(({ name }) => name).toSorted());
    const sums = [0, 1, 2, 3].map((column) =>
      [...rows.values()].reduce((sum, row) => sum + row[column]!, 0),
    );
    expect(all).toEqual(sums);
    const [played = 0, agreed = 0, explained = 0, unexplained] = all;
    expect(played).toBeGreaterThanOrEqual(20_000);
    expect([played, unexplained]).toEqual([agreed + explained, 0]);
  });
});

/** What stands before the list, the list, and what stands behind it. */
const sections = (page: string): readonly [string, string, string] => {
  const from = page.indexOf('| known difference | why |');
  const to = page.indexOf('\n\n', from) + 1;
  return [page.slice(0, from), page.slice(from, to), page.slice(to)];
};
