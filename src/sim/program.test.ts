import { expect, it } from 'vitest';
import { SettledCall, WaitingCall } from '../host/call.ts';
import { SocketError } from '../host/socket-error.ts';
import { Clock } from './clock.ts';
import { type Ending, type Program, Run, sleep, wait } from './program.ts';

const run = (program: Program) => {
  const clock = new Clock();
  const endings: Ending[] = [];
  const started = new Run(
    clock,
    program,
    () => 0,
    (ending) => endings.push(ending),
  );
  return { clock, endings, started };
};

it('goes on with what a call returned, after its time', () => {
  const said: unknown[] = [];
  const { clock, endings } = run(
    (function* (): Program {
      said.push(yield* wait(new SettledCall(3)));
      yield* sleep(5);
      said.push('awake');
    })(),
  );
  clock.runUntil(4);
  expect([said, endings]).toEqual([[3], []]);
  clock.runUntil(5);
  expect([said, endings]).toEqual([[3, 'awake'], ['returned']]);
});

it('has the error of a call thrown at it, and ends with one that it does not catch', () => {
  const said: string[] = [];
  const reset = new SocketError('read', 'ECONNRESET');
  const pipe = new SocketError('write', 'EPIPE');
  const { clock, endings } = run(
    (function* (): Program {
      try {
        yield* wait(new SettledCall(reset));
      } catch (error) {
        said.push(String(error));
      }
      yield* wait(new SettledCall(pipe));
    })(),
  );
  clock.runUntil(1);
  expect(said).toEqual(['SocketError: read ECONNRESET']);
  expect(endings).toEqual([pipe]);
});

it('is woken apart from whoever settles its call', () => {
  let ready = false;
  let woken = false;
  const call = new WaitingCall<number>(() => (ready ? 1 : undefined));
  const { clock } = run(
    (function* (): Program {
      yield* wait(call);
      woken = true;
    })(),
  );
  clock.runUntil(1);
  ready = true;
  call.tryAgain(1, (tell) => tell());
  expect(woken).toBe(false);
  clock.runUntil(1);
  expect(woken).toBe(true);
});

it('never goes on once it is stopped, not even to its finally', () => {
  let cleaned = false;
  const { clock, started } = run(
    (function* (): Program {
      try {
        yield* sleep(1);
      } finally {
        cleaned = true;
      }
    })(),
  );
  clock.runUntil(0.5);
  started.stop();
  clock.runUntil(10);
  expect([started.over, cleaned]).toEqual([true, false]);
});

it('does not hide a mistake of the program itself', () => {
  const { clock } = run(
    // oxlint-disable-next-line require-yield
    (function* (): Program {
      throw new TypeError('a mistake');
    })(),
  );
  expect(() => clock.runUntil(1)).toThrow('a mistake');
});
