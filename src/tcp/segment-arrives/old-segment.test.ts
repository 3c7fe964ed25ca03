import { expect, it } from 'vitest';
import { Bench } from '../bench.fixture.ts';
import { inState } from '../states.fixture.ts';

/** LAST-ACK, and the acknowledgement of our FIN has the number of a segment that came before. */
const lastAck = (bench: Bench) => inState(bench, 'LAST-ACK');

it('what was received before is acknowledged and tells nothing, as Linux has it (tcp_validate_incoming)', () => {
  const bench = new Bench();
  const c = lastAck(bench);
  expect(bench.arrive(c, '. 1(0) ack 2')).toEqual(['. 2(0) ack 2']);
  expect(c.state).toBe('LAST-ACK');
});

it('with resetlab.old_segment = take-ack its acknowledgement counts, as on FreeBSD (tcp_do_segment)', () => {
  const bench = new Bench();
  bench.settings.resetlab_old_segment = 'take-ack';
  const c = lastAck(bench);
  expect(bench.arrive(c, '. 1(0) ack 2')).toEqual([]);
  expect(c.state).toBe('CLOSED');
});

it('so it does with text that came before, which is acknowledged all the same', () => {
  const bench = new Bench();
  bench.settings.resetlab_old_segment = 'take-ack';
  const c = inState(bench, 'ESTABLISHED');
  bench.arrive(c, 'P. 1(10) ack 1');
  bench.later(1000);
  bench.replies();
  expect(bench.arrive(c, '. 1(5) ack 1')).toEqual(['. 1(0) ack 11']);
  expect(c.receiveBuffer.readable).toBe(10);
});
