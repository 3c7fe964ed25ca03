import { type Endpoint, IpAddress } from '../wire/ip-address.ts';
import type { FourTuple } from '../tcp/four-tuple.ts';
import type { TupleKey } from './tuple-key.ts';

/** A connection's four-tuple, and its count of packets. */
export class Path implements FourTuple {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  private ipId: number;

  /** `ipId`: of the packet before the first. */
  constructor(local: Endpoint, remote: Endpoint, ipId: number) {
    this.local = local;
    this.remote = remote;
    this.ipId = ipId & 0xffff;
  }

  /** The identification of the first of its next `count` packets, 1 to 65535. */
  nextIpId(count: number): number {
    const first = this.ipId === 0xffff ? 1 : this.ipId + 1;
    this.ipId = (first + count - 1) & 0xffff;
    return first;
  }
}

/** `local`: the host's own object for that endpoint, which many connections have in common. */
export const pathOf = (key: TupleKey, local: Endpoint): Path =>
  new Path(local, { address: remoteOf(key), port: key.remotePort }, key.hash);

/** Immutable, so one serves as long as it is the same peer. */
let lastRemote = new IpAddress(4, 0);

const remoteOf = ({ version, remote0, remote1, remote2, remote3 }: TupleKey): IpAddress => {
  const { word0, word1, word2, word3 } = lastRemote;
  const isSame =
    word0 === remote0 &&
    word1 === remote1 &&
    word2 === remote2 &&
    word3 === remote3 &&
    lastRemote.version === version;
  if (!isSame)
    lastRemote = new IpAddress(version === 4 ? 4 : 6, remote0, remote1, remote2, remote3);
  return lastRemote;
};
