import { describe, expect, it } from 'vitest';
import {
  bytes,
  connected,
  PORT,
  readText,
  SERVER,
  told,
  TwoHosts,
  valueOf,
} from './two-hosts.fixture.ts';

const data = bytes('0123456789');

describe('what applications see of a reset', () => {
  it('read: ECONNRESET, then EOF; write: EPIPE with SIGPIPE (D2, D3)', () => {
    const { net, client, server } = connected();
    client.setsockopt('SO_LINGER', { onoff: true, seconds: 0 });
    client.close();
    net.run(10);
    expect(net.causes('client')).toEqual(['linger-zero TCP_STATE']);
    const call = server.read(new Uint8Array(10));
    expect(call.result).toMatchObject({
      code: 'ECONNRESET',
      syscall: 'read',
      message: 'read ECONNRESET',
    });
    expect(call.result).toMatchObject({ reset: { kind: 'received' } });
    expect(readText(server)).toBe('EOF');
    server.process.handle('SIGPIPE', () => undefined);
    expect(told(server.write(data))).toBe('write EPIPE');
    expect(net.signals).toEqual([{ process: 'server', signal: 'SIGPIPE' }]);
    expect(server.process.alive).toBe(true);
  });

  it('write first: ECONNRESET, then read gives EOF', () => {
    const { net, client, server } = connected();
    client.setsockopt('SO_LINGER', { onoff: true, seconds: 0 });
    client.close();
    net.run(10);
    expect(told(server.write(data))).toBe('write ECONNRESET');
    expect(readText(server)).toBe('EOF');
    expect(told(server.write(data, { noSignal: true }))).toBe('write EPIPE');
  });

  it('SIGPIPE kills a process that does not care; its other sockets are closed (D3)', () => {
    const { net, client, server, listener } = connected();
    server.close();
    net.run(10);
    client.write(data);
    net.run(10);
    const other = client.process.socket();
    expect(told(client.write(data))).toBe('pending');
    expect(client.process.alive).toBe(false);
    expect(net.signals).toEqual([{ process: 'client', signal: 'SIGPIPE' }]);
    expect(told(other.listen())).toBe('listen EBADF');
    expect(listener.process.alive).toBe(true);
  });

  it('queued data is read before the error', () => {
    const { net, client, server } = connected();
    client.write(data);
    net.run(10);
    client.setsockopt('SO_LINGER', { onoff: true, seconds: 0 });
    client.close();
    net.run(10);
    expect([readText(server), readText(server), readText(server)]).toEqual([
      '0123456789',
      'read ECONNRESET',
      'EOF',
    ]);
  });
});

describe('close', () => {
  it('with unread data: reset at once (A10)', () => {
    const { net, client, server } = connected();
    client.write(data);
    net.run(10);
    server.read(new Uint8Array(5));
    server.close();
    net.run(10);
    expect(net.causes('server')).toEqual(['close-with-unread-data TCP_ABORT_ON_CLOSE']);
    expect(readText(client)).toBe('read ECONNRESET');
  });

  it('in good order; data that comes later meets TIME-WAIT (A11)', () => {
    const { net, client, server } = connected();
    server.close();
    net.run(100);
    expect(net.hosts.server.counts()).toMatchObject({ connections: 0, timeWaits: 1, orphans: 0 });
    client.write(data);
    net.run(10);
    expect(net.causes('server')).toEqual(['data-after-close TCP_TIMEWAIT_SOCKET']);
    // The FIN came first, so no ECONNRESET.
    expect(readText(client)).toBe('EOF');
    expect(told(client.write(data, { noSignal: true }))).toBe('write EPIPE');
  });

  it('with SO_LINGER of some seconds blocks until all is acknowledged, non-blocking or not (A6)', () => {
    const { net, client } = connected(new TwoHosts({ delayMs: 50 }));
    client.setsockopt('SO_LINGER', { onoff: true, seconds: 5 });
    client.write(data);
    const closing = client.close();
    net.run(90);
    expect(told(closing)).toBe('pending');
    net.run(120);
    expect(told(closing)).toBe(0);
    expect(net.causes('client')).toEqual([]);
  });

  it.each([
    ['background', []],
    ['reset', ['linger-timeout TCP_ABORT_ON_LINGER']],
  ] as const)('SO_LINGER up with resetlab.linger_timeout %s: returns 0 (A6)', (action, causes) => {
    const { net, client } = connected();
    net.settings.client.resetlab_linger_timeout = action;
    client.setsockopt('SO_LINGER', { onoff: true, seconds: 2 });
    net.drop = ({ from }) => from === 'client';
    client.write(data);
    const closing = client.close();
    net.run(1990);
    expect(told(closing)).toBe('pending');
    net.run(20);
    expect(told(closing)).toBe(0);
    expect(net.causes('client')).toEqual(causes);
    expect(net.hosts.client.counts().connections).toBe(causes.length === 0 ? 1 : 0);
  });

  it('over tcp_max_orphans: FIN, and a reset one number higher in the same instant (A20)', () => {
    const { net, client, server } = connected();
    net.settings.server.tcp_max_orphans = 0;
    server.close();
    net.run(10);
    expect(net.causes('server')).toEqual(['orphan-limit TCP_ABORT_ON_MEMORY']);
    const [fin, reset] = net.segments.filter(({ from }) => from === 'server').slice(-2);
    expect([fin!.flags & 1, reset!.flags, reset!.seq]).toEqual([1, 20, (fin!.seq + 1) | 0]);
    expect(readText(client)).toBe('EOF');
    expect(net.hosts.server.counts()).toMatchObject({ connections: 0, orphans: 0 });
  });

  it('over tcp_max_orphans as the documents claim: the reset alone (A20)', () => {
    const { net, client, server } = connected();
    net.settings.server.tcp_max_orphans = 0;
    net.settings.server.resetlab_orphan_limit = 'reset';
    server.close();
    net.run(10);
    expect(
      net.segments.filter(({ from, flags }) => from === 'server' && (flags & 1) === 1),
    ).toEqual([]);
    expect(readText(client)).toBe('read ECONNRESET');
  });

  describe('close with data left, over the third number of tcp_mem', () => {
    /** 8000 bytes take two pages of 4096. */
    const closing = (pages: number, length = 8000) => {
      const ends = connected();
      ends.net.settings.server.tcp_mem = [0, 0, pages];
      valueOf(ends.server.write(new Uint8Array(length)));
      return ends;
    };

    it('FIN, and a reset one number higher in the same instant', () => {
      const { net, client, server } = closing(1);
      server.close();
      net.run(10);
      expect(net.causes('server')[0]).toBe('out-of-memory TCP_ABORT_ON_MEMORY');
      const sent = net.segments.filter(({ from }) => from === 'server');
      const reset = sent.findIndex(({ flags }) => flags === 20);
      // The FIN is on the last segment of data.
      const { flags, seq, length } = sent[reset - 1]!;
      expect([flags & 1, (seq + length + 1) | 0]).toEqual([1, sent[reset]!.seq]);
      expect(valueOf(client.read(new Uint8Array(9000)))).toBe(8000);
      expect(readText(client)).toBe('EOF');
      expect(net.hosts.server.counts()).toMatchObject({ connections: 0, orphans: 0 });
    });

    it.each([
      ['not beyond the limit', 2, 8000],
      ['not for what every socket is granted (SOCK_MIN_SNDBUF)', 0, 4608],
    ])('%s', (_, pages, length) => {
      const { net, server } = closing(pages, length);
      server.close();
      net.run(10);
      expect(net.causes('server')).toEqual([]);
    });

    it.each([
      ['counts what others hold unread', false, 'out-of-memory TCP_ABORT_ON_MEMORY'],
      ['counts it no more once it is read', true, undefined],
    ])('%s', (_, isRead, cause) => {
      const { net, client, server, listener } = connected();
      net.settings.server.tcp_mem = [0, 0, 3];
      const other = client.process.socket();
      other.connect({ address: SERVER, port: PORT });
      net.run(10);
      const reader = valueOf(listener.accept());
      valueOf(other.write(new Uint8Array(5000)));
      net.run(10);
      if (isRead) valueOf(reader.read(new Uint8Array(5000)));
      // 8000 bytes are two pages; with the other 5000 they are four.
      valueOf(server.write(new Uint8Array(8000)));
      server.close();
      net.run(10);
      expect(net.causes('server')[0]).toBe(cause);
    });
  });

  it('without TIME-WAIT the peer’s FIN is reset: lost-last-ack (A13)', () => {
    const { net, client, server } = connected();
    net.settings.server.tcp_max_tw_buckets = 0;
    server.close();
    net.run(100);
    expect(net.hosts.server.counts()).toMatchObject({ connections: 0, timeWaits: 0 });
    client.close();
    net.run(100);
    expect(net.causes('server')).toEqual(['lost-last-ack TCP_FLAGS']);
  });

  it('FIN-WAIT-2 over after tcp_fin_timeout: data meets nothing, and its cause is still known', () => {
    const { net, client, server, listener } = connected();
    listener.close();
    net.settings.server.tcp_fin_timeout = 1;
    server.close();
    net.run(3500);
    expect(net.hosts.server.counts().timeWaits).toBe(0);
    client.write(data);
    net.run(10);
    expect(net.causes('server')).toEqual(['data-after-close NO_SOCKET']);
  });
});

describe('ends that somebody else makes', () => {
  it('ss -K: the victim ECONNABORTED, the peer ECONNRESET', () => {
    const { net, client, server } = connected();
    net.hosts.server.destroySocket(server);
    net.run(10);
    expect(net.causes('server')).toEqual(['destroyed TCP_STATE']);
    expect([readText(server), readText(client)]).toEqual(['read ECONNABORTED', 'read ECONNRESET']);
  });

  it('connect to AF_UNSPEC: the actor reads ECONNRESET, and can connect again', () => {
    const { net, client, server } = connected();
    expect(told(client.disconnect())).toBe(0);
    net.run(10);
    expect(net.causes('client')).toEqual(['disconnect TCP_STATE']);
    expect([readText(server), readText(client)]).toEqual(['read ECONNRESET', 'read ECONNRESET']);
    expect(told(client.connect({ address: SERVER, port: PORT }))).toBe('connect EINPROGRESS');
    net.run(10);
    expect(told(client.connect({ address: SERVER, port: PORT }))).toBe(0);
  });

  it('SIGKILL closes in order: with unread data a reset, else a FIN', () => {
    const { net, client, server } = connected();
    client.write(data);
    net.run(10);
    server.process.kill('SIGKILL');
    net.run(10);
    // The listener is older than the connection.
    expect(net.causes('server')).toEqual(['close-with-unread-data TCP_ABORT_ON_CLOSE']);
    expect(net.signals).toEqual([{ process: 'server', signal: 'SIGKILL' }]);
    expect(() => server.process.socket()).toThrow('process server is dead');
  });

  it('power lost: the next segment draws a reset that says so, listener or not (A7, A15)', () => {
    for (const listens of [false, true]) {
      const { net, client } = connected();
      const remembers = net.hosts.server.obituaries();
      net.hosts.server = net.host('server', SERVER, { secret: [9, 9], remembers });
      if (listens) {
        const listener = net.hosts.server.process('again').socket();
        valueOf(listener.bind({ address: SERVER, port: PORT }));
        valueOf(listener.listen());
      }
      client.write(data);
      net.run(10);
      expect(net.causes('server')).toEqual([
        `half-open-restart ${listens ? 'TCP_FLAGS' : 'NO_SOCKET'}`,
      ]);
      expect(readText(client)).toBe('read ECONNRESET');
    }
  });

  it('a connection that vanished (TCP_REPAIR) is answered in the same way', () => {
    const { net, client, server } = connected();
    net.hosts.server.vanish(server);
    client.write(data);
    net.run(10);
    expect(net.causes('server')).toEqual(['half-open-restart TCP_FLAGS']);
    expect(net.hosts.server.counts().connections).toBe(0);
  });

  it('a reset that was lost is sent again when the peer goes on (B5)', () => {
    const { net, client, server } = connected();
    net.drop = ({ flags }) => (flags & 4) !== 0;
    client.setsockopt('SO_LINGER', { onoff: true, seconds: 0 });
    client.close();
    net.run(10);
    net.drop = () => false;
    server.write(data);
    net.run(10);
    expect(net.causes('client')).toEqual(['linger-zero TCP_STATE', 'repeated-reset NO_SOCKET']);
    expect(readText(server)).toBe('read ECONNRESET');
  });

  it('a client that restarts on the same four-tuple: challenge ACK, then four-tuple-reuse (A14)', () => {
    const { net, client, server } = connected();
    const { port } = client.local;
    const remembers = net.hosts.client.obituaries();
    net.hosts.client = net.host('client', '10.0.0.1', { secret: [7, 7], remembers });
    const again = net.hosts.client.process('again').socket();
    valueOf(again.bind({ address: '10.0.0.1', port }));
    const connecting = again.connect({ address: SERVER, port: PORT });
    net.run(10);
    expect(net.causes('client')).toEqual(['four-tuple-reuse TCP_INVALID_ACK_SEQUENCE']);
    expect(readText(server)).toBe('read ECONNRESET');
    net.run(1500);
    expect(told(connecting)).toBe(0);
  });
});
