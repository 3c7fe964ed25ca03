import type { Endpoint } from '../../wire/ip-address.ts';
import type { TcpState } from '../../causes/tcp-state.ts';

/** Who meets whom: the subject's own end, and the other, which the sequence plays. */
export interface Meeting {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** What a call told: `ok`, how many bytes, or an errno. */
export type Told = number | 'ok' | `E${string}`;

/** What an onlooker on the subject's machine sees of the four-tuple, as ss(8) shows it. */
export interface Standing {
  /** LISTEN where there is only a listener. */
  readonly state: TcpState;
  /** Bytes that the socket in hand has to read, or the one that waits to be accepted. */
  readonly unread: number;
  /** Sequence numbers that are queued and not acknowledged, SYN and FIN counting one each. */
  readonly unacknowledged: number;
}

/**
 * A TCP that sequences are played to, with one socket at a time. Its calls do not block (EAGAIN), and
 * all that an input makes leave has left when the call returns.
 */
export interface Subject {
  /** Its sysctl has that value from now on, by its public name. */
  configure(name: string, value: number): void;
  /** A four-tuple that nothing was on before. */
  begin(meeting: Meeting): void;
  listen(): Told;
  connect(): Told;
  /** From now on the calls below are of the connection that was accepted. */
  accept(): Told;
  read(length: number): Told;
  write(bytes: Uint8Array): Told;
  shutdown(how: 'SHUT_RD' | 'SHUT_WR' | 'SHUT_RDWR'): Told;
  /** connect(2) to AF_UNSPEC. */
  disconnect(): Told;
  close(): Told;
  closeListener(): Told;
  set(name: SubjectOption, value: number): Told;
  /** SO_ERROR, which reading clears. */
  error(): Told;
  arrives(packet: Uint8Array): void;
  /** The packets that have left since this was last asked, the oldest first. */
  departures(): readonly Uint8Array[];
  standing(): Standing;
  /** So much time has passed since `begin` that timers may have had a say. */
  isLate(): boolean;
  /** Lets some time pass, in which a machine that is busy may come to rest. */
  rest(): void;
  /** Nothing of the meeting remains. */
  end(): void;
}

/** Values as setsockopt(2) wants them; of SO_LINGER the seconds. */
export type SubjectOption = 'SO_LINGER' | 'TCP_NODELAY' | 'TCP_QUICKACK';
