import { describe, expect, it } from 'vitest';
import { CaptureReader } from '../capture/reader.ts';
import { SocketError } from '../host/socket-error.ts';
import type { Packet } from '../wire/packet.ts';
import { ACK, FIN, RST, SYN } from '../wire/packet.ts';
import type { Socket } from '../host/socket.ts';
import { type Program, sleep, type Waiting, wait } from './program.ts';
import { loseSegments } from './link.ts';
import { Firewall } from './middleboxes/firewall.ts';
import { World, type WorldSetup } from './world.ts';

const pair = (setup: Partial<WorldSetup> = {}): World =>
  new World({
    seed: 1,
    hosts: [
      { name: 'client', addresses: ['10.0.0.1', 'fd00::1'], link: { delayMs: 5 } },
      { name: 'server', side: 'right', addresses: ['10.0.0.2', 'fd00::2'] },
    ],
    ...setup,
  });

type Task<T> = Generator<Waiting, T, unknown>;

const listening = function* (world: World): Task<Socket> {
  const socket = world.host('server').process('server').socket('inet6');
  yield* wait(socket.bind({ address: '::', port: 80 }));
  yield* wait(socket.listen());
  return socket;
};

const connected = function* (world: World, address = '10.0.0.2'): Task<Socket> {
  const family = address.includes(':') ? 'inet6' : 'inet';
  const socket = world.host('client').process('client').socket(family);
  yield* wait(socket.connect({ address, port: 80 }));
  return socket;
};

/** Everything until the end, as text. */
const readAll = function* (socket: Socket): Task<string> {
  const buffer = new Uint8Array(1000);
  let all = '';
  for (;;) {
    const count = yield* wait(socket.read(buffer));
    if (count === 0) return all;
    all += String.fromCharCode(...buffer.subarray(0, count));
  }
};

const bytes = (letters: string): Uint8Array =>
  Uint8Array.from(letters, (letter) => letter.charCodeAt(0));

const flagsIn = (capture: Uint8Array): string[] => {
  const seen: string[] = [];
  const names = [
    [SYN, 'S'],
    [FIN, 'F'],
    [RST, 'R'],
    [ACK, 'A'],
  ] as const;
  const take = ({ flags }: Packet): void => {
    seen.push(names.map(([bit, name]) => ((flags & bit) === 0 ? '' : name)).join(''));
  };
  const reader = new CaptureReader({ segment: take, icmpError: () => 0 });
  reader.push(capture);
  reader.end();
  return seen;
};

const echoServer = function* (world: World): Program {
  const listener = yield* listening(world);
  const socket = yield* wait(listener.accept());
  const said = yield* readAll(socket);
  yield* wait(socket.write(bytes(said.toUpperCase())));
  yield* wait(socket.close());
  yield* wait(listener.close());
};

describe('a world', () => {
  it.each(['10.0.0.2', 'fd00::2'])('carries a conversation to %s to its end', (address) => {
    const world = pair();
    let answer = '';
    world.host('server').run('server', echoServer(world));
    world.host('client').run(
      'client',
      (function* (): Program {
        const socket = yield* connected(world, address);
        // A round trip of 10 ms: SYN out, SYN,ACK back.
        expect(world.clock.now).toBe(10);
        yield* wait(socket.write(bytes('hello')));
        yield* wait(socket.shutdown('write'));
        answer = yield* readAll(socket);
        yield* wait(socket.close());
      })(),
    );
    world.advance(300_000);
    expect(answer).toBe('HELLO');
    expect(world.log.map(({ text }) => text)).toEqual(['server returned', 'client returned']);
    expect(world.finish()).toEqual([]);
    expect(world.events).toEqual([]);
  });

  const refused = (seed: number) => {
    const world = pair({ seed });
    const captures = [
      world.record('client'),
      world.record('server'),
      world.record({ edge: 'left' }),
    ];
    world.host('client').run(
      'client',
      (function* (): Program {
        yield* connected(world);
      })(),
    );
    world.advance(1000);
    return { world, captures };
  };

  it('knows the cause of each reset at every point, and how the program ended', () => {
    const { world, captures } = refused(1);
    for (const capture of captures) {
      expect(flagsIn(capture.pcapng())).toEqual(['S', 'RA']);
      expect(capture.resets()).toMatchObject([{ frame: 2, cause: 'closed-port' }]);
    }
    expect(world.log).toMatchObject([{ atMs: 10, text: 'client failed: connect ECONNREFUSED' }]);
    expect(world.events.map(({ who, event }) => `${who} ${event.kind}`)).toEqual([
      'server sent',
      'client received',
    ]);
    expect(world.finish()).toEqual([]);
  });

  it('gives the same capture for the same seed, byte by byte, and another for another', () => {
    const whole = (seed: number) => refused(seed).captures.map((capture) => capture.pcapng());
    expect(whole(7)).toEqual(whole(7));
    expect(whole(8)).not.toEqual(whole(7));
  });

  it('loses what it is told to lose', () => {
    const world = pair();
    world.host('client').attachment.up.conditions.lose = loseSegments({ flags: SYN });
    const capture = world.record('client');
    world.host('server').run('server', echoServer(world));
    const socket = world.host('client').process('client').socket();
    const call = socket.connect({ address: '10.0.0.2', port: 80 });
    expect(world.runUntil(() => call.settled, 5000)).toBe(true);
    // The SYN again after one second (RFC 6298 §2, (2.1)), and its round trip.
    expect(world.clock.now).toBe(1010);
    expect(flagsIn(capture.pcapng()).slice(0, 3)).toEqual(['S', 'S', 'SA']);
  });

  it('lets a host lose its power, and name the cause of what it then answers', () => {
    const world = pair();
    const capture = world.record('client');
    const server = world.host('server');
    server.run('server', echoServer(world));
    const socket = world.host('client').process('client').socket();
    socket.connect({ address: '10.0.0.2', port: 80 });
    world.advance(50);
    server.powerOff();
    expect(() => server.host).toThrow('without power');
    socket.write(bytes('anybody there?'));
    world.advance(100);
    server.powerOn();
    world.advance(5000);
    expect(capture.resets()).toMatchObject([{ cause: 'half-open-restart' }]);
    const { result } = socket.read(new Uint8Array(1));
    expect(result).toBeInstanceOf(SocketError);
    expect(result).toMatchObject({ code: 'ECONNRESET', syscall: 'read' });
    expect(() => server.powerOn()).toThrow('is on');
    expect(world.finish()).toEqual([]);
  });

  it('tells of what a middlebox did, by its name', () => {
    const wall = new Firewall([{ matches: () => true, verdict: 'tcp-reset' }], 'wall');
    const world = pair({ middleboxes: [wall], routed: true });
    const call = world.host('client').process('client').socket().connect({
      address: '10.0.0.2',
      port: 80,
    });
    world.advance(100);
    expect(call.result).toMatchObject({ code: 'ECONNREFUSED' });
    expect(world.events.map(({ who, event }) => `${who} ${event.kind}`)).toEqual([
      'wall sent',
      'client received',
    ]);
  });

  it('ends a program whose process dies, in the middle of a call', () => {
    const world = pair();
    const process = world.host('server').process('server');
    let cameBack = false;
    world.host('server').run(
      'server',
      (function* (): Program {
        const socket = process.socket('inet6');
        yield* wait(socket.bind({ address: '::', port: 80 }));
        yield* wait(socket.listen());
        yield* wait(socket.accept());
        cameBack = true;
      })(),
    );
    world.advance(1);
    process.kill('SIGKILL');
    world.advance(1000);
    expect(cameBack).toBe(false);
    expect(world.log).toMatchObject([{ host: 'server', text: 'server gets SIGKILL' }]);
  });

  it('finds a connection that is left behind', () => {
    const world = pair();
    world.host('server').run('server', echoServer(world));
    world.host('client').run(
      'client',
      (function* (): Program {
        yield* connected(world);
        yield* sleep(1e9);
      })(),
    );
    world.advance(1000);
    expect(world.finish().map(({ text }) => text)).toEqual([
      'client still has connections: 1',
      'server still has connections: 1',
    ]);
  });

  it('refuses names that are not there, or twice', () => {
    const world = pair();
    expect(() => world.host('nobody')).toThrow('no host is called nobody');
    const twins = ['10.0.0.1', '10.0.0.2'].map((address) => ({
      name: 'twin',
      addresses: [address] as [string],
    }));
    expect(() => new World({ seed: 1, hosts: twins })).toThrow('two hosts are called twin');
  });
});
