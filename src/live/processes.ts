import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Namespace } from './namespaces.ts';
import { type Answer, Lines, type Made, type Order, type Whereabouts } from './protocol.ts';

/** Node 20 cannot run TypeScript: from the sources, what was built is started. */
const CHILD = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../../dist/live/child.js' : './child.js',
    import.meta.url,
  ),
);

type Reply = Extract<Answer, { readonly id: number }>;

/** What an order came to, or how the process died over it. */
export type Result = Reply | { readonly killedBy: NodeJS.Signals };

/** The one process of a host, in its namespace, with all the sockets of its applications. */
export class HostProcess {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly whereabouts: Whereabouts;
  private readonly waiting = new Map<number, (result: Result) => void>();
  private orders = 0;
  private complaints = '';

  constructor(space: Namespace, whereabouts: Whereabouts, news: (made: Made) => void) {
    this.whereabouts = whereabouts;
    // In a session of its own, so that Ctrl-C does not reach it before what it holds is undone.
    const words = space.inside(process.execPath, CHILD);
    this.child = spawn('ip', words, { detached: true });
    this.listen(news);
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /**
   * Has a step carried out; throws where it cannot be. `target`: where connect() leads; `sysctl`: the
   * file of a setting that the step may change.
   */
  async obey(step: Order['step'], target: string, sysctl?: string): Promise<Result> {
    if (!this.isAlive) throw new Error(`the process has ended. ${this.complaints}`.trim());
    this.orders += 1;
    const lent = sysctl === undefined ? {} : { sysctl };
    const order: Order = { id: this.orders, step, target, ...lent, ...this.whereabouts };
    const outcome = new Promise<Result>((resolve) => this.waiting.set(order.id, resolve));
    this.child.stdin.write(`${JSON.stringify(order)}\n`);
    const reply = await outcome;
    if ('failed' in reply) throw new Error(reply.failed);
    return reply;
  }

  /** Ends it by SIGKILL; the kernel closes its sockets. */
  async kill(): Promise<void> {
    if (!this.isAlive) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }

  private listen(news: (made: Made) => void): void {
    const lines = new Lines();
    this.child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      for (const line of lines.push(piece)) this.hear(JSON.parse(line) as Answer, news);
    });
    this.child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      this.complaints += piece;
    });
    // Orders that it did not live to read break the pipe; its end tells more.
    this.child.stdin.on('error', () => {});
    this.child.on('exit', (_code, signal) => this.bury(signal));
  }

  private hear(answer: Answer, news: (made: Made) => void): void {
    if ('news' in answer) {
      news(answer.news);
      return;
    }
    this.waiting.get(answer.id)?.(answer);
    this.waiting.delete(answer.id);
  }

  private bury(signal: NodeJS.Signals | null): void {
    for (const [id, settle] of this.waiting) {
      const failed = `the process ended. ${this.complaints}`.trim();
      settle(signal === null ? { id, failed } : { killedBy: signal });
    }
    this.waiting.clear();
  }
}
