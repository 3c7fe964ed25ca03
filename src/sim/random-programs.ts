import type { Process } from '../host/process.ts';
import type { Socket } from '../host/socket.ts';
import { SocketError } from '../host/socket-error.ts';
import type { Stream, Streams } from './checkers/streams.ts';
import type { Random } from './prng.ts';
import { type Program, type Run, sleep, type Waiting, wait } from './program.ts';
import type { SimHost } from './sim-host.ts';

/** What a client and a server say to one another on one connection. */
interface Conversation {
  readonly id: number;
  /** From the client to the server, and back. */
  readonly up: Stream;
  readonly down: Stream;
}

/** One end of a conversation. */
interface Party {
  readonly host: SimHost;
  readonly socket: Socket;
  readonly out: Stream;
  readonly in: Stream;
  readonly runs: Run[];
  isOver: boolean;
}

const PORT = 80;
/** A conversation begins with its number, so that the server knows which it is. */
const HEADER = 4;

/** All that is said in a random world. */
export class Conversations {
  readonly random: Random;
  private readonly streams: Streams;
  private readonly opened: Conversation[] = [];
  private readonly servers: Process[] = [];
  private parties: Party[] = [];
  /** How many clients of a host are still to open their connections, or at it. */
  private readonly opening = new Map<SimHost, number>();

  constructor(streams: Streams, random: Random) {
    this.streams = streams;
    this.random = random;
  }

  open(): Conversation {
    const id = this.opened.length;
    const conversation = {
      id,
      up: this.streams.open(`conversation ${id}, client to server`, id * 2 + 1),
      down: this.streams.open(`conversation ${id}, server to client`, id * 2 + 2),
    };
    this.opened.push(conversation);
    return conversation;
  }

  /** Undefined if nobody has opened one of that number. */
  find(id: number): Conversation | undefined {
    return this.opened[id];
  }

  /** Lets a party speak, hear, and perhaps lose its patience. */
  hold(host: SimHost, socket: Socket, out: Stream, input: Stream): void {
    const party: Party = { host, socket, out, in: input, runs: [], isOver: false };
    this.parties.push(party);
    input.attach();
    let busy = 2;
    const over = (): void => {
      busy -= 1;
      if (busy === 0) party.runs.push(host.run('close', this.farewell(party)));
    };
    party.runs.push(
      host.run('speak', speak(party, this.random), over),
      host.run('hear', hear(party, this.random), over),
    );
    if (this.random.chance(0.3)) party.runs.push(host.run('leave', this.leave(party)));
  }

  /** The host lost its power: its ends know nothing any more. */
  lose(host: SimHost): void {
    for (const party of this.parties) if (party.host === host) this.drop(party);
    this.opening.delete(host);
  }

  get areOver(): boolean {
    return this.parties.length === 0 && [...this.opening.values()].every((count) => count === 0);
  }

  beginOpening(host: SimHost): void {
    this.opening.set(host, (this.opening.get(host) ?? 0) + 1);
  }

  endOpening(host: SimHost): void {
    this.opening.set(host, (this.opening.get(host) ?? 1) - 1);
  }

  serve(process: Process): void {
    this.servers.push(process);
  }

  endServers(): void {
    for (const process of this.servers) process.kill('SIGTERM');
  }

  private *farewell(party: Party): Program {
    party.out.close();
    yield* wait(party.socket.close());
    this.drop(party);
  }

  /** Goes in the middle of it, in good manners or in bad. */
  private *leave(party: Party): Program {
    const { random } = this;
    yield* sleep(random.fraction() * 3000);
    if (party.isOver) return;
    if (random.chance(0.5)) {
      yield* wait(party.socket.setsockopt('SO_LINGER', { onoff: true, seconds: 0 }));
    } else {
      party.out.close();
    }
    this.drop(party);
    yield* wait(party.socket.close());
  }

  private drop(party: Party): void {
    if (party.isOver) return;
    party.isOver = true;
    party.in.abandoned();
    for (const run of party.runs) run.stop();
    this.parties = this.parties.filter((each) => each !== party);
  }
}

const speak = function* (party: Party, random: Random): Program {
  const { socket, out } = party;
  let left = random.chance(0.2) ? random.below(300_000) : random.below(5000);
  try {
    while (left > 0) {
      const chunk = new Uint8Array(Math.min(left, random.between(1, 8000)));
      out.offer(chunk);
      const count = yield* wait(socket.write(chunk, { noSignal: true }));
      out.wrote(count);
      left -= count;
      if (random.chance(0.2)) yield* sleep(random.fraction() * 500);
    }
    out.close();
    yield* wait(socket.shutdown('write'));
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    // An error is told once: if a write hears it, the read sees nothing but the end of file.
    if (error.code !== 'EPIPE') party.in.warned();
  }
};

const hear = function* (party: Party, random: Random): Program {
  const { socket, in: input } = party;
  const buffer = new Uint8Array(random.between(1, 20_000));
  try {
    for (;;) {
      const count = yield* wait(socket.read(buffer));
      input.arrived(buffer.subarray(0, count));
      if (count === 0) return;
      if (random.chance(0.05)) yield* sleep(random.fraction() * 2000);
    }
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    input.failed();
  }
};

/** Whoever is gone is missed after a minute: otherwise a reader could wait for ever. */
const KEEPALIVE = [
  ['SO_KEEPALIVE', 1],
  ['TCP_KEEPIDLE', 30],
  ['TCP_KEEPINTVL', 5],
  ['TCP_KEEPCNT', 4],
] as const;

const watchful = function* (socket: Socket): Generator<Waiting, void, unknown> {
  for (const [option, value] of KEEPALIVE) yield* wait(socket.setsockopt(option, value));
};

export const runServer = (conversations: Conversations, host: SimHost): void => {
  const process = host.process('server');
  conversations.serve(process);
  host.run('server', serve(conversations, host, process.socket('inet6')));
};

const serve = function* (conversations: Conversations, host: SimHost, socket: Socket): Program {
  const { random } = conversations;
  yield* wait(socket.setsockopt('SO_REUSEADDR', 1));
  yield* wait(socket.bind({ address: '::', port: PORT }));
  yield* watchful(socket);
  yield* wait(socket.listen(random.between(1, 8)));
  for (;;) {
    const accepted = yield* wait(socket.accept());
    host.run('answer', answer(conversations, host, accepted));
    if (random.chance(0.1)) yield* sleep(random.fraction() * 1000);
  }
};

const answer = function* (conversations: Conversations, host: SimHost, socket: Socket): Program {
  const header = new Uint8Array(HEADER);
  let length = 0;
  try {
    while (length < HEADER) {
      const count = yield* wait(socket.read(header.subarray(length)));
      if (count === 0) break;
      length += count;
    }
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
  }
  const conversation =
    length < HEADER ? undefined : conversations.find(header[0] | (header[1] << 8));
  if (conversation === undefined) yield* wait(socket.close());
  else conversations.hold(host, socket, conversation.down, conversation.up);
};

export const runClients = (
  conversations: Conversations,
  host: SimHost,
  servers: readonly SimHost[],
): void => {
  const process = host.process('client');
  for (let count = conversations.random.between(2, 6); count > 0; count -= 1) {
    conversations.beginOpening(host);
    host.run('client', client(conversations, host, process, servers), () =>
      conversations.endOpening(host),
    );
  }
};

const client = function* (
  conversations: Conversations,
  host: SimHost,
  process: Process,
  servers: readonly SimHost[],
): Program {
  const { random } = conversations;
  yield* sleep(random.fraction() * 50_000);
  const server = servers[random.below(servers.length)];
  const address = server.addresses[random.below(2)];
  const socket = process.socket(address.version === 4 ? 'inet' : 'inet6');
  yield* watchful(socket);
  const conversation = conversations.open();
  try {
    yield* wait(socket.connect({ address, port: PORT }));
    const header = Uint8Array.of(conversation.id & 0xff, conversation.id >> 8, 0, 0);
    yield* wait(socket.write(header, { noSignal: true }));
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    yield* wait(socket.close());
    return;
  }
  conversations.hold(host, socket, conversation.up, conversation.down);
};
