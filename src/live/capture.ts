import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Namespace } from './namespaces.ts';
import { takesAll } from './tcpdump-counts.ts';

const FILTER = 'tcp or icmp or icmp6';
const PCAP_FILE_HEADER = 24;
/** When nothing new has come for so long, everything has. */
const QUIET_MS = 60;

type Tcpdump = ChildProcessByStdio<null, Readable, Readable>;

/** tcpdump on one device; pcap, in pieces. */
class Listening {
  private readonly tcpdump: Tcpdump;
  private readonly device: string;
  private readonly pieces: Buffer[] = [];
  private lastPieceMs = 0;
  private complaints = '';
  readonly gone: Promise<unknown>;

  constructor(space: Namespace, device: string) {
    this.device = device;
    const words = [
      'tcpdump',
      '-i',
      device,
      '-n',
      '-U',
      '--immediate-mode',
      // Each packet takes a whole slot of the ring: of the largest size there would be a few only.
      '-s',
      '9216',
      '-B',
      '8192',
      '-Z',
      'root',
      '-w',
      '-',
    ];
    this.tcpdump = spawn('ip', space.inside(...words, FILTER), {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.gone = once(this.tcpdump, 'close');
    this.tcpdump.stdout.on('data', (piece: Buffer) => {
      this.pieces.push(piece);
      this.lastPieceMs = performance.now();
    });
  }

  begins(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.tcpdump.stderr.setEncoding('utf8').on('data', (piece: string) => {
        this.complaints += piece;
        if (this.complaints.includes('listening on')) resolve();
      });
      this.tcpdump.on('exit', () => reject(new Error(`tcpdump: ${this.complaints.trim()}`)));
    });
  }

  /** Ends it once all that it saw has come; it may have ended before, with its device. */
  async end(): Promise<Uint8Array> {
    while (performance.now() - this.lastPieceMs < QUIET_MS) await sleep(QUIET_MS / 2);
    await takesAll(this.tcpdump, this.device);
    this.tcpdump.kill('SIGINT');
    await this.gone;
    return Buffer.concat(this.pieces);
  }
}

/** What is captured at one place, also when the host there loses power and comes back. */
export class Capture {
  private readonly lives: Listening[] = [];

  async begin(space: Namespace, device: string): Promise<void> {
    const listening = new Listening(space, device);
    this.lives.push(listening);
    await listening.begins();
  }

  /** One pcap file. */
  async end(): Promise<Uint8Array> {
    const files: Uint8Array[] = [];
    for (const life of this.lives) files.push(await life.end());
    return Buffer.concat(
      files.map((file, at) => (at === 0 ? file : file.subarray(PCAP_FILE_HEADER))),
    );
  }
}
