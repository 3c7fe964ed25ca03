import { describe, expect, it } from 'vitest';
import { addressIn, addressText, labAt, valueIn, type Address, type LabState } from './address.ts';

const TURNED: LabState = {
  scenario: 'accept-queue-overflow',
  variant: 'drained',
  seed: 7,
  family: 6,
  timestamps: false,
  delayMs: 2.5,
  loss: 10,
  sysctls: [
    ['net.ipv4.tcp_rmem', '4096 131072 6291456'],
    ['resetlab.read_shutdown', 'reset'],
  ],
  options: [{ socket: 'server', name: 'SO_LINGER', value: [1, 0] }],
  losses: [{ what: 'third ACK', times: 2 }],
  at: 'server',
  moment: 12,
  connection: '32768-8080',
};

describe('an address in the workbench', () => {
  const ALL: readonly Address[] = [
    { view: 'capture', place: { connection: undefined, frame: undefined } },
    { view: 'capture', place: { connection: 3, frame: 17 } },
    { view: 'scenarios' },
    { view: 'claims' },
    { view: 'lab', lab: labAt('linger-zero', 'by-server') },
    { view: 'lab', lab: TURNED },
    { view: 'lab', lab: { ...TURNED, moment: undefined } },
  ];

  it.each(ALL)('is the same once written and read: $view', (address) => {
    expect(addressIn(addressText(address))).toEqual(address);
  });

  it('is short where nothing is turned', () => {
    const lab = labAt('linger-zero', 'by-server');
    expect(addressText({ view: 'lab', lab })).toBe('#lab/linger-zero/by-server');
  });

  it('takes from a spoilt one what it can', () => {
    const { lab } = addressIn(
      '#lab/a/b?seed=x&delay=-3&set=&set=nonsense&option=a.b=c&lose=9 lives&loss=900&moment=1e9',
    ) as { lab: LabState };
    expect(lab).toEqual({ ...labAt('a', 'b'), loss: 100 });
    expect(addressIn('#<script>')).toEqual({
      view: 'capture',
      place: { connection: undefined, frame: undefined },
    });
  });

  it('reads a value of one number or of several', () => {
    expect(valueIn(' 1  0 ')).toEqual([1, 0]);
    expect(valueIn('-5')).toBe(-5);
    expect(['', 'x', '1 x', '1.5'].map(valueIn)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
