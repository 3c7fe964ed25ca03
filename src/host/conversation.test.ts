import { describe, expect, it } from 'vitest';
import {
  bytes,
  connected,
  CLIENT,
  PORT,
  readText,
  SERVER,
  told,
  TwoHosts,
  valueOf,
} from './two-hosts.fixture.ts';

describe('a conversation', () => {
  it('carries bytes both ways and ends with FINs, on IPv4 and IPv6', () => {
    for (const [ipv6, address] of [
      [false, SERVER],
      [true, 'fd00::2'],
    ] as const) {
      const { net, client, server } = connected(new TwoHosts({ ipv6 }), address);
      expect(told(client.write(bytes('GET /')))).toBe(5);
      net.run(10);
      expect(readText(server)).toBe('GET /');
      expect(told(server.write(bytes('200 OK')))).toBe(6);
      server.close();
      net.run(100);
      expect(readText(client)).toBe('200 OK');
      expect(readText(client)).toBe('EOF');
      client.close();
      net.run(100);
      expect(net.hosts.client.counts()).toEqual({
        connections: 0,
        requests: 0,
        timeWaits: 0,
        orphans: 0,
      });
      // Who closed first waits 60 s (TCP_TIMEWAIT_LEN).
      expect(net.hosts.server.counts().timeWaits).toBe(1);
      net.run(60_000);
      expect(net.hosts.server.counts().timeWaits).toBe(0);
      expect(net.events.filter(({ event }) => event.kind === 'sent')).toEqual([]);
    }
  });

  it('lets a write that waits for room go on once SO_SNDBUF is large enough', () => {
    const { net, client } = connected(new TwoHosts());
    valueOf(client.setsockopt('SO_SNDBUF', 10_000));
    client.nonBlocking = false;
    // Nobody reads: the peer's window shuts, and the text stays here.
    const writing = client.write(new Uint8Array(200_000));
    net.run(1000);
    expect(writing.settled).toBe(false);
    valueOf(client.setsockopt('SO_SNDBUF', 400_000));
    expect(told(writing)).toBe(200_000);
  });

  it('moves a megabyte whole through blocking calls, losses or not', () => {
    for (const lossy of [false, true]) {
      const { net, client, server } = connected(new TwoHosts({ delayMs: 5 }));
      if (lossy) net.drop = ({ number, length }) => length > 0 && number % 17 === 3;
      client.nonBlocking = false;
      const text = Uint8Array.from({ length: 1_000_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff);
      const writing = client.write(text);
      const got = new Uint8Array(text.length);
      const piece = new Uint8Array(100_000);
      let length = 0;
      for (let rounds = 0; length < text.length && rounds < 60_000; rounds += 1) {
        const call = server.read(piece);
        if (typeof call.result === 'number') {
          got.set(piece.subarray(0, call.result), length);
          length += call.result;
        } else net.run(5);
      }
      expect(length).toBe(text.length);
      expect(Buffer.compare(got, text)).toBe(0);
      expect(told(writing)).toBe(text.length);
    }
  });

  it('settles a blocked read when data comes, and tells whoever waits', () => {
    const { net, client, server } = connected();
    server.nonBlocking = false;
    const buffer = new Uint8Array(10);
    const reading = server.read(buffer);
    let heard: unknown;
    reading.whenSettled((outcome) => (heard = outcome));
    expect(told(reading)).toBe('pending');
    client.write(bytes('ping'));
    net.run(10);
    expect([told(reading), heard]).toEqual([4, 4]);
  });

  it('MSG_PEEK leaves the bytes; a cancelled read takes none', () => {
    const { net, client, server } = connected();
    server.nonBlocking = false;
    const cancelled = server.read(new Uint8Array(10));
    cancelled.cancel();
    client.write(bytes('ping'));
    net.run(10);
    const buffer = new Uint8Array(10);
    expect(told(server.read(buffer, { peek: true }))).toBe(4);
    expect(told(server.read(buffer))).toBe(4);
    expect(told(cancelled)).toBe('pending');
  });

  it('a half-closed peer can still be written to', () => {
    const { net, client, server } = connected();
    expect(told(client.shutdown('write'))).toBe(0);
    net.run(10);
    expect(readText(server)).toBe('EOF');
    server.write(bytes('rest'));
    net.run(10);
    expect(readText(client)).toBe('rest');
    expect(told(client.write(bytes('x'), { noSignal: true }))).toBe('write EPIPE');
  });
});

describe('connect', () => {
  const dial = (net: TwoHosts, nonBlocking = false) => {
    const socket = net.hosts.client.process('client').socket();
    socket.nonBlocking = nonBlocking;
    return { socket, call: socket.connect({ address: SERVER, port: PORT }) };
  };

  it('to a closed port: ECONNREFUSED, then EPIPE (A1, D1)', () => {
    const net = new TwoHosts();
    const { socket, call } = dial(net);
    net.run(10);
    expect(told(call)).toBe('connect ECONNREFUSED');
    socket.process.handle('SIGPIPE', 'ignore');
    expect(told(socket.write(bytes('x')))).toBe('write EPIPE');
    expect(net.causes('server')).toEqual(['closed-port NO_SOCKET']);
    const { reset } = net.resets('server')[0]!;
    // As Linux answers in CLOSED a segment without ACK.
    const syn = net.segments[0]!;
    expect(reset).toEqual({ seq: 0, ack: (syn.seq + 1) | 0, flags: 20, window: 0, length: 0 });
  });

  it('to a port that is bound but does not listen: the same (A2)', () => {
    const net = new TwoHosts();
    const bound = net.hosts.server.process('server').socket();
    expect(told(bound.bind({ address: SERVER, port: PORT }))).toBe(0);
    const { call } = dial(net);
    net.run(10);
    expect(told(call)).toBe('connect ECONNREFUSED');
  });

  it('non-blocking: EINPROGRESS, EALREADY, then 0 once, then EISCONN', () => {
    const net = new TwoHosts();
    const listener = net.hosts.server.process('server').socket();
    valueOf(listener.bind({ address: SERVER, port: PORT }));
    valueOf(listener.listen());
    const { socket, call } = dial(net, true);
    const again = (): unknown => told(socket.connect({ address: SERVER, port: PORT }));
    expect(told(call)).toBe('connect EINPROGRESS');
    expect(again()).toBe('connect EALREADY');
    net.run(10);
    expect(told(socket.getsockopt('SO_ERROR'))).toBe(0);
    expect([again(), again()]).toEqual([0, 'connect EISCONN']);
    expect(told(socket.getpeername())).toMatchObject({ port: PORT });
    expect(socket.local.port).toBeGreaterThanOrEqual(32_768);
  });

  it('refused while non-blocking: SO_ERROR says so once, and the socket can connect anew', () => {
    const net = new TwoHosts();
    const { socket } = dial(net, true);
    net.run(10);
    expect(told(socket.getsockopt('SO_ERROR'))).toBe('ECONNREFUSED');
    expect(told(socket.getsockopt('SO_ERROR'))).toBe(0);
    expect(told(socket.connect({ address: SERVER, port: PORT }))).toBe('connect ECONNABORTED');
    expect(told(socket.connect({ address: SERVER, port: PORT }))).toBe('connect EINPROGRESS');
  });

  it('given up before SYN,ACK comes: the SYN,ACK is reset (connect-cancelled)', () => {
    const net = new TwoHosts({ delayMs: 20 });
    const listener = net.hosts.server.process('server').socket();
    valueOf(listener.bind({ address: SERVER, port: PORT }));
    valueOf(listener.listen());
    const { socket } = dial(net, true);
    net.run(25);
    socket.close();
    net.run(100);
    expect(net.causes('client')).toEqual(['connect-cancelled NO_SOCKET']);
    expect(net.hosts.server.counts().requests).toBe(0);
  });

  it('without an answer: ETIMEDOUT, no reset', () => {
    const net = new TwoHosts();
    net.settings.client.tcp_syn_retries = 2;
    net.settings.client.tcp_syn_linear_timeouts = 0;
    net.drop = () => true;
    const { call } = dial(net);
    // 1 + 2 + 4 s (RFC 6298 §5.5).
    net.run(6900);
    expect(told(call)).toBe('pending');
    net.run(200);
    expect(told(call)).toBe('connect ETIMEDOUT');
    expect(net.causes('client')).toEqual([]);
  });

  it('takes another port each time, and none that is bound; EADDRNOTAVAIL when all are used', () => {
    const net = new TwoHosts();
    net.settings.client.ip_local_port_range = [50_000, 50_003];
    const holder = net.hosts.client.process('holder').socket();
    valueOf(holder.bind({ address: CLIENT, port: 50_001 }));
    const ports = [1, 2, 3].map(() => dial(net, true).socket.local.port);
    expect(ports.toSorted((a, b) => a - b)).toEqual([50_000, 50_002, 50_003]);
    expect(told(dial(net, true).call)).toBe('connect EADDRNOTAVAIL');
  });
});
