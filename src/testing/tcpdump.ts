import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { takesAll } from '../live/tcpdump-counts.ts';

/** Enough of each packet for any verdict. */
const SNAP_LENGTH = '256';

/** tcpdump on a device, from when it has begun to listen. */
export class Tcpdump {
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;
  private readonly pieces: Buffer[] = [];
  private readonly closed: Promise<unknown>;
  private readonly device: string;

  private constructor(device: string, filter: string) {
    this.device = device;
    const words = ['-i', device, '-n', '-U', '--immediate-mode', '-s', SNAP_LENGTH, '-w', '-'];
    this.child = spawn('tcpdump', [...words, '--', filter], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.closed = once(this.child, 'close').catch(() => {});
    this.child.stdout.on('data', (piece: Buffer) => this.pieces.push(piece));
  }

  /** One that listens; or why none can, in one line. Throws for a filter that makes no sense. */
  static async begin(device: string, filter: string): Promise<Tcpdump | string> {
    const tcpdump = new Tcpdump(device, filter);
    const refusal = await tcpdump.listens();
    if (refusal === undefined) return tcpdump;
    if (/syntax error|can't parse filter|parse error/.test(refusal)) {
      throw new TypeError(`filter "${filter}": ${refusal}`);
    }
    return refusal;
  }

  /** Ends it, and returns what it saw: a pcap file. The second time, the same. */
  async end(): Promise<Uint8Array> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      await takesAll(this.child, this.device);
      this.child.kill('SIGINT');
    }
    await this.closed;
    return Buffer.concat(this.pieces);
  }

  private listens(): Promise<string | undefined> {
    let said = '';
    return new Promise((resolve) => {
      this.child.on('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code === 'ENOENT' ? 'tcpdump is not installed' : error.message);
      });
      this.child.stderr.setEncoding('utf8').on('data', (piece: string) => {
        said += piece;
        if (said.includes('listening on')) resolve(undefined);
      });
      this.child.on('close', () => resolve(said.trim().replaceAll(/\s+/g, ' ')));
    });
  }
}
