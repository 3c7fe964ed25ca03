import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** Enough of each packet for any verdict. */
const SNAP_LENGTH = '256';
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

/** tcpdump on a device (`any`: all of them). */
export const captureWithTcpdump = (
  device: string,
  filter: readonly string[],
  listener: Listener,
): LiveCapture => {
  const expression = filter.length === 0 ? [ALL] : filter;
  const words = ['-i', device, '-n', '-U', '--immediate-mode', '-s', SNAP_LENGTH, '-w', '-', '--'];
  return new Tcpdump(
    spawn('tcpdump', [...words, ...expression], { stdio: ['ignore', 'pipe', 'pipe'] }),
    listener,
  );
};

class Tcpdump implements LiveCapture {
  dropped: number | undefined = undefined;
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;
  private readonly statistics: NodeJS.Timeout;
  private said = '';
  private isStopped = false;

  constructor(child: ChildProcessByStdio<null, Readable, Readable>, listener: Listener) {
    this.child = child;
    child.stdout.on('data', listener.bytes);
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.hear(text));
    child.on('error', (error: NodeJS.ErrnoException) => {
      listener.ended(error.code === 'ENOENT' ? 'tcpdump is not installed' : error.message);
    });
    child.on('close', (code) => {
      clearInterval(this.statistics);
      if (child.pid === undefined) return;
      listener.ended(this.isStopped || code === 0 ? undefined : `tcpdump: ${this.complaint()}`);
    });
    // tcpdump says how many packets it has seen and lost when it is asked so.
    this.statistics = setInterval(() => child.kill('SIGUSR1'), STATISTICS_EVERY_MS);
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

  private hear(text: string): void {
    this.said = (this.said + text).slice(-2000);
    const counts = [...this.said.matchAll(/(\d+) packets? dropped by (?:kernel|interface)/g)];
    const newest = counts.slice(-2).map(([, count]) => Number(count));
    if (newest.length > 0) this.dropped = Math.max(this.dropped ?? 0, ...newest);
  }

  /** What it said besides statistics, as one line. */
  private complaint(): string {
    const lines = this.said.split('\n').filter((line) => line !== '' && !/^\d+ packet/.test(line));
    return lines.map((line) => line.replace(/^tcpdump: /, '').trim()).join(' ') || 'ended';
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
