import { setInterval } from 'node:timers';
import { KernelResets } from '../live/kernel-resets.ts';
import { wordsIn } from '../report/words.ts';
import type { Watched } from '../report/watch/state.ts';
import { watchWordsIn } from '../report/watch/words.ts';
import { DONE, INTERRUPTED, WRONG } from './exit-codes.ts';
import { ALL_ENDS, Interrupt } from './interrupt.ts';
import { Output, tell } from './output.ts';
import { languageOf, paintFor } from './terminal.ts';
import { type Face, JsonFace, LinesFace, ScreenFace } from './watch/faces.ts';
import { KernelMatch } from './watch/kernel-match.ts';
import { captureProgram } from './watch/capture-program.ts';
import { captureFromPipe, captureOnDevice, type LiveCapture } from './watch/live-capture.ts';
import { Metrics } from './watch/metrics.ts';
import { Saver } from './watch/saver.ts';
import { Watcher } from './watch/watcher.ts';

export interface WatchOptions {
  readonly interface: string;
  /** A program that captures; undefined: whichever is installed. */
  readonly with?: string;
  readonly json?: true;
  readonly lines?: true;
  readonly kernel: boolean;
  readonly save?: string;
  readonly saveLimit: number;
  readonly segments: number;
  readonly ring: number;
  readonly connections: number;
  readonly metrics?: { readonly host: string; readonly port: number };
  readonly lang?: string;
  readonly color?: boolean;
}

const TICK_MS = 100;

/** `resetlab watch`: until the input ends, or Ctrl-C; returns the exit code. */
export const watch = async (filter: readonly string[], options: WatchOptions): Promise<number> => {
  const isPipe = filter.length === 1 && filter[0] === '-';
  if (isPipe && process.stdin.isTTY) {
    tell('standard input is a terminal: pipe a capture into it, or name a device with -i');
    return WRONG;
  }
  const program = isPipe ? undefined : captureProgram(options.with);
  if (typeof program === 'string') {
    tell(program);
    return WRONG;
  }
  const parts = await makeParts(options, isPipe);
  if (typeof parts === 'string') {
    tell(parts);
    return WRONG;
  }
  const { watcher, face, metrics, kernel, kernelSilent } = parts;
  const interrupt = new Interrupt(ALL_ENDS);
  face.begin();
  const end = await new Promise<{ why: string | undefined; capture: LiveCapture }>((resolve) => {
    const listener = {
      bytes: (piece: Uint8Array) => {
        watcher.push(piece);
        waitForReader(capture);
      },
      ended: (why: string | undefined) => {
        clearInterval(clock);
        resolve({ why, capture });
      },
    };
    const capture =
      program === undefined
        ? captureFromPipe(process.stdin, listener)
        : captureOnDevice(program, options.interface, filter, listener);
    interrupt.wake(() => capture.stop());
    const clock = setInterval(() => {
      watcher.tick();
      const state = watcher.state(capture.dropped, kernelSilent);
      face.refresh(state);
      metrics?.refresh(state, watcher.packets);
      if (watcher.broken !== undefined) capture.stop();
    }, TICK_MS);
  });
  const summary = watcher.conclude(interrupt.asked);
  kernel?.close();
  const why = end.why ?? watcher.broken;
  face.leave();
  const hasBegun = why === undefined || watcher.packets > 0;
  if (hasBegun) face.end(summary, watcher.state(end.capture.dropped, kernelSilent));
  await parts.finish();
  if (why !== undefined) tell(why);
  if (why !== undefined) return WRONG;
  return interrupt.asked ? INTERRUPTED : DONE;
};

/** Whoever reads slowly must not fill the memory: the capture waits, and counts what it drops. */
const waitForReader = (capture: LiveCapture): void => {
  const { stdout } = process;
  if (!stdout.writableNeedDrain || stdout.listenerCount('drain') > 0) return;
  capture.pause();
  stdout.once('drain', () => capture.resume());
};

interface Parts {
  readonly watcher: Watcher;
  readonly face: Face;
  readonly metrics: Metrics | undefined;
  readonly kernel: KernelResets | undefined;
  readonly kernelSilent: string | undefined;
  readonly finish: () => Promise<void>;
}

/** Or one line that says what cannot be. */
const makeParts = async (options: WatchOptions, isPipe: boolean): Promise<Parts | string> => {
  const words = wordsIn(languageOf(options.lang));
  const output = new Output();
  const face = faceFor(options, output);
  try {
    const saver = saverFor(options);
    const metrics = options.metrics && new Metrics();
    const server =
      options.metrics && (await metrics?.serve(options.metrics.host, options.metrics.port));
    // What comes through a pipe as a rule happened on another machine.
    const kernel = options.kernel && !isPipe ? KernelResets.open() : undefined;
    const match = kernel instanceof KernelResets ? new KernelMatch(kernel) : undefined;
    const told = (watched: Watched): void => {
      face.told(watched);
      metrics?.told(watched);
    };
    const source = isPipe ? words.standardInput : options.interface;
    return {
      watcher: new Watcher(source, options.connections, match, saver, told),
      face,
      metrics,
      kernel: kernel instanceof KernelResets ? kernel : undefined,
      kernelSilent: typeof kernel === 'string' ? kernel : undefined,
      finish: async () => {
        server?.close();
        server?.closeAllConnections();
        await output.flush();
      },
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return message;
  }
};

const faceFor = (options: WatchOptions, output: Output): Face => {
  const words = wordsIn(languageOf(options.lang));
  const manner = { words, watch: watchWordsIn(words.language), paint: paintFor(options.color) };
  if (options.lines === true) return new LinesFace(output, manner);
  if (options.json === true || !process.stdout.isTTY) return new JsonFace(output, words);
  return new ScreenFace(process.stdout, manner);
};

const MEBIBYTE = 1 << 20;

const saverFor = (options: WatchOptions): Saver | undefined =>
  options.save === undefined
    ? undefined
    : new Saver(
        {
          folder: options.save,
          ringBytes: options.ring * MEBIBYTE,
          mostPackets: options.segments,
          mostFiles: options.saveLimit,
        },
        wordsIn(languageOf(options.lang)),
      );
