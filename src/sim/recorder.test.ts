import { expect, it } from 'vitest';
import { pcapng, segment, text } from '../../test/packets.ts';
import { resetFor } from '../tcp/reset.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { InFlight } from './in-flight.ts';
import { forge } from './middleboxes/forge.ts';
import { Recorder } from './recorder.ts';

const forged = (): InFlight =>
  forge(
    {
      reset: resetFor('injected', { forged: { seq: 5 } }),
      source: { address: parseAddress('10.0.0.1')!, port: 1 },
      target: { address: parseAddress('10.0.0.2')!, port: 2 },
      ttl: 44,
    },
    2.5,
  );

it('comments each reset with its cause, from time 0 at the beginning of 2026', () => {
  const recorder = new Recorder('client');
  const plain = new InFlight(segment());
  const reset = forged();
  recorder.see(plain, 1);
  recorder.see(reset, 2.5);
  const { packet, option, u32 } = pcapng();
  const at = 1_767_225_600_000_000_000n;
  const comment = [...option(1, [...text('injected')]), ...u32(0)];
  const capture = Buffer.from(recorder.pcapng());
  const holds = (block: Uint8Array): boolean => capture.includes(Buffer.from(block));
  expect(holds(packet({ data: plain.bytes }, 0, at + 1_000_000n))).toBe(true);
  expect(holds(packet({ data: reset.bytes }, 0, at + 2_500_000n, comment))).toBe(true);
  expect(recorder.resets()).toEqual([{ frame: 2, event: reset.event, cause: 'injected' }]);
});

it('takes the word of whoever brought the reset about', () => {
  const recorder = new Recorder('client');
  const reset = forged();
  recorder.see(reset.with(reset.bytes.slice()), 0);
  reset.blame('conntrack-invalid');
  expect(recorder.resets()).toMatchObject([{ cause: 'conntrack-invalid' }]);
});
