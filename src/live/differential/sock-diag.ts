import type { Endpoint } from '../../wire/ip-address.ts';
import type { TcpState } from '../../causes/tcp-state.ts';
import type { Libc } from '../libc.ts';
import { AF_INET, AF_INET6 } from '../socket-address.ts';

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0x8_0000;
const NETLINK_SOCK_DIAG = 4;
const IPPROTO_TCP = 6;

/** linux/sock_diag.h, linux/netlink.h. */
const SOCK_DIAG_BY_FAMILY = 20;
const SOCK_DESTROY = 21;
const NLMSG_ERROR = 2;
const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;

/** struct nlmsghdr, inet_diag_req_v2, and where they stand in inet_diag_msg. */
const HEADER = 16;
const REQUEST = HEADER + 56;
const STATE = HEADER + 1;
const RQUEUE = HEADER + 56;
const WQUEUE = HEADER + 60;
const ENOENT = 2;
const ANSWER = 4096;

/** By their numbers in net/tcp_states.h. */
const STATES: readonly (TcpState | undefined)[] = [
  undefined,
  'ESTABLISHED',
  'SYN-SENT',
  'SYN-RECEIVED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'CLOSED',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
  // TCP_NEW_SYN_RECV: a request.
  'SYN-RECEIVED',
];

/** A connection as the kernel tells of it. */
export interface Diagnosis {
  readonly state: TcpState;
  /** RCV.NXT less what was read; of a listener 0. */
  readonly unread: number;
  /** The end of what is queued less SND.UNA; of a listener 0. */
  readonly unacknowledged: number;
}

const NOBODY: Diagnosis = { state: 'CLOSED', unread: 0, unacknowledged: 0 };

/** Asks the kernel, by netlink, about connections of the namespace in which it was made (ss(8)). */
export class SockDiag {
  private readonly libc: Libc;
  private readonly descriptor: number;
  private readonly request = new Uint8Array(REQUEST);
  private readonly answer = new Uint8Array(ANSWER);

  constructor(libc: Libc) {
    this.libc = libc;
    this.descriptor = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (this.descriptor < 0) throw new Error(`netlink: ${libc.errno()}`);
  }

  /** What is on this four-tuple, or listens on its local end. */
  look(local: Endpoint, remote: Endpoint): Diagnosis {
    const view = this.ask(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, local, remote);
    if (view.getUint16(4, true) === NLMSG_ERROR) {
      const errno = -view.getInt32(HEADER, true);
      if (errno === ENOENT) return NOBODY;
      throw new Error(`sock_diag: ${this.libc.errnoName(errno)}`);
    }
    const state = STATES[view.getUint8(STATE)];
    if (state === undefined) throw new Error(`sock_diag: state ${view.getUint8(STATE)}`);
    if (state === 'LISTEN') return { ...NOBODY, state };
    const unread = view.getUint32(RQUEUE, true);
    return { state, unread, unacknowledged: view.getUint32(WQUEUE, true) };
  }

  /** Ends whatever is there (`ss -K`); false where the kernel cannot (CONFIG_INET_DIAG_DESTROY). */
  destroy(local: Endpoint, remote: Endpoint): boolean {
    const view = this.ask(SOCK_DESTROY, NLM_F_REQUEST | NLM_F_ACK, local, remote);
    return view.getUint16(4, true) === NLMSG_ERROR && view.getInt32(HEADER, true) === 0;
  }

  close(): void {
    this.libc.close(this.descriptor);
  }

  private ask(type: number, flags: number, local: Endpoint, remote: Endpoint): DataView {
    const { libc, descriptor, request, answer } = this;
    request.fill(0);
    const view = new DataView(request.buffer);
    view.setUint32(0, REQUEST, true);
    view.setUint16(4, type, true);
    view.setUint16(6, flags, true);
    view.setUint8(HEADER, local.address.version === 4 ? AF_INET : AF_INET6);
    view.setUint8(HEADER + 1, IPPROTO_TCP);
    view.setUint32(HEADER + 4, 0xffff_ffff, true);
    view.setUint16(HEADER + 8, local.port);
    view.setUint16(HEADER + 10, remote.port);
    writeAddress(view, HEADER + 12, local);
    writeAddress(view, HEADER + 28, remote);
    // INET_DIAG_NOCOOKIE: any incarnation.
    view.setBigUint64(HEADER + 48, 0xffff_ffff_ffff_ffffn, true);
    if (
      libc.send(descriptor, request, REQUEST, 0) < 0 ||
      libc.recv(descriptor, answer, ANSWER, 0) < HEADER + 4
    ) {
      throw new Error(`netlink: ${libc.errno()}`);
    }
    return new DataView(answer.buffer);
  }
}

const writeAddress = (view: DataView, at: number, { address }: Endpoint): void => {
  view.setInt32(at, address.word0);
  view.setInt32(at + 4, address.word1);
  view.setInt32(at + 8, address.word2);
  view.setInt32(at + 12, address.word3);
};
