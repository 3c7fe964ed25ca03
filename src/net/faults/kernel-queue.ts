import { readFileSync } from 'node:fs';
import { SocketAddress } from 'node:net';
import { peerName } from './faults.ts';
import type { PeerSocket, Queue } from './network.ts';

/** proc_pid_net(5). */
const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6'] as const;

/** Columns of it. */
const LOCAL = 1;
const REMOTE = 2;
const STATE = 3;
const QUEUES = 4;
const INODE = 9;

/** States, as include/net/tcp_states.h numbers them. */
const ESTABLISHED = '01';
const TIME_WAIT = '06';
const CLOSE_WAIT = '08';
const LISTEN = '0A';

/**
 * What the kernel has of a connection, since Node cannot ask it; 'unknown' where there is no procfs.
 * Ports alone name it: of two connections that share both, one has another address of this host.
 */
export const kernelQueueOf = ({
  localPort,
  remotePort,
}: PeerSocket): Queue | 'gone' | 'unknown' => {
  const rows = kernelRows();
  if (rows === undefined) return 'unknown';
  const row = rows.find(
    (each) =>
      portOf(each[LOCAL]) === localPort &&
      portOf(each[REMOTE]) === remotePort &&
      each[STATE] !== TIME_WAIT,
  );
  if (row === undefined) return 'gone';
  const [unsent, unread] = queuesOf(row);
  // A FIN takes a sequence number, and counts as unread.
  const fin = row[STATE] === CLOSE_WAIT ? 1 : 0;
  return { unread: Math.max(0, unread - fin), unsent, peerClosed: row[STATE] !== ESTABLISHED };
};

/** The peers of connections to this listening port that nobody has accepted. */
export const unacceptedOn = (port: number): string[] | 'unknown' => {
  const rows = kernelRows();
  if (rows === undefined) return 'unknown';
  // A socket without an inode belongs to no process.
  return rows
    .filter((row) => portOf(row[LOCAL]) === port && row[INODE] === '0')
    .filter((row) => row[STATE] === ESTABLISHED || row[STATE] === CLOSE_WAIT)
    .map((row) => peerName(addressOf(row[REMOTE] ?? ''), portOf(row[REMOTE])));
};

/** Connections in the accept queue of a listening port. */
export const acceptQueueOf = (port: number): number | 'unknown' => {
  const rows = kernelRows();
  if (rows === undefined) return 'unknown';
  const row = rows.find((each) => portOf(each[LOCAL]) === port && each[STATE] === LISTEN);
  return row === undefined ? 0 : queuesOf(row)[1];
};

const kernelRows = (): string[][] | undefined => {
  if (process.platform !== 'linux') return undefined;
  return TABLES.flatMap((table) => {
    const [, ...lines] = readFileSync(table, 'latin1').trimEnd().split('\n');
    return lines.map((line) => line.trim().split(/\s+/));
  });
};

/** `0100007F:1F90`: words as they lie in memory, on a little-endian machine. */
const addressOf = (text: string): string => {
  const words = Buffer.from(text.slice(0, text.indexOf(':')), 'hex').swap32();
  if (words.length === 4) return words.join('.');
  const groups = words.toString('hex').match(/.{4}/g) ?? [];
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
};

const portOf = (address: string | undefined): number =>
  Number.parseInt(address?.slice(address.indexOf(':') + 1) ?? '', 16);

const queuesOf = (row: readonly string[]): [unsent: number, unread: number] => {
  const [unsent = '', unread = ''] = row[QUEUES]?.split(':') ?? [];
  return [Number.parseInt(unsent, 16), Number.parseInt(unread, 16)];
};
