import { NEVER } from '../tcp/connection.ts';

const ABSENT = -1;

/**
 * The moments at which somebody wants to be called, somebody being a small integer: one binary heap
 * for all. Putting a moment off costs nothing, since the heap keeps the earlier one and its owner
 * is asked anew when that comes; only an earlier moment moves anything. What never comes costs no
 * place.
 */
export class TimerQueue {
  /** Ids, the earliest first; and of each id its moment and its place in the heap. */
  private heap = new Int32Array(64);
  private moments = new Float64Array(64);
  private places = new Int32Array(64).fill(ABSENT);
  private size = 0;

  /** The earliest moment of all, `NEVER` if there is none. */
  get earliest(): number {
    return this.size === 0 ? NEVER : this.moments[this.heap[0]];
  }

  /** Whose it is; -1 if there is none. */
  get first(): number {
    return this.size === 0 ? ABSENT : this.heap[0];
  }

  /** When the call of `id` will come, which must have been asked for. */
  momentOf(id: number): number {
    return this.moments[id];
  }

  /** Asks for a call at `at` or before; an earlier one asked for stays. */
  arm(id: number, at: number): void {
    if (at === NEVER) return;
    if (id >= this.places.length) this.grow(id);
    const place = this.places[id];
    if (place === ABSENT) {
      this.moments[id] = at;
      this.up(this.size, id);
      this.size += 1;
    } else if (at < this.moments[id]) {
      this.moments[id] = at;
      this.up(place, id);
    }
  }

  /** Asks for a call at `at`, whatever was asked for before; `NEVER`: for none. */
  rearm(id: number, at: number): void {
    if (at === NEVER) {
      this.disarm(id);
      return;
    }
    const place = this.places[id] ?? ABSENT;
    if (place === ABSENT || at <= this.moments[id]) {
      this.arm(id, at);
      return;
    }
    this.moments[id] = at;
    this.down(place, id);
  }

  disarm(id: number): void {
    const place = this.places[id] ?? ABSENT;
    if (place === ABSENT) return;
    this.places[id] = ABSENT;
    this.size -= 1;
    if (place === this.size) return;
    const last = this.heap[this.size];
    if (this.moments[last] < this.moments[id]) this.up(place, last);
    else this.down(place, last);
  }

  /** Moves `id` from the hole at `from` towards the top, to where it belongs. */
  private up(from: number, id: number): void {
    const moment = this.moments[id];
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.heap[above];
      if (this.moments[parent] <= moment) break;
      this.put(place, parent);
      place = above;
    }
    this.put(place, id);
  }

  private down(from: number, id: number): void {
    const moment = this.moments[id];
    let place = from;
    for (;;) {
      let below = place * 2 + 1;
      if (below >= this.size) break;
      if (below + 1 < this.size && this.isEarlier(below + 1, below)) below += 1;
      const child = this.heap[below];
      if (this.moments[child] >= moment) break;
      this.put(place, child);
      place = below;
    }
    this.put(place, id);
  }

  private isEarlier(place: number, other: number): boolean {
    return this.moments[this.heap[place]] < this.moments[this.heap[other]];
  }

  private put(place: number, id: number): void {
    this.heap[place] = id;
    this.places[id] = place;
  }

  private grow(id: number): void {
    let capacity = this.places.length;
    while (capacity <= id) capacity *= 2;
    const places = new Int32Array(capacity).fill(ABSENT);
    places.set(this.places);
    this.places = places;
    const moments = new Float64Array(capacity);
    moments.set(this.moments);
    this.moments = moments;
    const heap = new Int32Array(capacity);
    heap.set(this.heap);
    this.heap = heap;
  }
}
