import type { Datagram } from '../wire/datagram.ts';
import type { Endpoint } from '../wire/ip-address.ts';
import type { FourTuple } from '../tcp/four-tuple.ts';

/**
 * A four-tuple as numbers, seen from this host: what the tables are searched by. One object serves
 * all arrivals, so that a look-up makes none.
 */
export class TupleKey {
  /** 4 or 6; IPv4 addresses stand in word 0, the others being 0. */
  version = 4;
  local0 = 0;
  local1 = 0;
  local2 = 0;
  local3 = 0;
  localPort = 0;
  remote0 = 0;
  remote1 = 0;
  remote2 = 0;
  remote3 = 0;
  remotePort = 0;
  /** Of all of these and a secret, so that nobody can choose ports that collide. */
  hash = 0;
  private readonly seed: number;

  constructor(seed: number) {
    this.seed = seed | 0;
  }

  /** Of a packet that came: its target is this host. */
  ofArrival(datagram: Datagram, sourcePort: number, targetPort: number): this {
    this.version = datagram.version;
    this.local0 = datagram.target0;
    this.local1 = datagram.target1;
    this.local2 = datagram.target2;
    this.local3 = datagram.target3;
    this.localPort = targetPort;
    this.remote0 = datagram.source0;
    this.remote1 = datagram.source1;
    this.remote2 = datagram.source2;
    this.remote3 = datagram.source3;
    this.remotePort = sourcePort;
    return this.hashed();
  }

  /** Of a packet of ours that an ICMP error quotes: its source is this host. */
  ofQuotation(quoted: Datagram, sourcePort: number, targetPort: number): this {
    this.version = quoted.version;
    this.local0 = quoted.source0;
    this.local1 = quoted.source1;
    this.local2 = quoted.source2;
    this.local3 = quoted.source3;
    this.localPort = sourcePort;
    this.remote0 = quoted.target0;
    this.remote1 = quoted.target1;
    this.remote2 = quoted.target2;
    this.remote3 = quoted.target3;
    this.remotePort = targetPort;
    return this.hashed();
  }

  ofPath({ local, remote }: FourTuple): this {
    return this.ofEnds(local, remote, local.port);
  }

  /** `localPort` in place of the local endpoint's own. */
  ofEnds(
    { address: local }: Endpoint,
    { address: remote, port }: Endpoint,
    localPort: number,
  ): this {
    this.version = local.version;
    this.local0 = local.word0;
    this.local1 = local.word1;
    this.local2 = local.word2;
    this.local3 = local.word3;
    this.localPort = localPort;
    this.remote0 = remote.word0;
    this.remote1 = remote.word1;
    this.remote2 = remote.word2;
    this.remote3 = remote.word3;
    this.remotePort = port;
    return this.hashed();
  }

  isOf({ local, remote }: FourTuple): boolean {
    return (
      this.localPort === local.port &&
      this.remotePort === remote.port &&
      this.remote0 === remote.address.word0 &&
      this.local0 === local.address.word0 &&
      this.version === local.address.version &&
      (this.version === 4 || this.hasLowWordsOf(local, remote))
    );
  }

  private hasLowWordsOf({ address: local }: Endpoint, { address: remote }: Endpoint): boolean {
    return (
      this.remote3 === remote.word3 &&
      this.remote2 === remote.word2 &&
      this.remote1 === remote.word1 &&
      this.local3 === local.word3 &&
      this.local2 === local.word2 &&
      this.local1 === local.word1
    );
  }

  private hashed(): this {
    let hash = mixed(this.seed, (this.localPort << 16) | this.remotePort);
    hash = mixed(hash, this.remote0);
    hash = mixed(hash, this.local0);
    if (this.version === 6) {
      hash = mixed(mixed(mixed(hash, this.remote1), this.remote2), this.remote3);
      hash = mixed(mixed(mixed(hash, this.local1), this.local2), this.local3);
    }
    this.hash = finished(hash);
    return this;
  }
}

/** One step of MurmurHash3 (32 bits). */
const mixed = (hash: number, word: number): number => {
  let k = Math.imul(word, 0xcc9e_2d51);
  k = (k << 15) | (k >>> 17);
  const h = hash ^ Math.imul(k, 0x1b87_3593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe654_6b64) | 0;
};

/** Its last step, after which every bit depends on every other. */
const finished = (hash: number): number => {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return h ^ (h >>> 16);
};
