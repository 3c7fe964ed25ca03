import { describe, expect, it } from 'vitest';
import { bytes, connected, PORT, readText, SERVER, told, valueOf } from './two-hosts.fixture.ts';

/** POSIX lists ENETDOWN for read(2), write(2) and connect(2): the interface to the peer is down. */
describe('a host whose link is gone for good', () => {
  it('fails waiting calls with ENETDOWN once, without a packet', () => {
    const { net, client, server } = connected();
    server.nonBlocking = false;
    const reading = server.read(new Uint8Array(10));
    const sent = net.segments.length;
    net.hosts.server.linkLost(net.clock.now);
    expect(told(reading)).toBe('read ENETDOWN');
    expect(readText(server)).toBe('EOF');
    expect(told(server.write(bytes('more'), { noSignal: true }))).toBe('write EPIPE');
    expect(net.segments).toHaveLength(sent);
    expect(told(client.write(bytes('hello')))).toBe(5);
  });

  it('tells it to the next call where none waits; what had come can be read afterwards', () => {
    const { net, client, server } = connected();
    valueOf(client.write(bytes('last words')));
    net.run(10);
    net.hosts.server.linkLost(net.clock.now);
    expect(told(server.write(bytes('more')))).toBe('write ENETDOWN');
    expect(readText(server)).toBe('last words');
  });

  it('tells everyone, though one of them throws', () => {
    const { net, server, listener } = connected();
    server.nonBlocking = false;
    server.read(new Uint8Array(10)).whenSettled(() => {
      throw new Error('a mistake of the first');
    });
    const accepting = listener.accept();
    let news: unknown;
    accepting.whenSettled((outcome) => (news = outcome));
    expect(() => net.hosts.server.linkLost(net.clock.now)).toThrow('a mistake of the first');
    expect(news).toMatchObject({ message: 'accept ENETDOWN' });
  });

  it('ends accept(2), and every later connect(2) and accept(2)', () => {
    const { net, listener } = connected();
    const accepting = listener.accept();
    const dialling = net.hosts.server.process('dialling').socket();
    const connecting = dialling.connect({ address: '10.0.0.9', port: 1 });
    net.hosts.server.linkLost(net.clock.now);
    expect(told(accepting)).toBe('accept ENETDOWN');
    expect(told(listener.accept())).toBe('accept ENETDOWN');
    expect(told(connecting)).toBe('connect ENETDOWN');
    const socket = net.hosts.server.process('late').socket();
    expect(told(socket.connect({ address: SERVER, port: PORT }))).toBe('connect ENETDOWN');
    expect(
      told(net.hosts.server.process('asking').poll([{ socket: listener, events: [] }])),
    ).toEqual([['POLLERR']]);
  });

  it('holds nothing afterwards: no connection, no timer', () => {
    const { net, client, server } = connected();
    valueOf(client.write(bytes('on its way')));
    net.run(10);
    server.close();
    net.hosts.server.linkLost(net.clock.now);
    expect(net.hosts.server.counts()).toMatchObject({ connections: 0, requests: 0, orphans: 0 });
    expect(net.hosts.server.deadline()).toBe(Number.POSITIVE_INFINITY);
  });
});
