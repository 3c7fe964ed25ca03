import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { KernelTcp } from '../live/differential/kernel-tcp.ts';
import { loadLibc } from '../live/libc.ts';
import { whatTunLacks } from '../live/requirements.ts';
import { compare } from './lab-differential.ts';

/** The engine held against this machine's kernel, by sequences that nobody has seen before. */

const libc = await loadLibc();
const missing = whatTunLacks() ?? (typeof libc === 'string' ? libc : undefined);
if (missing !== undefined) console.warn(`skipped: ${missing}`);

const SEQUENCES = 1500;

it.skipIf(missing !== undefined)(
  'does to random sequences what the kernel does, but for known differences',
  { timeout: 300_000 },
  async () => {
    const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    const tcp = await KernelTcp.open();
    if (typeof tcp === 'string') throw new Error(tcp);
    try {
      const { tally, unexplained } = await compare(tcp, { sequences: SEQUENCES, seed });
      expect(unexplained.join('\n'), `seed ${seed}`).toBe('');
      // A busy machine may lose some, but a run that plays nothing shows nothing.
      expect(tally.played, `seed ${seed}`).toBeGreaterThan(SEQUENCES * 0.9);
    } finally {
      await tcp.close();
    }
    const left = readdirSync('/run/netns').filter((name) => name.includes(`-${process.pid}-`));
    expect(left.filter((name) => name.endsWith('-differential'))).toEqual([]);
  },
);
