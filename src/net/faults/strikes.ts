import type { Duplex } from 'node:stream';
import type { CauseId } from '../../causes/ids.ts';
import { breakOff, delivered, drained, reset, unread } from './ending.ts';
import type { Network, PeerSocket } from './network.ts';
import type { Plan } from './plan.ts';

/** A connection whose moment has come. Nothing is relayed any more. */
export interface Struck {
  readonly network: Network;
  readonly plan: Plan;
  readonly client: PeerSocket;
  /** The server proper, if it was asked for already. */
  readonly server: Duplex | undefined;
}

/**
 * Ends a connection by one cause. Resolves to whether it did: where the client goes away before, there
 * is nothing left to end. What can end at once has done so when it returns.
 */
export type Strike = (struck: Struck) => boolean | Promise<boolean>;

/** A client's patience is not tried longer for what may never come. */
const LONGEST_WAIT_MS = 1000;

/** close() with SO_LINGER 0, when nothing is left unread: that would be another cause. */
const abort: Strike = async ({ network, plan, client }) => {
  const { moment } = plan.way;
  if (moment === 'after-bytes' || moment === 'on-reuse') await drained(network, client);
  if (moment === 'mid-response' || moment === 'after-fin') await delivered(network, client);
  // A client that reads the end of file closes at once: the reset must be as quick.
  if (moment === 'after-fin') client.end();
  reset(client);
  return true;
};

const closeWithUnreadData: Strike = async ({ network, client }) => {
  const isThere = await unread(network, client);
  client.destroy();
  return isThere;
};

const respondEarly: Strike = async ({ network, plan, client }) => {
  // Else there may be a request yet to come, which nobody answers early.
  if (plan.afterBytes === 0 && !(await unread(network, client))) return false;
  client.write(plan.response);
  await delivered(network, client);
  return closeWithUnreadData({ network, plan, client, server: undefined });
};

/** A FIN, since nothing is left unread. */
const close: Strike = async ({ network, client }) => {
  await drained(network, client);
  client.destroy();
  return true;
};

/** The same at once: an idle connection has nothing unread. */
const closeIdle: Strike = ({ client }) => {
  client.destroy();
  return true;
};

const closeAfterResponse: Strike = async (struck) => {
  await delivered(struck.network, struck.client);
  return close(struck);
};

/** The server behind sees a client that goes away with its response unread. */
const abortServer: Strike = async ({ network, client, server }) => {
  if (server === undefined) return false;
  const isThere = await unread(network, server as PeerSocket, LONGEST_WAIT_MS);
  if (isThere) server.destroy();
  else breakOff(server);
  await delivered(network, client);
  reset(client);
  return true;
};

/** What ordinary sockets can do to a connection that was accepted. */
export const STRIKES: Partial<Record<CauseId, Strike>> = {
  'linger-zero': abort,
  'tls-rejected': abort,
  'close-with-unread-data': closeWithUnreadData,
  'early-response': respondEarly,
  'closed-before-response': close,
  'keepalive-race': closeIdle,
  'data-after-close': closeAfterResponse,
  'client-abort': abortServer,
};
