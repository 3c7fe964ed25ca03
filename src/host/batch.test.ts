import { describe, expect, it } from 'vitest';
import {
  CLIENT,
  connected,
  type Ends,
  PORT,
  SERVER,
  TwoHosts,
  valueOf,
} from './two-hosts.fixture.ts';

const MSS = 1448;

/** Ten segments, the initial window, leave the client; they arrive in a millisecond. */
const sendTen = ({ client }: Ends): void => void valueOf(client.write(new Uint8Array(10 * MSS)));

/** A sequence number of this socket's connection: initial ones lie far apart. */
const isOf = (seq: number, { connection }: Ends['client']): boolean =>
  Math.abs((seq - connection!.sndUna) | 0) < 100_000;

/** What the server has acknowledged since the client began, in segments, one number an ACK. */
const acknowledged = ({ net }: Ends, since: number): number[] => {
  const acks = net.segments.slice(since).filter(({ from }) => from === 'server');
  const first = net.segments.slice(since).find(({ from }) => from === 'client')!.seq;
  return acks.map(({ ack }) => ((ack - first) | 0) / MSS);
};

describe('a link that takes only so much at once', () => {
  const withRoom = (room: number): Ends => {
    const net = new TwoHosts();
    net.hosts.client = net.host('client', CLIENT, { room });
    return connected(net);
  };

  it('gets a packet beyond that, and the rest when it has room again, in turn', () => {
    // Half of the congestion window is one packet (tcp_cwnd_test): five segments.
    const ends = withRoom(4000);
    const { net } = ends;
    const { client } = net.hosts;
    client.linkHasRoom(net.clock.now);
    const since = net.segments.length;
    const texts = (): number => net.segments.slice(since).filter(({ length }) => length > 0).length;
    expect(client.isLinkAwaited).toBe(false);
    sendTen(ends);
    expect(texts()).toBe(5);
    expect(client.isLinkAwaited).toBe(true);
    client.linkHasRoom(net.clock.now);
    expect(texts()).toBe(10);
    expect(client.isLinkAwaited).toBe(false);
  });

  it('is taken by one connection after the other', () => {
    const ends = withRoom(4000);
    const { net, client } = ends;
    const host = net.hosts.client;
    const other = client.process.socket();
    other.connect({ address: SERVER, port: PORT });
    net.run(500);
    other.nonBlocking = true;
    host.linkHasRoom(net.clock.now);
    const since = net.segments.length;
    sendTen(ends);
    sendTen({ ...ends, client: other });
    for (let turn = 0; turn < 3; turn += 1) host.linkHasRoom(net.clock.now);
    const lengthOf = (from: number): number =>
      net.segments.slice(since + from, since + from + 5).filter(({ seq }) => isOf(seq, client))
        .length;
    // One packet a turn, whoever waits longest: the first at once and again, then the other twice.
    expect([0, 5, 10, 15].map(lengthOf)).toEqual([5, 5, 0, 0]);
    expect(net.segments.slice(since)).toHaveLength(20);
  });

  it('that has none when nothing is on the way yet is not forgotten', () => {
    const ends = withRoom(10);
    const { net, server } = ends;
    const { client } = net.hosts;
    sendTen(ends);
    expect(client.isLinkAwaited).toBe(true);
    for (let turn = 0; turn < 12; turn += 1) client.linkHasRoom(net.clock.now);
    net.run(5);
    expect(server.connection?.receiveBuffer.readable).toBe(10 * MSS);
  });

  it('does not care for those that are gone when it has', () => {
    const ends = withRoom(4000);
    const { net, client } = ends;
    net.hosts.client.linkHasRoom(net.clock.now);
    sendTen(ends);
    net.hosts.client.destroySocket(client);
    const since = net.segments.length;
    net.hosts.client.linkHasRoom(net.clock.now);
    expect(net.segments).toHaveLength(since);
  });
});

describe('packets that come at once', () => {
  it('are acknowledged once, and told to their application once', () => {
    const ends = connected();
    const { net, server } = ends;
    server.nonBlocking = false;
    const since = net.segments.length;
    const into = new Uint8Array(65_536);
    const reading = server.read(into);
    net.hosts.server.batchBegins();
    sendTen(ends);
    net.run(1.5);
    expect(reading.settled).toBe(false);
    expect(acknowledged(ends, since)).toEqual([]);
    net.hosts.server.batchEnds(net.clock.now);
    expect(reading.result).toBe(10 * MSS);
    expect(acknowledged(ends, since)).toEqual([10]);
  });

  it('one by one they are acknowledged as they come', () => {
    const ends = connected();
    const since = ends.net.segments.length;
    sendTen(ends);
    ends.net.run(1.5);
    expect(acknowledged(ends, since).length).toBeGreaterThan(4);
  });

  it('with a gap among them each further one still brings a duplicate acknowledgement', () => {
    const net = new TwoHosts();
    const ends = connected(net);
    const since = net.segments.length;
    let seen = 0;
    net.drop = ({ from, length }) => from === 'client' && length > 0 && ++seen === 5;
    net.hosts.server.batchBegins();
    sendTen(ends);
    net.run(1.5);
    // Four in order, as one; then five beyond the gap, with SACK (RFC 5681 §4.2).
    expect(acknowledged(ends, since)).toEqual([4, 4, 4, 4, 4, 4]);
    net.hosts.server.batchEnds(net.clock.now);
    expect(acknowledged(ends, since)).toEqual([4, 4, 4, 4, 4, 4]);
  });

  it('are acknowledged within a long batch as soon as 64 KiB have come', () => {
    const ends = connected();
    const { net, client, server } = ends;
    // The congestion window opens, and everything is read.
    for (let round = 0; round < 8; round += 1) {
      client.write(new Uint8Array(200_000));
      net.run(100);
      while (typeof server.read(new Uint8Array(1 << 20)).result === 'number');
    }
    const since = net.segments.length;
    net.hosts.server.batchBegins();
    valueOf(client.write(new Uint8Array(60 * MSS)));
    net.run(1.5);
    // 46 × 1448 is the first multiple above 65,535.
    expect(acknowledged(ends, since)).toEqual([46]);
    net.hosts.server.batchEnds(net.clock.now);
    expect(acknowledged(ends, since)).toEqual([46, 60]);
  });

  it('of a connection that is gone by the end of the batch leave nothing to do', () => {
    const ends = connected();
    const { net, server } = ends;
    net.hosts.server.batchBegins();
    sendTen(ends);
    net.run(1.5);
    net.hosts.server.destroySocket(server);
    const since = net.segments.length;
    net.hosts.server.batchEnds(net.clock.now);
    expect(net.segments).toHaveLength(since);
  });
});
