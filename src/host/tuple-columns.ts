import { IpAddress } from '../wire/ip-address.ts';
import type { FourTuple } from '../tcp/four-tuple.ts';
import type { TupleKey } from './tuple-key.ts';

const FREE = -1;

/**
 * Four-tuples by the million: columns in typed arrays and an open-addressing index, some 40 bytes
 * each. Each has a place, a small integer, at which the caller keeps columns of its own. The low
 * words of addresses take room only once there is an IPv6 one.
 */
export class TupleColumns {
  private hashes = new Int32Array(64);
  /** The local port in the upper half; of a free place, the next free one. */
  private ports = new Int32Array(64);
  private local0 = new Int32Array(64);
  private remote0 = new Int32Array(64);
  /** Words 1 to 3 of the local and the remote address, six a place; empty while all is IPv4. */
  private lowWords = new Int32Array(0);
  /** 4 or 6; 0 where the place is free. */
  private versions = new Uint8Array(64);
  private index = new Int32Array(128).fill(FREE);
  private freePlace = FREE;
  /** Places ever used: those from here on are free as well. */
  private used = 0;
  private live = 0;

  get size(): number {
    return this.live;
  }

  /** Places go from 0 to below this; it only grows. */
  get capacity(): number {
    return this.versions.length;
  }

  has(place: number): boolean {
    return this.versions[place] !== 0;
  }

  /** -1: not there. */
  find(key: TupleKey): number {
    const { hash } = key;
    const mask = this.index.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const place = this.index[at];
      if (place === FREE || (this.hashes[place] === hash && this.isAt(key, place))) return place;
    }
  }

  /** The four-tuple must not be there yet. */
  add(key: TupleKey): number {
    const place = this.takePlace();
    this.hashes[place] = key.hash;
    this.ports[place] = (key.localPort << 16) | key.remotePort;
    this.local0[place] = key.local0;
    this.remote0[place] = key.remote0;
    this.versions[place] = key.version;
    if (key.version === 6) this.putLowWords(key, place);
    this.live += 1;
    if (this.live * 2 > this.index.length) this.rebuildIndex();
    else this.point(place);
    return place;
  }

  remove(place: number): void {
    this.unpoint(place);
    this.versions[place] = 0;
    this.ports[place] = this.freePlace;
    this.freePlace = place;
    this.live -= 1;
  }

  localPortAt(place: number): number {
    return this.ports[place] >>> 16;
  }

  pathAt(place: number): FourTuple {
    const ports = this.ports[place];
    return {
      local: { address: this.addressAt(place, this.local0[place], 0), port: ports >>> 16 },
      remote: { address: this.addressAt(place, this.remote0[place], 3), port: ports & 0xffff },
    };
  }

  private addressAt(place: number, word0: number, from: 0 | 3): IpAddress {
    if (this.versions[place] === 4) return new IpAddress(4, word0);
    const at = place * 6 + from;
    const { lowWords } = this;
    return new IpAddress(6, word0, lowWords[at], lowWords[at + 1], lowWords[at + 2]);
  }

  private isAt(key: TupleKey, place: number): boolean {
    return (
      this.ports[place] === ((key.localPort << 16) | key.remotePort) &&
      this.remote0[place] === key.remote0 &&
      this.local0[place] === key.local0 &&
      this.versions[place] === key.version &&
      (key.version === 4 || this.hasLowWords(key, place))
    );
  }

  private hasLowWords(key: TupleKey, place: number): boolean {
    const { lowWords } = this;
    const at = place * 6;
    return (
      lowWords[at + 5] === key.remote3 &&
      lowWords[at + 4] === key.remote2 &&
      lowWords[at + 3] === key.remote1 &&
      lowWords[at + 2] === key.local3 &&
      lowWords[at + 1] === key.local2 &&
      lowWords[at] === key.local1
    );
  }

  private putLowWords(key: TupleKey, place: number): void {
    if (this.lowWords.length < this.capacity * 6) {
      this.lowWords = longer(this.lowWords, this.capacity * 6);
    }
    const { lowWords } = this;
    const at = place * 6;
    lowWords[at] = key.local1;
    lowWords[at + 1] = key.local2;
    lowWords[at + 2] = key.local3;
    lowWords[at + 3] = key.remote1;
    lowWords[at + 4] = key.remote2;
    lowWords[at + 5] = key.remote3;
  }

  private takePlace(): number {
    const place = this.freePlace;
    if (place !== FREE) {
      this.freePlace = this.ports[place];
      return place;
    }
    if (this.used === this.capacity) this.grow();
    this.used += 1;
    return this.used - 1;
  }

  private grow(): void {
    const capacity = this.capacity * 2;
    this.hashes = longer(this.hashes, capacity);
    this.ports = longer(this.ports, capacity);
    this.local0 = longer(this.local0, capacity);
    this.remote0 = longer(this.remote0, capacity);
    this.versions = longerBytes(this.versions, capacity);
  }

  private rebuildIndex(): void {
    this.index = new Int32Array(this.index.length * 2).fill(FREE);
    for (let place = 0; place < this.used; place += 1) if (this.has(place)) this.point(place);
  }

  private point(place: number): void {
    const mask = this.index.length - 1;
    let at = this.hashes[place] & mask;
    while (this.index[at] !== FREE) at = (at + 1) & mask;
    this.index[at] = place;
  }

  /** Whoever was pushed past the gap moves back into it. */
  private unpoint(place: number): void {
    const { index, hashes } = this;
    const mask = index.length - 1;
    let gap = hashes[place] & mask;
    while (index[gap] !== place) gap = (gap + 1) & mask;
    for (let at = (gap + 1) & mask; index[at] !== FREE; at = (at + 1) & mask) {
      const home = hashes[index[at]] & mask;
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      index[gap] = index[at];
      gap = at;
    }
    index[gap] = FREE;
  }
}

/** The same numbers with room for `length`. */
export const longer = (column: Int32Array, length: number): Int32Array<ArrayBuffer> => {
  const more = new Int32Array(length);
  more.set(column);
  return more;
};

export const longerBytes = (column: Uint8Array, length: number): Uint8Array<ArrayBuffer> => {
  const more = new Uint8Array(length);
  more.set(column);
  return more;
};
