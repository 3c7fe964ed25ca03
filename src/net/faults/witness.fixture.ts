import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pass } from '../../../test/waiting.ts';
import { CATALOGUE } from '../../causes/catalogue.ts';
import type { CauseId } from '../../causes/ids.ts';
import { takesAll } from '../../live/tcpdump-counts.ts';

/** What is built is what explains; `npm test` builds first. */
const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
/** When nothing new can come any more. */
const QUIET_MS = 200;

/** A row of `explain --json`, as far as it is looked at; the summary has no connection. */
interface Row {
  readonly connection?: { readonly server: string };
  readonly cause: CauseId;
  readonly alternatives: readonly { readonly cause: CauseId }[];
}

/** Captures on a device in a namespace, and lets `resetlab explain` say what it makes of it. */
export class Witness {
  private readonly folder = mkdtempSync(join(tmpdir(), 'resetlab-witness-'));
  private readonly tcpdump: ChildProcessWithoutNullStreams;
  private readonly device: string;

  private constructor(space: string, device: string) {
    this.device = device;
    const words = ['-i', device, '-n', '-U', '--immediate-mode', '-Z', 'root', '-w', this.capture];
    // Each packet takes a whole slot of the ring: of the largest size there would be eight only.
    words.push('-s', '9216', '-B', '8192');
    this.tcpdump = spawn('ip', ['netns', 'exec', space, 'tcpdump', ...words, 'tcp']);
  }

  static async on(space: string, device: string): Promise<Witness> {
    const witness = new Witness(space, device);
    let said = '';
    while (!said.includes('listening on')) {
      const [piece] = (await once(witness.tcpdump.stderr, 'data')) as [Buffer];
      said += piece.toString();
    }
    return witness;
  }

  async says(): Promise<Testimony> {
    await pass(QUIET_MS);
    await takesAll(this.tcpdump, this.device);
    this.tcpdump.kill('SIGINT');
    await once(this.tcpdump, 'close');
    const words = ['explain', '--all', '--json', this.capture];
    const said = execFileSync(process.execPath, [MAIN, ...words], { encoding: 'utf8' });
    rmSync(this.folder, { recursive: true });
    return new Testimony(
      said
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
  }

  private get capture(): string {
    return join(this.folder, 'capture.pcap');
  }
}

/** What was said of each connection. */
export class Testimony {
  private readonly rows: readonly Row[];

  constructor(rows: readonly Row[]) {
    this.rows = rows;
  }

  /** What the first thing that went wrong with the connections to a port can be. */
  at(port: string | number): readonly CauseId[] {
    const first = this.rows.find(({ connection }) => connection?.server.endsWith(`:${port}`));
    if (first === undefined) return [];
    return [first.cause, ...first.alternatives.map(({ cause }) => cause)];
  }
}

/** A cause and its general forms, of which each is a right name for it. */
export const namesOf = (cause: CauseId): readonly CauseId[] => {
  const { refines = [] } = CATALOGUE[cause].facts;
  return [cause, ...(typeof refines === 'string' ? [refines] : refines)];
};
