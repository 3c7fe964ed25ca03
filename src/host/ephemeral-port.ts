import type { Endpoint, IpAddress } from '../wire/ip-address.ts';
import { keyedHash, type Secret } from '../tcp/keyed-hash.ts';
import { mayReuse } from '../tcp/time-wait.ts';
import { isLoopback } from './socket-address.ts';
import type { Stack } from './stack.ts';

/** Keeps these uses of the secret apart from sequence numbers and cookies. */
const CONNECT_TAG = 0x706f_7274;
const BIND_TAG = 0x6269_6e64;

/**
 * Ephemeral ports as Linux chooses them (RFC 6056 §3.3.4, double-hash): for each destination another
 * beginning, and a count that moves on with each connection; of one parity, so that connect(2) and
 * bind(2) get out of each other's way.
 */
export class EphemeralPorts {
  private readonly secret: Secret;
  /** table_perturb, smaller: connections so far by the destination's hash. */
  private readonly counts = new Uint32Array(256);
  private binds = 0;

  constructor(secret: Secret) {
    this.secret = secret;
  }

  /** The first that `isFree`, in Linux's order; undefined: none is. */
  forConnect(
    local: IpAddress,
    remote: Endpoint,
    [low, high]: readonly [number, number],
    isFree: (port: number) => boolean,
  ): number | undefined {
    const hash = keyedHash(this.secret, CONNECT_TAG, {
      local: { address: local, port: 0 },
      remote,
    });
    const slot = hash & 0xff;
    const size = high - low + 1;
    const start = ((hash >>> 8) + this.counts[slot]) % size;
    const port = firstFree(low, size, start & ~1, isFree);
    // The next search begins behind what this one has tried.
    if (port !== undefined) this.counts[slot] += 2 + ((port - low - start + size) % size);
    return port;
  }

  /** For bind(2) to port 0: anywhere, of the other parity. */
  forBind(
    local: IpAddress,
    [low, high]: readonly [number, number],
    isFree: (port: number) => boolean,
  ): number | undefined {
    this.binds += 1;
    const end = { address: local, port: this.binds & 0xffff };
    const hash = keyedHash(this.secret, BIND_TAG, { local: end, remote: end });
    const size = high - low + 1;
    return firstFree(low, size, ((hash >>> 0) % size) | 1, isFree);
  }
}

/** Every second port from `start`, then the others. */
const firstFree = (
  low: number,
  size: number,
  start: number,
  isFree: (port: number) => boolean,
): number | undefined => {
  for (let step = 0; step < size * 2; step += 2) {
    // The second half of the steps has the other parity.
    const shift = step < size ? step : step - size + ((size & 1) === 0 ? 1 : 0);
    const port = low + ((start + shift) % size);
    if (isFree(port)) return port;
  }
  return undefined;
};

/** For a connection to `remote`; undefined: all are taken (inet_hash_connect). */
export const chooseEphemeralPort = (
  stack: Stack,
  local: IpAddress,
  remote: Endpoint,
  now: number,
): number | undefined => {
  const { settings, ports, table, timeWaits, key } = stack;
  const end = { address: local, port: 0 };
  const isLocal = isLoopback(local) || isLoopback(remote.address);
  return stack.ephemeral.forConnect(local, remote, settings.ip_local_port_range, (port) => {
    if (ports.isBound(port)) return false;
    key.ofEnds(end, remote, port);
    if (table.find(key) !== undefined) return false;
    const place = timeWaits.find(key);
    return place === -1 || mayReuse(timeWaits.load(place), settings, isLocal, now);
  });
};
