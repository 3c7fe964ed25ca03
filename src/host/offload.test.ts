import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/random.ts';
import { Datagram, readDatagram } from '../wire/datagram.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { ACK, FIN } from '../wire/packet.ts';
import { CWR, PSH, Segment } from '../wire/segment.ts';
import { readSegment } from '../wire/segment-in.ts';
import { writeSegment } from '../wire/segment-out.ts';
import { Host } from './host.ts';
import type { Socket } from './socket.ts';
import { valueOf } from './two-hosts.fixture.ts';

/** What a random run does. */
interface Plan {
  readonly ipv6: boolean;
  readonly segmentation: number;
  readonly lost: readonly number[];
  readonly batch: number;
  readonly writes: readonly number[];
}

const PORT = 80;
const DELAY_MS = 2;

/**
 * A client whose link cuts what it sends, as a network card does, and a server that takes packets in
 * batches; on the way between them some segments are lost.
 */
class Cut {
  private readonly clock = { now: 1000 };
  readonly client: Host;
  readonly server: Host;
  /** Bytes of text of each packet as the client's link got it, and of each segment it made of that. */
  readonly large: number[] = [];
  readonly lengths: number[] = [];
  readonly ids: number[] = [];
  private readonly plan: Plan;
  private readonly serverAddress: string;
  private toServer: { at: number; bytes: Uint8Array }[] = [];
  private toClient: { at: number; bytes: Uint8Array }[] = [];

  constructor(plan: Plan) {
    this.plan = plan;
    const [client, server] = plan.ipv6 ? ['fd00::1', 'fd00::2'] : ['10.0.0.1', '10.0.0.2'];
    this.serverAddress = server!;
    const { clock } = this;
    this.client = new Host({
      addresses: [parseAddress(client!)!],
      secret: [1, 2],
      clock,
      checksums: false,
      segmentation: plan.segmentation,
      egress: (bytes, length, size) => this.cut(bytes.slice(0, length), size),
    });
    this.server = new Host({
      addresses: [parseAddress(server!)!],
      secret: [3, 4],
      clock,
      egress: (bytes, length) =>
        void this.toClient.push({ at: this.clock.now + DELAY_MS, bytes: bytes.slice(0, length) }),
    });
  }

  connect(): { client: Socket; server: Socket } {
    const family = this.plan.ipv6 ? 'inet6' : 'inet';
    const listener = this.server.process('server').socket(family);
    valueOf(listener.bind({ address: this.serverAddress, port: PORT }));
    valueOf(listener.listen());
    const client = this.client.process('client').socket(family);
    client.connect({ address: this.serverAddress, port: PORT });
    this.run(20);
    return { client, server: valueOf(listener.accept()) };
  }

  run(ms: number): void {
    for (const end = this.clock.now + ms; this.clock.now < end; this.clock.now += 1) this.step();
  }

  private step(): void {
    const { client, server } = this;
    const { now } = this.clock;
    const isDue = ({ at }: { at: number }): boolean => at <= now;
    const arrived = this.toServer.filter(isDue);
    this.toServer = this.toServer.filter((each) => !isDue(each));
    for (let at = 0; at < arrived.length; at += this.plan.batch) {
      server.batchBegins();
      for (const { bytes } of arrived.slice(at, at + this.plan.batch)) {
        server.packetArrives(bytes, 0, bytes.length, now);
      }
      server.batchEnds(now);
    }
    const back = this.toClient.filter(isDue);
    this.toClient = this.toClient.filter((each) => !isDue(each));
    for (const { bytes } of back) client.packetArrives(bytes, 0, bytes.length, now);
    for (const host of [client, server]) if (host.deadline() <= now) host.timeout(now);
  }

  /** As the card does it (tcp_gso_segment): FIN and PSH on the last, CWR on the first, ids counted on. */
  private cut(packet: Uint8Array, size: number): void {
    const datagram = new Datagram();
    const segment = new Segment();
    if (!readDatagram(packet, 0, packet.length, datagram)) throw new Error('not an IP packet');
    if (!readSegment(datagram, segment, false)) throw new Error('not a TCP segment');
    const { payloadLength, payloadOffset, flags, seq } = segment;
    this.large.push(payloadLength);
    const source = { address: this.clientAddress, port: segment.sourcePort };
    const target = { address: this.serverIp, port: segment.targetPort };
    for (let at = 0; at === 0 || at < payloadLength; at += size || payloadLength) {
      segment.payloadOffset = payloadOffset + at;
      segment.payloadLength = Math.min(size || payloadLength, payloadLength - at);
      segment.seq = (seq + at) | 0;
      const isLast = at + segment.payloadLength === payloadLength;
      segment.flags = isLast ? flags : flags & ~(FIN | PSH);
      if (at > 0) segment.flags &= ~CWR;
      const id = (datagram.ipId + Math.floor(at / (size || 1))) & 0xffff;
      const ip = { ttl: 64, id, dontFragment: true };
      const bytes = new Uint8Array(2000);
      const length = writeSegment(segment, source, target, ip, bytes, 0, true);
      this.leave(bytes.subarray(0, length), segment, id);
      if (payloadLength === 0) break;
    }
  }

  private leave(bytes: Uint8Array, segment: Segment, id: number): void {
    if ((segment.flags & ACK) !== 0) this.ids.push(id);
    this.lengths.push(segment.payloadLength);
    const isLost = this.plan.lost.includes(this.lengths.length % 101);
    if (isLost && segment.payloadLength > 0) return;
    this.toServer.push({ at: this.clock.now + DELAY_MS, bytes });
  }

  private get clientAddress() {
    return parseAddress(this.plan.ipv6 ? 'fd00::1' : '10.0.0.1')!;
  }

  private get serverIp() {
    return parseAddress(this.serverAddress)!;
  }
}

const transfer = (cut: Cut, writes: readonly number[]): void => {
  const { client, server } = cut.connect();
  client.nonBlocking = true;
  server.nonBlocking = true;
  const total = writes.reduce((all, each) => all + each, 0);
  const text = Uint8Array.from({ length: total }, (_, at) => (at * 7 + (at >> 9)) & 0xff);
  const got = new Uint8Array(total);
  const piece = new Uint8Array(100_000);
  let written = 0;
  let read = 0;
  let next = 0;
  for (let turns = 0; read < total && turns < 100_000; turns += 1) {
    if (written < total) {
      const end = Math.min(total, written + (writes[next % writes.length] ?? 1));
      const { result } = client.write(text.subarray(written, end));
      if (typeof result === 'number') written += result;
      next += 1;
    }
    cut.run(1);
    const { result } = server.read(piece);
    if (typeof result !== 'number') continue;
    got.set(piece.subarray(0, result), read);
    read += result;
  }
  expect(read).toBe(total);
  expect(Buffer.compare(got, text)).toBe(0);
};

const NO_LOSS: Plan = { ipv6: false, segmentation: 65_535, lost: [], batch: 64, writes: [500_000] };

describe('a host whose link cuts segments', () => {
  it('hands it up to 64 KiB at once, in whole segments, counting an identification for each', () => {
    const cut = new Cut(NO_LOSS);
    transfer(cut, NO_LOSS.writes);
    // 65,535 less 100 bytes of headers is room for 45 segments of 1448.
    expect(Math.max(...cut.large)).toBe(45 * 1448);
    expect(Math.max(...cut.lengths)).toBe(1448);
    const first = cut.ids[0]!;
    expect(cut.ids).toEqual(cut.ids.map((_, at) => (first + at) & 0xffff));
  });

  it('hands over one by one what a link takes that cuts nothing', () => {
    const cut = new Cut({ ...NO_LOSS, segmentation: 0 });
    transfer(cut, NO_LOSS.writes);
    expect(Math.max(...cut.large)).toBe(1448);
  });

  it('brings every byte once and in order, whatever is lost on the way and however it arrives', () => {
    const plan = fc.record({
      ipv6: fc.boolean(),
      segmentation: fc.constantFrom(0, 4000, 20_000, 65_535),
      lost: fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { maxLength: 6 }),
      batch: fc.integer({ min: 1, max: 64 }),
      writes: fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1, maxLength: 8 }),
    });
    holds(
      fc.property(plan, (each) => {
        transfer(new Cut(each), each.writes);
      }),
      40,
    );
  });
});
