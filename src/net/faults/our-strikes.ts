import type { CauseId } from '../../causes/ids.ts';
import type { Machine } from '../../device/machine.ts';
import type { Socket as HostSocket } from '../../host/socket.ts';
import type { FourTuple } from '../../tcp/four-tuple.ts';
import { FIN, RST } from '../../wire/packet.ts';
import { type EndingId, ENDINGS } from '../services/endings.ts';
import { hostSocketOf, type Socket } from '../socket.ts';
import { reset } from './ending.ts';
import type { PeerSocket } from './network.ts';
import { type Strike, STRIKES } from './strikes.ts';
import { comesFrom, goesTo, type Look, type Tap } from './tap.ts';

/** Keepalive as quick as socket options allow: two seconds until it gives up. */
const PROBES = { TCP_KEEPIDLE: 1, TCP_KEEPINTVL: 1, TCP_KEEPCNT: 1, SO_KEEPALIVE: 1 } as const;

/** What the strikes of our TCP have at hand. */
interface Inside {
  readonly machine: Machine;
  readonly socket: HostSocket;
  readonly path: FourTuple;
}

/**
 * What our TCP can do to a connection that was accepted: all that ordinary sockets can, and more.
 * Without a tap, what needs one is missing.
 */
export const ourStrikes = (
  machine: Machine,
  tap: Tap | undefined,
): Partial<Record<CauseId, Strike>> => {
  const inside = (client: PeerSocket): Inside | undefined => {
    const socket = hostSocketOf(client as Socket);
    const path = socket?.connection?.path;
    return socket === undefined || path === undefined ? undefined : { machine, socket, path };
  };
  const withInside =
    (act: (inside: Inside, client: PeerSocket) => boolean | Promise<boolean>): Strike =>
    ({ client }) => {
      const found = inside(client);
      return found === undefined ? false : act(found, client);
    };
  const ending = (id: EndingId): Strike =>
    withInside((found, client) => {
      ENDINGS[id](found);
      client.destroy();
      return true;
    });
  return {
    ...STRIKES,
    destroyed: ending('destroyed'),
    disconnect: ending('disconnect'),
    'half-open-restart': ending('half-open-restart'),
    'linger2-abort': ending('linger2-abort'),
    'orphan-limit': ending('orphan-limit'),
    'read-shutdown': withInside(shutDown),
    ...(tap !== undefined && {
      'keepalive-timeout': withInside((found, client) => probeInVain(tap, found, client)),
      'repeated-reset': withInside((found, client) => loseFirstReset(tap, found, client)),
    }),
  };
};

/** The crossing made certain: the FIN leaves as the next request arrives, which has not been seen yet. */
export const closeAsDataComes =
  (tap: Tap): Strike =>
  ({ client }) => {
    const path = hostSocketOf(client as Socket)?.connection?.path;
    if (path === undefined) return false;
    return new Promise((resolve) => {
      const settle = (isBroken: boolean): void => {
        tap.incoming.delete(look);
        client.off('close', goneBefore);
        resolve(isBroken);
      };
      const goneBefore = (): void => settle(false);
      const look: Look = (segment, datagram) => {
        if (!comesFrom(path, segment, datagram)) return true;
        const endsBefore = (segment.flags & (FIN | RST)) !== 0 && segment.payloadLength === 0;
        if (segment.payloadLength > 0) client.destroy();
        if (segment.payloadLength > 0 || endsBefore) settle(segment.payloadLength > 0);
        return true;
      };
      tap.incoming.add(look);
      client.once('close', goneBefore);
    });
  };

/** Kept open, since a close() would make it data after a close. */
const shutDown = ({ machine, socket }: Inside): boolean => {
  machine.act(() => socket.shutdown('both'));
  return true;
};

/** The client is not heard any more, so its keepalive probes go unanswered. */
const probeInVain = (
  tap: Tap,
  { machine, socket, path }: Inside,
  client: PeerSocket,
): Promise<boolean> => {
  const deaf: Look = (segment, datagram) => !comesFrom(path, segment, datagram);
  tap.incoming.add(deaf);
  machine.act(() => {
    for (const name of ['TCP_KEEPIDLE', 'TCP_KEEPINTVL', 'TCP_KEEPCNT', 'SO_KEEPALIVE'] as const) {
      socket.setsockopt(name, PROBES[name]);
    }
  });
  // Told ETIMEDOUT, as any owner of it would be.
  return new Promise((resolve) => {
    client.once('close', () => {
      tap.incoming.delete(deaf);
      resolve(true);
    });
  });
};

/** Of two resets the client learns of the second, which its next segment draws. */
const loseFirstReset = (tap: Tap, { path }: Inside, client: PeerSocket): boolean => {
  const lose: Look = (segment) => {
    if ((segment.flags & RST) === 0 || !goesTo(path, segment)) return true;
    tap.outgoing.delete(lose);
    return false;
  };
  tap.outgoing.add(lose);
  reset(client);
  return true;
};
