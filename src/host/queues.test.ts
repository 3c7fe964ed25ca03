import { describe, expect, it } from 'vitest';
import type { Socket } from './socket.ts';
import {
  bytes,
  CLIENT,
  connected,
  PORT,
  readText,
  SERVER,
  told,
  TwoHosts,
  valueOf,
} from './two-hosts.fixture.ts';

const RST = 4;
const SYN_ACK = 18;

const listening = (net: TwoHosts, backlog: number): Socket => {
  const listener = net.hosts.server.process('server').socket();
  listener.nonBlocking = true;
  valueOf(listener.bind({ address: '0.0.0.0', port: PORT }));
  valueOf(listener.listen(backlog));
  return listener;
};

const dial = (net: TwoHosts): Socket => {
  const socket = net.hosts.client.process('client').socket();
  socket.nonBlocking = true;
  socket.connect({ address: SERVER, port: PORT });
  return socket;
};

describe('a full accept queue (A19)', () => {
  it('a SYN is dropped where cookies are off and the SYN queue is full', () => {
    const net = new TwoHosts({ delayMs: 10 });
    net.settings.server.tcp_syncookies = 0;
    listening(net, 1);
    for (let clients = 0; clients < 3; clients += 1) dial(net);
    net.run(15);
    // As measured on Linux 6.18: a backlog of 1 lets two half-open ones in.
    expect(net.hosts.server.counts().requests).toBe(2);
  });

  it.each([0, 1])('tcp_abort_on_overflow %i: the ACK is dropped, or reset', (abort) => {
    const net = new TwoHosts({ delayMs: 10 });
    net.settings.server.tcp_abort_on_overflow = abort;
    const listener = listening(net, 0);
    // Both handshakes are under way when the queue, which holds one, is empty yet.
    const first = dial(net);
    net.run(15);
    listener.listen(1);
    const second = dial(net);
    net.run(10);
    listener.listen(0);
    net.run(100);
    expect(told(first.connect({ address: SERVER, port: PORT }))).toBe(0);
    if (abort === 1) {
      expect(net.causes('server')).toEqual(['accept-queue-overflow INVALID_SYN']);
      // connect() had succeeded as far as the client can tell (measured on Linux 6.18).
      expect(told(second.getsockopt('SO_ERROR'))).toBe('ECONNRESET');
      return;
    }
    expect(told(second.connect({ address: SERVER, port: PORT }))).toBe(0);
    expect(net.causes('server')).toEqual([]);
    expect(net.events.some(({ event }) => event.kind === 'withheld')).toBe(true);
    // accept() makes room, and the retransmitted SYN,ACK draws the ACK again.
    valueOf(listener.accept());
    second.write(bytes('late'));
    net.run(2000);
    expect(readText(valueOf(listener.accept()))).toBe('late');
  });

  it('if the half-open entry expires first, data draws a reset that still names the queue', () => {
    const net = new TwoHosts({ delayMs: 10 });
    net.settings.server.tcp_synack_retries = 1;
    const listener = listening(net, 0);
    dial(net);
    net.run(15);
    listener.listen(1);
    const second = dial(net);
    net.run(10);
    listener.listen(0);
    // 1 s and 2 s (RFC 6298 §5.5).
    net.run(4000);
    second.write(bytes('PING'));
    net.run(50);
    expect(net.causes('server')).toEqual(['accept-queue-overflow TCP_FLAGS']);
  });

  it('a SYN is dropped while the accept queue is full, and nothing is told', () => {
    const net = new TwoHosts();
    listening(net, 0);
    dial(net);
    net.run(10);
    dial(net);
    net.run(10);
    expect(net.hosts.server.counts()).toMatchObject({ connections: 1, requests: 0 });
    expect(net.causes('server')).toEqual([]);
  });
});

describe('SYN cookies', () => {
  it('let clients in without memory, with their options', () => {
    const net = new TwoHosts();
    net.settings.server.tcp_syncookies = 2;
    const listener = listening(net, 10);
    net.drop = ({ flags }) => flags === SYN_ACK;
    dial(net);
    net.run(10);
    expect(net.hosts.server.counts().requests).toBe(0);
    net.drop = () => false;
    const client = dial(net);
    net.run(10);
    client.write(bytes('hello'));
    net.run(10);
    const server = valueOf(listener.accept());
    expect(readText(server)).toBe('hello');
    expect(valueOf(server.getsockopt('TCP_INFO'))).toMatchObject({ timestamps: true, sack: true });
  });

  it('a flood leaves memory as it is, and a legitimate client connects', () => {
    const net = new TwoHosts();
    const listener = listening(net, 16);
    let template: Uint8Array | undefined;
    net.hosts.client = net.host('client', CLIENT, {
      egress: (packet, length) => {
        template = packet.slice(0, length);
      },
      checksums: false,
    });
    dial(net);
    net.hosts.server = net.host('server', SERVER, { checksums: false, egress: () => undefined });
    const target = net.hosts.server.process('server').socket();
    valueOf(target.bind({ address: SERVER, port: PORT }));
    valueOf(target.listen(16));
    expect(told(listener.accept())).toBe('accept EAGAIN');
    for (let port = 1; port < 2000; port += 1) {
      new DataView(template!.buffer).setUint16(20, port);
      net.inject('server', template!);
    }
    // tcp: backlog 16 lets 17 half-open ones in, the rest gets cookies.
    expect(net.hosts.server.counts().requests).toBe(17);
  });

  it('no reset for an overflow where cookies were sent, even with tcp_abort_on_overflow', () => {
    const net = new TwoHosts({ delayMs: 10 });
    net.settings.server.tcp_syncookies = 2;
    net.settings.server.tcp_abort_on_overflow = 1;
    listening(net, 0);
    dial(net);
    dial(net);
    net.run(100);
    expect(net.hosts.server.counts().connections).toBe(1);
    expect(net.segments.filter(({ flags }) => (flags & RST) !== 0)).toEqual([]);
  });
});

describe('a listener that goes', () => {
  it('resets connections nobody accepted, data or none, and forgets half-open ones in silence', () => {
    const net = new TwoHosts({ delayMs: 10 });
    const listener = listening(net, 10);
    const waiting = dial(net);
    net.run(100);
    net.drop = ({ from, flags }) => from === 'client' && flags === 16;
    const halfOpen = dial(net);
    net.run(100);
    net.drop = () => false;
    expect(net.hosts.server.counts()).toMatchObject({ connections: 1, requests: 1 });
    listener.close();
    net.run(20);
    expect(net.causes('server')).toEqual(['listener-closed TCP_STATE']);
    expect(readText(waiting)).toBe('read ECONNRESET');
    halfOpen.write(bytes('x'));
    net.run(50);
    expect(net.causes('server')).toEqual([
      'listener-closed TCP_STATE',
      'listener-closed NO_SOCKET',
    ]);
  });

  it('a connection reset in the accept queue is accepted all the same', () => {
    const net = new TwoHosts();
    const listener = listening(net, 10);
    const client = dial(net);
    net.run(10);
    client.setsockopt('SO_LINGER', { onoff: true, seconds: 0 });
    client.close();
    net.run(10);
    const server = valueOf(listener.accept());
    expect(readText(server)).toBe('read ECONNRESET');
  });
});

describe('half-open connections', () => {
  it('expire after tcp_synack_retries in silence; data then draws a reset (A17, A24)', () => {
    const net = new TwoHosts();
    net.settings.server.tcp_synack_retries = 1;
    listening(net, 10);
    net.drop = ({ from, flags }) => from === 'client' && flags === 16;
    const client = dial(net);
    net.run(3500);
    net.drop = () => false;
    expect(net.hosts.server.counts().requests).toBe(0);
    expect(net.causes('server')).toEqual([]);
    client.write(bytes('x'));
    net.run(50);
    expect(net.causes('server')).toEqual(['handshake-timeout TCP_FLAGS']);
  });

  it('are reset where resetlab.half_open_timeout says so (A24)', () => {
    const net = new TwoHosts();
    net.settings.server.tcp_synack_retries = 0;
    net.settings.server.resetlab_half_open_timeout = 'reset';
    listening(net, 10);
    net.drop = ({ from, flags }) => from === 'client' && flags === 16;
    const client = dial(net);
    net.run(1500);
    expect(net.causes('server')).toEqual(['syn-flood-defence NOT_SPECIFIED']);
    expect(readText(client)).toBe('read ECONNRESET');
  });

  it('TCP_DEFER_ACCEPT: nobody is accepted before there is data', () => {
    const net = new TwoHosts();
    const listener = listening(net, 10);
    listener.setsockopt('TCP_DEFER_ACCEPT', 5);
    const client = dial(net);
    net.run(100);
    expect(told(listener.accept())).toBe('accept EAGAIN');
    client.write(bytes('now'));
    net.run(10);
    expect(readText(valueOf(listener.accept()))).toBe('now');
  });
});

describe('ports', () => {
  const again = (net: TwoHosts, reuse: number): Socket => {
    const socket = net.hosts.server.process('again').socket();
    socket.setsockopt('SO_REUSEADDR', reuse);
    return socket;
  };
  const here = { address: SERVER, port: PORT };

  it('two listeners: EADDRINUSE, with SO_REUSEADDR at listen', () => {
    const net = new TwoHosts();
    const [first, second] = [again(net, 1), again(net, 1)];
    expect([told(first.bind(here)), told(second.bind(here))]).toEqual([0, 0]);
    expect([told(first.listen()), told(second.listen())]).toEqual([0, 'listen EADDRINUSE']);
    expect(told(again(net, 0).bind(here))).toBe('bind EADDRINUSE');
    first.close();
    expect(told(second.listen())).toBe(0);
  });

  it('TIME-WAIT holds the port of a server that was stopped, unless SO_REUSEADDR', () => {
    const { net, client, server, listener } = connected();
    server.close();
    net.run(10);
    client.close();
    net.run(10);
    listener.close();
    expect(net.hosts.server.counts().timeWaits).toBe(1);
    expect(told(again(net, 0).bind(here))).toBe('bind EADDRINUSE');
    expect(told(again(net, 1).bind(here))).toBe(0);
    net.run(61_000);
    expect(told(again(net, 1).bind({ address: '0.0.0.0', port: PORT }))).toBe(0);
  });

  it('an exact address comes before the wildcard; IPv6 wildcards take IPv4 unless IPV6_V6ONLY', () => {
    const net = new TwoHosts();
    const both = net.hosts.server.process('both').socket('inet6');
    valueOf(both.bind({ address: '::', port: PORT }));
    valueOf(both.listen());
    expect(told(again(net, 0).bind(here))).toBe('bind EADDRINUSE');
    const client = dial(net);
    net.run(10);
    const server = valueOf(both.accept());
    expect(String(server.local.address)).toBe('::ffff:10.0.0.2');
    expect(String(valueOf(client.getpeername()).address)).toBe(SERVER);
    both.close();
    const only6 = net.hosts.server.process('only6').socket('inet6');
    only6.setsockopt('IPV6_V6ONLY', 1);
    valueOf(only6.bind({ address: '::', port: 9090 }));
    expect(told(again(net, 0).bind({ address: SERVER, port: 9090 }))).toBe(0);
  });
});

describe('TIME-WAIT', () => {
  it('a SYN with a newer number opens a new connection in its place (A18)', () => {
    const { net, client, server, listener } = connected();
    const { port } = client.local;
    server.close();
    net.run(10);
    client.close();
    net.run(10);
    const next = net.hosts.client.process('next').socket();
    valueOf(next.bind({ address: CLIENT, port }));
    const connecting = next.connect({ address: SERVER, port: PORT });
    net.run(10);
    expect(told(connecting)).toBe(0);
    expect(net.hosts.server.counts()).toMatchObject({ connections: 1, timeWaits: 0 });
    expect(told(listener.accept())).not.toBe('pending');
  });

  it('a SYN that is older meets an ACK, and the client resets: time-wait-collision (A18)', () => {
    const { net, client, server } = connected();
    net.settings.client.tcp_timestamps = 0;
    const { port } = client.local;
    const isn = net.segments[0]!.seq;
    server.close();
    net.run(10);
    client.close();
    net.run(10);
    const next = net.hosts.client.process('next').socket();
    next.setsockopt('TCP_QUEUE_SEQ', (isn - 5000) >>> 0);
    valueOf(next.bind({ address: CLIENT, port }));
    const connecting = next.connect({ address: SERVER, port: PORT });
    net.run(5);
    expect(net.causes('client')).toEqual(['time-wait-collision TCP_INVALID_ACK_SEQUENCE']);
    // tcp_rfc1337 0: that reset ended TIME-WAIT, and the SYN that follows soon connects.
    net.run(50);
    expect(told(connecting)).toBe(0);
  });
});
