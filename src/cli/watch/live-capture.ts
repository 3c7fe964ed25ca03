import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { CaptureProgram } from './capture-program.ts';

const ALL = 'tcp or icmp or icmp6';
const STATISTICS_EVERY_MS = 5000;

/** Whoever is told of what a capture brings. */
export interface Listener {
  readonly bytes: (piece: Uint8Array) => void;
  /** It is over; `why`: not as it should be. */
  readonly ended: (why: string | undefined) => void;
}

/** Packets as they pass: pcap or pcapng, in pieces. */
export interface LiveCapture {
  /** Packets that there was no room for, as far as anybody says. */
  readonly dropped: number | undefined;
  stop(): void;
  /** Nobody can take more for now. */
  pause(): void;
  resume(): void;
}

/** A program that captures on a device (`any`: all of them). */
export const captureOnDevice = (
  program: CaptureProgram,
  device: string,
  filter: readonly string[],
  listener: Listener,
): LiveCapture => {
  const expression = filter.length === 0 ? ALL : filter.join(' ');
  const child = spawn(program.name, program.words(device, expression), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new CaptureOnDevice(program, child, listener);
};

class CaptureOnDevice implements LiveCapture {
  dropped: number | undefined = undefined;
  private readonly program: CaptureProgram;
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;
  private said = '';
  private isStopped = false;

  constructor(
    program: CaptureProgram,
    child: ChildProcessByStdio<null, Readable, Readable>,
    listener: Listener,
  ) {
    this.program = program;
    this.child = child;
    const statistics = this.askForStatistics();
    child.stdout.on('data', listener.bytes);
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.hear(text));
    child.on('error', (error) => listener.ended(`${program.name}: ${error.message}`));
    child.on('close', (code) => {
      clearInterval(statistics);
      if (child.pid === undefined) return;
      listener.ended(this.isStopped ? undefined : this.complaint(code));
    });
  }

  stop(): void {
    this.isStopped = true;
    this.child.kill('SIGINT');
  }

  pause(): void {
    this.child.stdout.pause();
  }

  resume(): void {
    this.child.stdout.resume();
  }

  private askForStatistics(): NodeJS.Timeout | undefined {
    const { tellsDropsAt } = this.program;
    return tellsDropsAt && setInterval(() => this.child.kill(tellsDropsAt), STATISTICS_EVERY_MS);
  }

  private hear(text: string): void {
    this.said = (this.said + text).slice(-2000);
    const counts = [...this.said.matchAll(/(\d+) packets? dropped by (?:kernel|interface)/g)];
    const newest = counts.slice(-2).map(([, count]) => Number(count));
    if (newest.length > 0) this.dropped = Math.max(this.dropped ?? 0, ...newest);
  }

  /** The first paragraph of what it said besides chatter, as one line. */
  private complaint(code: number | null): string | undefined {
    const { name, chatter } = this.program;
    const lines = this.said.split('\n').filter((line) => !chatter.test(line));
    const [paragraph = ''] = lines.join('\n').trim().split('\n\n');
    const words = paragraph.replaceAll(`${name}: `, '').replaceAll(/\s+/g, ' ');
    // dumpcap succeeds also where its device goes away.
    if (words === '' && code === 0) return undefined;
    return `${name}: ${words || 'ended'}`;
  }
}

/** Whatever a pipe brings. */
export const captureFromPipe = (pipe: NodeJS.ReadStream, listener: Listener): LiveCapture => {
  pipe.on('data', listener.bytes);
  pipe.on('end', () => listener.ended(undefined));
  pipe.on('error', ({ message }) => listener.ended(message));
  return {
    dropped: undefined,
    pause: () => pipe.pause(),
    resume: () => pipe.resume(),
    stop: () => {
      pipe.destroy();
      listener.ended(undefined);
    },
  };
};
