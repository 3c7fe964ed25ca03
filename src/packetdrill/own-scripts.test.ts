import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { playScript } from './play.ts';

const FOLDER = new URL('../../packetdrill/', import.meta.url);

const scripts = readdirSync(FOLDER).filter((name) => name.endsWith('.pkt'));

// Every cell of what Linux 6.18 answers in each state was measured there.
describe("what Linux does with each kind of segment in each state, as the project's own scripts have it", () => {
  it.each(scripts)('%s', (name) => {
    const source = readFileSync(new URL(name, FOLDER), 'utf8');
    expect(playScript(source, 'linux')).toEqual({ verdict: 'pass' });
  });

  it('is there for all states', () => {
    expect(scripts).toEqual(
      expect.arrayContaining(
        [
          'closed',
          'listen',
          'syn-sent',
          'syn-received',
          'simultaneous-open',
          'established',
          'fin-wait-1',
          'fin-wait-2',
          'close-wait',
          'closing',
          'last-ack',
          'time-wait',
        ].map((state) => `${state}.pkt`),
      ),
    );
  });
});
