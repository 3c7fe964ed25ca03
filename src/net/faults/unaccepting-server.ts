import { Faults, type Place } from './faults.ts';
import type { Network, Unaccepting } from './network.ts';
import type { Plan } from './plan.ts';

/** A server that never accepts: what becomes of its connections is TCP's own doing. */
export class UnacceptingServer extends Faults {
  private readonly network: Network;
  private unaccepting: Unaccepting | undefined = undefined;

  constructor(network: Network, plan: Plan) {
    super(plan);
    this.network = network;
  }

  /** Rejects with the error of `node:net`: EADDRINUSE, EACCES, EADDRNOTAVAIL, ENOTFOUND. */
  async listen(host: string, port: number): Promise<void> {
    const { plan } = this;
    this.unaccepting = await this.network.openUnaccepting(plan, { host, port }, (peer) =>
      this.ended(peer),
    );
  }

  /** There is nothing to be hurried. */
  override breakNow(): void {}

  override async close(): Promise<void> {
    await this.unaccepting?.close();
  }

  protected override get place(): Place {
    if (this.unaccepting === undefined) throw new Error('the server does not listen yet');
    return this.unaccepting;
  }

  private ended(client: string): void {
    const { way, afterMs } = this.plan;
    const { cause, moment, sees } = way;
    this.connections += 1;
    const bytes = { bytesFromClient: 0, bytesToClient: 0 };
    this.tell({ connection: this.connections, client, cause, moment, afterMs, ...bytes, sees });
  }
}
