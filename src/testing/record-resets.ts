import { setTimeout as sleep } from 'node:timers/promises';
import { Tcpdump } from './tcpdump.ts';

/** Of node:test, or of vitest: whoever can say that a test is skipped, and why. Jest has none. */
export interface TestContext {
  skip(reason?: string): void;
}

export interface RecordOptions {
  /** The network device; `lo` unless told. */
  readonly device?: string;
  /** As tcpdump has it (pcap-filter(7)), such as `tcp port 5432`; all of TCP unless told. */
  readonly filter?: string;
  /** Told if nothing can be recorded here. Without one, the reason is printed. */
  readonly test?: TestContext;
  /** How long the network is listened to after the function has ended, in milliseconds: 100. */
  readonly lingerMs?: number;
}

/** What a function returned, and what happened on the network meanwhile. */
export interface Recording<T> {
  readonly value: T;
  /** A pcap file; empty if it was skipped. */
  readonly capture: Uint8Array;
  /** Why nothing was recorded; undefined if it was. */
  readonly skipped: string | undefined;
}

/**
 * Runs a function and captures with tcpdump what happens on the loopback device meanwhile. Where that
 * is not permitted (root, or CAP_NET_RAW for tcpdump) or tcpdump is missing, the function runs all the
 * same, unrecorded: `test.skip(reason)` is called if there is one (with vitest, that ends the test),
 * and `expectNoResets` expects nothing of the recording.
 *
 * Throws a `TypeError` for a filter that tcpdump does not understand, and for a `test` that cannot skip.
 * What the function throws is thrown, after the recording has ended.
 */
export const recordResets = async <T>(
  run: () => Promise<T> | T,
  { device = 'lo', filter = 'tcp', test, lingerMs = 100 }: RecordOptions = {},
): Promise<Recording<T>> => {
  if (test !== undefined) assertCanSkip(test);
  const tcpdump = await Tcpdump.begin(device, filter);
  if (typeof tcpdump === 'string') {
    tellSkipped(tcpdump, test);
    return { value: await run(), capture: new Uint8Array(0), skipped: tcpdump };
  }
  try {
    const value = await run();
    await sleep(lingerMs);
    return { value, capture: await tcpdump.end(), skipped: undefined };
  } finally {
    await tcpdump.end();
  }
};

/** What jest gives to a test is its callback `done`. */
const assertCanSkip = (test: Partial<TestContext>): void => {
  if (typeof test.skip === 'function') return;
  throw new TypeError('test: nothing that can skip (jest gives a test no context: leave it out)');
};

const told = new Set<string>();

/** Once is enough for a reason. */
const tellSkipped = (reason: string, test: TestContext | undefined): void => {
  if (test !== undefined) test.skip(reason);
  else if (!told.has(reason)) process.emitWarning(`resets are not recorded: ${reason}`, 'resetlab');
  told.add(reason);
};
