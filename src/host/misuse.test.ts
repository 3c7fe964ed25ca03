import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/random.ts';
import { writeIcmpError } from '../wire/icmp-message.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { assertInvariants } from '../tcp/invariants.ts';
import { bytes, connected, PORT, SERVER, told, TwoHosts } from './two-hosts.fixture.ts';

describe('the API', () => {
  it('throws at the call for what has no meaning', () => {
    const { client, net } = connected();
    const socket = net.hosts.client.process('other').socket();
    expect(() => socket.connect({ address: SERVER, port: 70_000 })).toThrow('70000 is no port');
    expect(() => socket.bind({ address: '10.0.0', port: 1 })).toThrow("'10.0.0' is no IP address");
    expect(() => client.read('x' as never)).toThrow('read wants a Uint8Array, not string');
    expect(() => client.setsockopt('TCP_NODELAY', 0.5)).toThrow('TCP_NODELAY wants a whole number');
    expect(() => client.setsockopt('SO_LINGER', 1 as never)).toThrow('SO_LINGER wants { onoff');
    expect(() => net.host('client', '10.0.0.1', { mtu: 10 })).toThrow('10 is no MTU');
    expect(() => net.host('client', '10.0.0.1', { addresses: [] })).toThrow('at least one address');
  });

  it('answers as Linux does to what is merely wrong', () => {
    const { net, client, listener } = connected();
    const socket = net.hosts.client.process('other').socket();
    const text = bytes('x');
    const here = { address: SERVER, port: PORT };
    expect([
      told(socket.read(text)),
      told(socket.write(text, { noSignal: true })),
      told(socket.shutdown('both')),
      told(socket.accept()),
      told(socket.getpeername()),
      told(socket.bind(here)),
      told(socket.bind({ address: 'fd00::1', port: 1 })),
      told(socket.connect({ address: 'fd00::1', port: 1 })),
      told(socket.connect({ address: '224.0.0.1', port: 1 })),
      told(socket.setsockopt('TCP_KEEPIDLE', 0)),
      told(client.listen()),
      told(client.bind(here)),
      told(listener.connect(here)),
      told(listener.read(text)),
    ]).toEqual([
      'read ENOTCONN',
      'write EPIPE',
      'shutdown ENOTCONN',
      'accept EINVAL',
      'getpeername ENOTCONN',
      'bind EADDRNOTAVAIL',
      'bind EAFNOSUPPORT',
      'connect EAFNOSUPPORT',
      'connect ENETUNREACH',
      'setsockopt EINVAL',
      'listen EINVAL',
      'bind EINVAL',
      'connect EISCONN',
      'read ENOTCONN',
    ]);
    client.close();
    expect([told(client.close()), told(client.read(text))]).toEqual(['close EBADF', 'read EBADF']);
  });

  it('SO_RCVBUF and SO_SNDBUF are doubled, within Linux’s bounds', () => {
    const { client, net } = connected();
    const value = (name: 'SO_RCVBUF' | 'SO_SNDBUF', asked: number): unknown => {
      const socket = net.hosts.client.process('p').socket();
      socket.setsockopt(name, asked);
      return told(socket.getsockopt(name));
    };
    expect([value('SO_RCVBUF', 10_000), value('SO_RCVBUF', 1), value('SO_RCVBUF', 1e9)]).toEqual([
      20_000, 2304, 8_388_608,
    ]);
    expect([value('SO_SNDBUF', 10_000), value('SO_SNDBUF', 1)]).toEqual([20_000, 4608]);
    expect(told(client.getsockopt('SO_LINGER'))).toEqual({ onoff: false, seconds: 0 });
  });

  it('poll tells readiness, errors and hang-ups, at once or when they come', () => {
    const { net, client, server, listener } = connected();
    const ask = ['POLLIN', 'POLLOUT', 'POLLRDHUP'] as const;
    const poll = (timeoutMs?: number) =>
      server.process.poll(
        [
          { socket: listener, events: ['POLLIN'] },
          { socket: server, events: ['POLLIN', 'POLLRDHUP'] },
        ],
        timeoutMs,
      );
    const late = poll(30);
    const patient = poll();
    expect([told(poll(0)), told(late)]).toEqual([[[], []], 'pending']);
    net.run(31);
    expect(told(late)).toEqual([[], []]);
    client.write(bytes('x'));
    net.run(10);
    expect(told(patient)).toEqual([[], ['POLLIN']]);
    client.setsockopt('SO_LINGER', { onoff: true, seconds: 0 });
    client.close();
    net.run(10);
    expect(told(server.process.poll([{ socket: server, events: ask }]))).toEqual([
      ['POLLIN', 'POLLOUT', 'POLLRDHUP', 'POLLERR', 'POLLHUP'],
    ]);
  });
});

describe('bad packets', () => {
  /** Packets of a real conversation, for the random ones to be like. */
  const overheard = (): { net: TwoHosts; packets: Uint8Array[] } => {
    const net = new TwoHosts();
    const packets: Uint8Array[] = [];
    net.hosts.client = net.host('client', '10.0.0.1', {
      checksums: false,
      egress: (packet, length) => {
        packets.push(packet.slice(0, length));
        net.inject('server', packet.slice(0, length));
      },
    });
    return { net, packets };
  };

  it('any bytes: dropped or answered, never an exception', () => {
    const { net } = connected();
    holds(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (packet, isV4) => {
        if (packet.length > 0) packet[0] = isV4 ? 0x45 : 0x60;
        net.inject('server', packet);
        net.inject('client', packet);
      }),
      2000,
    );
    expect(net.hosts.server.counts().connections).toBe(1);
  });

  it('segments with anything changed, in any state: invariants hold, no reset answers a reset', () => {
    const change = fc.tuple(fc.nat(59), fc.nat(255));
    const times = fc.array(fc.tuple(fc.nat(9), fc.array(change, { maxLength: 4 }), fc.nat(3)), {
      maxLength: 20,
    });
    holds(
      fc.property(times, (steps) => {
        const { net, packets } = overheard();
        const listener = startServer(net);
        const client = net.hosts.client.process('client').socket();
        client.nonBlocking = true;
        client.connect({ address: SERVER, port: PORT });
        for (const [which, changes, act] of steps) {
          const packet = packets[which % packets.length]!.slice();
          for (const [at, value] of changes) {
            if (at >= 20 && at < packet.length) packet[at] = value;
          }
          net.segments.length = 0;
          net.inject('server', packet);
          const isReset = (packet[33]! & 4) !== 0;
          if (isReset) expect(net.segments.filter(({ flags }) => (flags & 4) !== 0)).toEqual([]);
          if (act === 1) listener.accept();
          if (act === 2) net.run(300);
          for (const c of net.hosts.server.connections()) assertInvariants(c);
        }
      }),
      300,
    );
  });

  const startServer = (net: TwoHosts) => {
    net.hosts.server = net.host('server', SERVER, { checksums: false });
    const listener = net.hosts.server.process('server').socket();
    listener.nonBlocking = true;
    listener.bind({ address: SERVER, port: PORT });
    listener.listen();
    return listener;
  };

  it('egress may not hand a packet straight back', () => {
    const net = new TwoHosts();
    let packet: Uint8Array | undefined;
    net.hosts.client = net.host('client', '10.0.0.1', {
      egress: (bytesOut, length) => {
        packet = bytesOut.slice(0, length);
      },
    });
    net.hosts.client.process('c').socket().connect({ address: SERVER, port: 1 });
    net.hosts.server = net.host('server', SERVER, {
      egress: () => net.inject('server', packet!),
    });
    expect(() => net.inject('server', packet!)).toThrow('egress must not');
  });
});

describe('ICMP', () => {
  const icmp = (
    net: TwoHosts,
    error: 'host-unreachable' | 'port-unreachable',
    quoted: Uint8Array,
  ) => {
    const packet = new Uint8Array(200);
    const router = parseAddress('10.0.0.254')!;
    const target = parseAddress('10.0.0.1')!;
    const ip = { ttl: 64, id: 0, dontFragment: false };
    const length = writeIcmpError(
      error,
      0,
      router,
      target,
      ip,
      quoted,
      0,
      quoted.length,
      packet,
      0,
    );
    net.inject('client', packet.slice(0, length));
  };

  it('ends a handshake at once: ECONNREFUSED, EHOSTUNREACH', () => {
    for (const [error, told1] of [
      ['port-unreachable', 'connect ECONNREFUSED'],
      ['host-unreachable', 'connect EHOSTUNREACH'],
    ] as const) {
      const net = new TwoHosts();
      let syn = new Uint8Array(0);
      net.hosts.client = net.host('client', '10.0.0.1', {
        egress: (packet, length) => {
          syn = packet.slice(0, length);
        },
      });
      const call = net.hosts.client.process('c').socket().connect({ address: SERVER, port: PORT });
      icmp(net, error, syn);
      expect(told(call)).toBe(told1);
    }
  });

  it('an echo request is answered with its own bytes (RFC 1122 §3.2.2.6)', () => {
    const net = new TwoHosts();
    const replies: Uint8Array[] = [];
    net.hosts.server = net.host('server', SERVER, {
      egress: (packet, length) => void replies.push(packet.slice(0, length)),
    });
    // Type 8, checksum by hand: ~(0x0800 + 0x1234 + 0x0001 + 0xabcd).
    const message = [8, 0, 0x39, 0xfd, 0x12, 0x34, 0, 1, 0xab, 0xcd];
    // Header checksum by hand: ~(0x4500 + 0x001e + 0x4001 + 0x0a00 + 0x0001 + 0x0a00 + 0x0002).
    const header = [0x45, 0, 0, 30, 0, 0, 0, 0, 64, 1, 0x66, 0xdd, 10, 0, 0, 1, 10, 0, 0, 2];
    const packet = Uint8Array.from([...header, ...message]);
    net.inject('server', packet);
    expect(replies.map((reply) => [...reply.subarray(20)])).toEqual([
      [0, 0, 0x41, 0xfd, 0x12, 0x34, 0, 1, 0xab, 0xcd],
    ]);
  });
});
