import { Host } from '../../host/host.ts';
import type { Call } from '../../host/call.ts';
import type { Process } from '../../host/process.ts';
import { SocketError } from '../../host/socket-error.ts';
import type { Socket } from '../../host/socket.ts';
import type { Connection } from '../../tcp/connection.ts';
import { setSysctl, type Settings } from '../../tcp/sysctl.ts';
import { distance } from '../../wire/sequence.ts';
import type { Meeting, Standing, Subject, SubjectOption, Told } from './subject.ts';

/** So that nothing happens at the host's time 0. */
const BEGINNING_MS = 1_000_000;

/** What an input takes, about as long as on a kernel, so that no two are at one moment. */
const INPUT_MS = 0.03;

const HOWS = { SHUT_RD: 'read', SHUT_WR: 'write', SHUT_RDWR: 'both' } as const;

/** Our own engine as a subject: a fresh host for each meeting, in virtual time. */
export class HostSubject implements Subject {
  private readonly settings: Settings;
  private readonly clock = { now: BEGINNING_MS };
  private left: Uint8Array[] = [];
  private meeting: Meeting | undefined = undefined;
  private host: Host | undefined = undefined;
  private process: Process | undefined = undefined;
  private listener: Socket | undefined = undefined;
  private socket: Socket | undefined = undefined;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  configure(name: string, value: number): void {
    const wrong = setSysctl(this.settings, name, String(value));
    if (wrong !== undefined) throw new Error(wrong);
  }

  begin(meeting: Meeting): void {
    this.meeting = meeting;
    this.clock.now = BEGINNING_MS;
    this.left = [];
    this.host = new Host({
      addresses: [meeting.local.address],
      settings: this.settings,
      secret: [0x5eed, 0x0dd5],
      clock: this.clock,
      egress: (bytes, length) => this.left.push(bytes.slice(0, length)),
      obituaries: 4,
    });
    this.process = this.host.process('subject');
    this.listener = undefined;
    this.socket = undefined;
  }

  listen(): Told {
    const socket = this.open();
    this.listener = socket;
    return this.told(socket.listen(8));
  }

  connect(): Told {
    const socket = this.open();
    this.socket = socket;
    return this.told(socket.connect(this.who().remote));
  }

  accept(): Told {
    if (this.listener === undefined) return 'EBADF';
    const { result } = this.listener.accept();
    if (result === undefined) throw new Error('accept() blocks');
    if (result instanceof SocketError) return result.code;
    result.nonBlocking = true;
    this.socket = result;
    return 'ok';
  }

  read(length: number): Told {
    return this.on((socket) => socket.read(new Uint8Array(length)), true);
  }

  write(bytes: Uint8Array): Told {
    return this.on((socket) => socket.write(bytes, { noSignal: true }), true);
  }

  shutdown(how: keyof typeof HOWS): Told {
    return this.on((socket) => socket.shutdown(HOWS[how]));
  }

  disconnect(): Told {
    return this.on((socket) => socket.disconnect());
  }

  close(): Told {
    const told = this.on((socket) => socket.close());
    this.socket = undefined;
    return told;
  }

  closeListener(): Told {
    if (this.listener === undefined) return 'EBADF';
    const told = this.told(this.listener.close());
    this.listener = undefined;
    return told;
  }

  set(name: SubjectOption, value: number): Told {
    return this.on((socket) =>
      name === 'SO_LINGER'
        ? socket.setsockopt(name, { onoff: true, seconds: value })
        : socket.setsockopt(name, value),
    );
  }

  error(): Told {
    const { socket } = this;
    if (socket === undefined) return 'EBADF';
    const { result } = socket.getsockopt('SO_ERROR');
    if (result instanceof SocketError) return result.code;
    return result === 0 || result === undefined ? 'ok' : result;
  }

  arrives(packet: Uint8Array): void {
    this.clock.now += INPUT_MS;
    this.host?.packetArrives(packet, 0, packet.length, this.clock.now);
  }

  departures(): readonly Uint8Array[] {
    const { left } = this;
    this.left = [];
    return left;
  }

  standing(): Standing {
    const { local, remote } = this.who();
    const state = this.host?.stateOf(local, remote) ?? 'CLOSED';
    const [c] = this.host?.connections() ?? [];
    const unacknowledged = c === undefined ? 0 : queued(c);
    return { state, unread: this.unread(c), unacknowledged };
  }

  isLate(): boolean {
    return false;
  }

  /** Virtual time is never busy. */
  rest(): void {}

  end(): void {
    this.host = undefined;
    this.process = undefined;
    this.left = [];
  }

  private unread(c: Connection | undefined): number {
    if (this.socket !== undefined) return readableOf(this.socket);
    return this.listener === undefined ? 0 : (c?.receiveBuffer.readable ?? 0);
  }

  private open(): Socket {
    const { process } = this;
    if (process === undefined) throw new Error('nothing was begun');
    const socket = process.socket(this.who().local.address.version === 4 ? 'inet' : 'inet6');
    socket.nonBlocking = true;
    socket.setsockopt('SO_REUSEADDR', 1);
    socket.bind(this.who().local);
    return socket;
  }

  private who(): Meeting {
    if (this.meeting === undefined) throw new Error('nothing was begun');
    return this.meeting;
  }

  private on(act: (socket: Socket) => Call<number>, counts = false): Told {
    return this.socket === undefined ? 'EBADF' : this.told(act(this.socket), counts);
  }

  private told(call: Call<number>, counts = false): Told {
    this.clock.now += INPUT_MS;
    const { result } = call;
    if (result === undefined) throw new Error('a call of a non-blocking socket blocks');
    if (result instanceof SocketError) return result.code;
    return counts ? result : 'ok';
  }
}

const readableOf = (socket: Socket): number => {
  const { result } = socket.getsockopt('TCP_INFO');
  return result === undefined || result instanceof SocketError ? 0 : result.unread;
};

const queued = (c: Connection): number => distance(c.sndEnd, c.sndUna) + Number(c.finQueued);
