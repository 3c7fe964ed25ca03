import type { Connection } from './connection.ts';
import type { Side } from './story.ts';
import { NEVER } from './end.ts';
import type { ResetSighting } from './sighting.ts';

/** Resets of one client's endpoint that are looked at. */
const REMEMBERED = 8;
/** Sequence numbers this close run in the same window. */
const SAME_WINDOW = 1 << 20;

/**
 * Connections of one client endpoint that run the same numbers under two addresses: one of them
 * is a packet that was not translated on its way (conntrack INVALID).
 */
export class Siblings {
  private readonly byClient = new Map<number, ResetSighting[]>();

  note(sighting: ResetSighting): void {
    const hash = clientHash(sighting);
    const known = this.byClient.get(hash);
    if (known === undefined) this.byClient.set(hash, [sighting]);
    else if (known.length < REMEMBERED) known.push(sighting);
  }

  forget(sighting: ResetSighting): void {
    const hash = clientHash(sighting);
    const known = this.byClient.get(hash);
    if (known?.[known.length - 1] === sighting) this.byClient.delete(hash);
  }

  /** The other address under which the same segments run; only for connections without a beginning. */
  of(sighting: ResetSighting): string | undefined {
    const { connection, story } = sighting;
    if (story.lower.synFrame !== NEVER || story.upper.synFrame !== NEVER) return undefined;
    for (const { connection: other } of this.byClient.get(clientHash(sighting)) ?? []) {
      if (other !== connection && runSameNumbers(connection, other))
        return other.endpoint(other.server);
    }
    return undefined;
  }
}

const clientHash = ({ connection }: ResetSighting): number =>
  connection.endpointHash(connection.client);

/** What the two servers sent, or what the two clients acknowledged, lies within one window. */
function runSameNumbers(one: Connection, other: Connection): boolean {
  const same = (a: number, b: number): boolean => Math.abs((a - b) | 0) < SAME_WINDOW;
  const sent = (connection: Connection, side: Side) => connection.end(side);
  const [a, b] = [sent(one, one.server), sent(other, other.server)];
  if (a.nxtKnown && b.nxtKnown && same(a.nxt, b.nxt)) return true;
  return a.ackKnown && b.ackKnown && same(a.ack, b.ack);
}
