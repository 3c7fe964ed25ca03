import { Host } from '../dist/host/host.js';
import { defaultSettings } from '../dist/tcp/sysctl.js';
import { IpAddress } from '../dist/wire/ip-address.js';

const SLOT = 2048;
/** Small, since a link should not wipe the processor's caches. */
export const FEW_SLOTS = 1 << 10;
const MANY_SLOTS = 1 << 12;

/** Packets on their way to one host, copied into one ring. */
class Way {
  /** @param {number} slots a power of two */
  constructor(slots) {
    this.mask = slots - 1;
    this.bytes = new Uint8Array(SLOT * slots);
    this.lengths = new Int32Array(slots);
    this.head = 0;
    this.tail = 0;
    this.carried = 0;
    this.large = 0;
  }

  /**
   * @param {Uint8Array} packet
   * @param {number} length
   */
  put(packet, length) {
    if (this.tail - this.head > this.mask) throw new Error('the link is full');
    const at = this.tail & this.mask;
    this.bytes.set(packet.subarray(0, length), at * SLOT);
    this.lengths[at] = length;
    this.tail += 1;
    this.carried += 1;
    if (length > 1400) this.large += 1;
  }

  /**
   * @param {Host} host
   * @param {number} now
   */
  deliver(host, now) {
    const end = this.tail;
    for (; this.head < end; this.head += 1) {
      const at = this.head & this.mask;
      host.packetArrives(this.bytes, at * SLOT, this.lengths[at], now);
    }
  }
}

export const address = (/** @type {number} */ last) => new IpAddress(4, 0x0a00_0000 + last);

/** Two hosts and the clock that they share. */
export class Pair {
  /** @param {(settings: any) => void} [configure] */
  constructor(configure = () => undefined, slots = MANY_SLOTS) {
    this.clock = { now: 1000 };
    this.toServer = new Way(slots);
    this.toClient = new Way(slots);
    const settings = defaultSettings();
    configure(settings);
    const common = { settings, clock: this.clock };
    this.client = new Host({
      ...common,
      addresses: [address(1)],
      secret: [1, 2],
      egress: (packet, length) => this.toServer.put(packet, length),
    });
    this.server = new Host({
      ...common,
      addresses: [address(65_000)],
      secret: [3, 4],
      egress: (packet, length) => this.toClient.put(packet, length),
    });
  }

  /** All that is on its way arrives; then some time passes. */
  step(ms = 0.01) {
    const { clock, client, server } = this;
    this.toServer.deliver(server, clock.now);
    this.toClient.deliver(client, clock.now);
    clock.now += ms;
    if (client.deadline() <= clock.now) client.timeout(clock.now);
    if (server.deadline() <= clock.now) server.timeout(clock.now);
  }

  /** Until nothing is on its way. */
  settle() {
    do this.step();
    while (this.toServer.head < this.toServer.tail || this.toClient.head < this.toClient.tail);
  }

  listen(backlog = 4096, port = 80) {
    const listener = this.server.process('server').socket();
    listener.nonBlocking = true;
    valueOf(listener.setsockopt('SO_REUSEADDR', 1));
    valueOf(listener.bind({ address: address(65_000), port }));
    valueOf(listener.listen(backlog));
    return listener;
  }

  /** @param {any} process @param {number} port the server's */
  dial(process, port = 80) {
    const socket = process.socket();
    socket.nonBlocking = true;
    socket.connect({ address: address(65_000), port });
    return socket;
  }
}

/** @param {any} call */
export const valueOf = (call) => {
  if (!call.settled) throw new Error('a call that should have settled');
  if (call.result instanceof Error) throw call.result;
  return call.result;
};
