import type { Host } from '../host/host.ts';
import type { Socket } from '../host/socket.ts';
import type { State } from '../tcp/state.ts';
import type { CommandOutcome, CommandTarget } from './commands.ts';

const NAMES: Record<string, State> = {
  CLOSED: 'CLOSED',
  LISTEN: 'LISTEN',
  SYN_SENT: 'SYN-SENT',
  SYN_RCVD: 'SYN-RECEIVED',
  ESTABLISHED: 'ESTABLISHED',
  CLOSE_WAIT: 'CLOSE-WAIT',
  FIN_WAIT_1: 'FIN-WAIT-1',
  FIN_WAIT_2: 'FIN-WAIT-2',
  CLOSING: 'CLOSING',
  LAST_ACK: 'LAST-ACK',
  TIME_WAIT: 'TIME-WAIT',
};

/** `sockstat … | grep -c STATE | grep N`: how many connections there are in a state. */
export const countStates = (command: string, target: CommandTarget): CommandOutcome => {
  const found = /grep -c (\w+) \| grep (\d+)/.exec(command);
  const state = NAMES[found?.[1] ?? ''];
  if (found === null || state === undefined) return { kind: 'unsupported', construct: command };
  const wanted = Number(found[2]);
  const actual = countOf(state, target);
  if (actual === wanted) return { kind: 'done' };
  return { kind: 'fails', why: `${actual} connections in ${state}, not ${wanted}` };
};

const countOf = (state: State, { host, sockets }: CommandTarget): number => {
  if (state === 'TIME-WAIT') return host.counts().timeWaits;
  if (state === 'CLOSED') return [...sockets].filter((socket) => isClosed(host, socket)).length;
  const connections = [...host.connections()].filter((c) => c.state === state).length;
  return state === 'SYN-RECEIVED' ? connections + host.counts().requests : connections;
};

/** FreeBSD keeps the block of a connection that is over, TIME-WAIT too, until its socket is closed. */
const isClosed = (host: Host, { phase, connection }: Socket): boolean => {
  if (connection === undefined) return phase === 'unconnected';
  if (connection.state !== 'TIME-WAIT') return connection.state === 'CLOSED';
  const { local, remote } = connection.path;
  return host.stateOf(local, remote) !== 'TIME-WAIT';
};
