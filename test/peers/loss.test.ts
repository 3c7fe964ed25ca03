import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Between, type Fate } from './between.ts';
import { chanceFrom, seedOfRun } from './chance.ts';
import { hashOf, patternHash, patternStream } from './pattern.ts';
import { script } from './python.ts';
import { cannotMeet, OURS, PeerStage } from './stage.ts';

/**
 * A path that loses 2 % of all packets and holds back 5 % until later ones have passed, in both
 * directions, between the kernel and us. What is random here is which packets; the kernel's timing is
 * its own, so that a seed gives the same losses but not the same run.
 */

const BYTES = 100_000_000;
const LOST = 0.02;
const HELD_BACK = 0.05;
/** How many packets may overtake one at most. */
const OVERTAKING = 8;
/** A packet behind which nothing comes is late by that much. */
const LATE_MS = 3;

interface Tally {
  packets: number;
  lost: number;
  late: number;
}

/** Loses and reorders, by chance. */
const roughFate = (chance: () => number, tally: Tally): Fate => {
  const held = new Set<() => void>();
  return (packet, pass) => {
    tally.packets += 1;
    const drawn = chance();
    if (drawn < LOST) return void (tally.lost += 1);
    if (drawn >= LOST + HELD_BACK) {
      pass(packet);
      for (const release of held) release();
      return;
    }
    tally.late += 1;
    let left = 1 + Math.floor(chance() * OVERTAKING);
    const go = (): void => {
      clearTimeout(timer);
      held.delete(release);
      pass(packet);
    };
    const timer = setTimeout(go, LATE_MS);
    const release = (): void => {
      left -= 1;
      if (left === 0) go();
    };
    held.add(release);
  };
};

describe.skipIf(cannotMeet('python3'))(
  'over a path that loses 2 % and reorders 5 %',
  { timeout: 240_000 },
  () => {
    const seed = seedOfRun();
    const replay = `SEED=${seed} npx vitest run test/peers/loss.test.ts`;
    const tallies: Record<'arriving' | 'leaving', Tally> = {
      arriving: { packets: 0, lost: 0, late: 0 },
      leaving: { packets: 0, lost: 0, late: 0 },
    };
    let stage: PeerStage;
    beforeAll(async () => {
      const fates = {
        arriving: roughFate(chanceFrom(seed), tallies.arriving),
        leaving: roughFate(chanceFrom(seed + 1), tallies.leaving),
      };
      stage = await PeerStage.open({
        offload: false,
        wrap: (device) => new Between(device, fates),
      });
    });
    afterAll(() => stage.close());

    it.concurrent('100 MB arrive whole from the kernel', async () => {
      const server = stage.network.createServer(
        { allowHalfOpen: true },
        (socket) => void hashOf(socket).then(({ bytes, hash }) => socket.end(`${bytes} ${hash}`)),
      );
      await once(server.listen(9), 'listening');
      const { stdout, stderr } = await stage.run(
        ...script(
          `s = socket.create_connection(('${OURS}', 9))`,
          // Not a congestion control that heeds no loss, where that is the default.
          's.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"cubic")',
          ...patternInPython,
          `s.shutdown(socket.SHUT_WR); print(s.makefile().read())`,
        ),
      );
      expect(stdout, stderr + replay).toBe(`${BYTES} ${patternHash(BYTES)}\n`);
    });

    it.concurrent('100 MB arrive whole at the kernel', async () => {
      const server = stage.network.createServer((socket) => patternStream(BYTES).pipe(socket));
      await once(server.listen(19), 'listening');
      const words = script(`print(rest(socket.create_connection(('${OURS}', 19))))`);
      const { stdout, stderr } = await stage.run(...words);
      expect(stdout, stderr + replay).toBe(`${BYTES} ${patternHash(BYTES)}\n`);
    });

    it('the path was as rough as it was meant to be', () => {
      for (const { packets, lost, late } of Object.values(tallies)) {
        expect(packets, replay).toBeGreaterThan(BYTES / 1448);
        expect(lost / packets, replay).toBeCloseTo(LOST, 2);
        expect(late / packets, replay).toBeCloseTo(HELD_BACK, 2);
      }
    });
  },
);

/** As `patternStream` has them. */
const patternInPython = [
  'period = bytes(((p * 7 + (p >> 8) * 13) & 255) for p in range(65521))',
  `left = ${BYTES}`,
  'while left:',
  '    piece = period[:left]; s.sendall(piece); left -= len(piece)',
];
