import { isIPv6 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CauseId } from '../../causes/ids.ts';
import type { Machine } from '../../device/machine.ts';
import { SocketError } from '../../host/socket-error.ts';
import type { Call } from '../../host/call.ts';
import type { Process } from '../../host/process.ts';
import type { Socket as HostSocket } from '../../host/socket.ts';
import { type Endpoint, IpAddress, nameOf } from '../../wire/ip-address.ts';
import type { Datagram } from '../../wire/datagram.ts';
import { RST, SYN } from '../../wire/packet.ts';
import { systemError } from '../errors.ts';
import type { Network as OwnNetwork } from '../network.ts';
import type { Place } from './faults.ts';
import type { Network, Unaccepting } from './network.ts';
import type { Look, Tap } from './tap.ts';

const BACKLOG = 128;
/** A client that has just connected has its request out after so long. */
const SETTLE_MS = 20;
/** A half-open connection whose SYN,ACK may not be sent again expires after one second. */
const EXPIRED_MS = 1100;

/** Where, on which machine. */
interface Site extends Place {
  readonly machine: Machine;
  readonly process: Process;
}

/** On our TCP; what needs a tap is not asked for without one. */
export const ourUnaccepting =
  (network: OwnNetwork, tap: Tap | undefined): Network['openUnaccepting'] =>
  async (plan, { host, port }, onEnded) => {
    const { machine } = network;
    const process = machine.host.process('faults');
    const open = openerOf(plan.way.cause, plan.afterMs, tap, onEnded);
    const unaccepting = open({ machine, process, address: host, port });
    // What waits here keeps the process alive, as a listening server does.
    const keeper = network.createServer().listen({ host, port: 0 });
    const close = (): Promise<void> => {
      keeper.close();
      return unaccepting.close();
    };
    return { ...unaccepting, close };
  };

const openerOf = (
  cause: CauseId,
  afterMs: number,
  tap: Tap | undefined,
  onEnded: (peer: string) => void,
): ((site: Site) => Unaccepting) => {
  if (cause === 'listener-closed') return (site) => closeWhileTheyWait(site, afterMs, onEnded);
  if (tap === undefined || cause === 'closed-port') return boundOnly;
  if (cause === 'connect-timeout') return (site) => dropEverySyn(site, tap);
  return (site) => loseHandshakes(site, tap, onEnded);
};

/** A socket that is bound and does not listen keeps the port. */
const boundOnly = (site: Site): Unaccepting => {
  const socket = bound(site);
  return { ...placeOf(socket), close: () => closed(site, socket) };
};

const dropEverySyn = (site: Site, tap: Tap): Unaccepting => {
  const open = boundOnly(site);
  const drop: Look = ({ targetPort }) => targetPort !== open.port;
  tap.incoming.add(drop);
  const close = (): Promise<void> => {
    tap.incoming.delete(drop);
    return open.close();
  };
  return { ...open, close };
};

const closeWhileTheyWait = (
  site: Site,
  afterMs: number,
  onEnded: (peer: string) => void,
): Unaccepting => {
  const { machine } = site;
  let socket = listening(site);
  const place = placeOf(socket);
  let isOpen = true;
  const begin = (): void => {
    const waiting = machine.act(() => site.process.poll([{ socket, events: ['POLLIN'] }]));
    waiting.whenSettled(() => void end());
  };
  const end = async (): Promise<void> => {
    await sleep(Math.max(afterMs, SETTLE_MS));
    if (!isOpen) return;
    const peers = peersAt(machine, place.port);
    await closed(site, socket);
    socket = listening({ ...site, ...place });
    begin();
    for (const peer of peers) onEnded(nameOf(peer));
  };
  begin();
  const close = (): Promise<void> => {
    isOpen = false;
    return closed(site, socket);
  };
  return { ...place, close };
};

/**
 * Of each client the SYN alone is heard, until the half-open connection has expired: it believes in the
 * connection, and what it sends (again) meets the listener.
 */
const loseHandshakes = (site: Site, tap: Tap, onEnded: (peer: string) => void): Unaccepting => {
  const { settings } = site.machine.host;
  const retries = settings.tcp_synack_retries;
  const socket = listening(site);
  const place = placeOf(socket);
  const deafUntilMs = new Map<number, number>();
  const hear: Look = ({ targetPort, sourcePort, flags }) => {
    if (targetPort !== place.port) return true;
    const isFirst = (flags & SYN) !== 0 && !deafUntilMs.has(sourcePort);
    if (isFirst) deafUntilMs.set(sourcePort, performance.now() + EXPIRED_MS);
    return isFirst || performance.now() >= (deafUntilMs.get(sourcePort) ?? 0);
  };
  const tell: Look = ({ sourcePort, targetPort, flags }, datagram) => {
    if (sourcePort !== place.port || (flags & RST) === 0) return true;
    const address = targetOf(datagram);
    if (deafUntilMs.delete(targetPort)) onEnded(nameOf({ address, port: targetPort }));
    return true;
  };
  settings.tcp_synack_retries = 0;
  tap.incoming.add(hear);
  tap.outgoing.add(tell);
  const close = (): Promise<void> => {
    settings.tcp_synack_retries = retries;
    tap.incoming.delete(hear);
    tap.outgoing.delete(tell);
    return closed(site, socket);
  };
  return { ...place, close };
};

const bound = ({ machine, process, address, port }: Site): HostSocket => {
  const socket = machine.act(() => process.socket(isIPv6(address) ? 'inet6' : 'inet'));
  // A port that was in use a moment ago, as libuv has it.
  machine.act(() => socket.setsockopt('SO_REUSEADDR', 1));
  must(
    machine.act(() => socket.bind({ address, port })),
    address,
    port,
  );
  return socket;
};

const listening = (site: Site): HostSocket => {
  const socket = bound(site);
  must(
    site.machine.act(() => socket.listen(BACKLOG)),
    site.address,
    site.port,
  );
  return socket;
};

const must = ({ result }: Call<0>, address: string, port: number): void => {
  if (result instanceof SocketError)
    throw systemError('listen', result.code, { address, port, inWords: true });
};

const placeOf = (socket: HostSocket): Place => {
  const { address, port } = socket.local;
  return { address: address.toString(), port };
};

const closed = ({ machine }: Site, socket: HostSocket): Promise<void> => {
  machine.act(() => socket.close());
  return Promise.resolve();
};

/** The remote ends of connections to a port; nobody has accepted them, if nobody ever does. */
const peersAt = (machine: Machine, port: number): Endpoint[] =>
  Array.from(machine.host.connections(), ({ path }) => path)
    .filter(({ local }) => local.port === port)
    .map(({ remote }) => remote);

const targetOf = ({ version, target0, target1, target2, target3 }: Datagram): IpAddress =>
  new IpAddress(version === 4 ? 4 : 6, target0, target1, target2, target3);
