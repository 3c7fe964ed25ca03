import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../causes/catalogue.ts';
import { whatIsMissing } from '../../live/requirements.ts';
import { ResetTrace, type TracedReset } from '../../live/trace.ts';
import { type Way, WAYS } from './ways.ts';
import { namesOf, type Testimony, Witness } from './witness.fixture.ts';

/**
 * Two witnesses: every way is made on the kernel's sockets, in a namespace whose loopback is captured.
 * `resetlab explain`, which has only the packets, must name its cause; and the kernel's own reason for
 * each reset must be one of that cause.
 */

const missing = whatIsMissing();
if (missing !== undefined) console.warn(`skipped: ${missing}`);

const PLAYER = fileURLToPath(new URL('play-ways.mjs', import.meta.url));
const SPACE = `resetlab-faults-${process.pid}`;
const PLAYED = WAYS.filter(({ making }) => making === 'sockets' || making === 'listener');

let testimony: Testimony;
let traced: readonly TracedReset[] = [];
/** Where each way was played. */
const ports = new Map<string, string>();

const portOf = ({ cause, moment }: Way): string => ports.get(`${cause} ${moment}`) ?? 'not played';

const played = async (): Promise<string> => {
  const player = spawn('ip', ['netns', 'exec', SPACE, process.execPath, PLAYER]);
  let told = '';
  player.stdout.setEncoding('utf8').on('data', (piece: string) => (told += piece));
  await once(player, 'close');
  return told;
};

describe.skipIf(missing !== undefined)('on this kernel', () => {
  beforeAll(async () => {
    execFileSync('ip', ['netns', 'add', SPACE]);
    execFileSync('ip', ['-n', SPACE, 'link', 'set', 'lo', 'up']);
    const witness = await Witness.on(SPACE, 'lo');
    const trace = new ResetTrace();
    for (const line of (await played()).trim().split('\n')) {
      const [cause, moment, port] = line.split(' ');
      ports.set(`${cause} ${moment}`, port ?? '');
    }
    traced = trace.since(0);
    trace.close();
    testimony = await witness.says();
  });
  afterAll(() => execFileSync('ip', ['netns', 'del', SPACE]));

  it.for(PLAYED)('$cause, made at $moment, is named by explain', (way) => {
    const named = testimony.at(portOf(way));
    const isNamed = named.some((one) => namesOf(way.cause).includes(one));
    expect(isNamed, `at port ${portOf(way)}: ${named.join()}`).toBe(true);
  });

  const reset = PLAYED.filter(({ cause }) => CATALOGUE[cause].facts.linuxReasons.length > 0);
  it.for(reset)('$cause, made at $moment, has its reason in the kernel', (way) => {
    const [first] = traced.filter(({ source }) => source === `127.0.0.1:${portOf(way)}`);
    expect(CATALOGUE[way.cause].facts.linuxReasons).toContain(first?.reason);
  });
});
