import type { Socket } from '../host/socket.ts';
import { sendingTimes } from '../tcp/chronograph.ts';
import type { Connection } from '../tcp/connection.ts';
import type { State } from '../tcp/state.ts';
import { add, distance } from '../wire/sequence.ts';
import type { Names } from './assertions.ts';

/** `enum` of linux/tcp_states.h, by the names that packetdrill and its FreeBSD relative give it. */
const STATES: Record<State, readonly [value: number, linux: string, freebsd: string]> = {
  ESTABLISHED: [1, 'TCP_ESTABLISHED', 'TCPI_ESTABLISHED'],
  'SYN-SENT': [2, 'TCP_SYN_SENT', 'TCPI_SYN_SENT'],
  'SYN-RECEIVED': [3, 'TCP_SYN_RECV', 'TCPI_SYN_RECEIVED'],
  'FIN-WAIT-1': [4, 'TCP_FIN_WAIT1', 'TCPI_FIN_WAIT_1'],
  'FIN-WAIT-2': [5, 'TCP_FIN_WAIT2', 'TCPI_FIN_WAIT_2'],
  'TIME-WAIT': [6, 'TCP_TIME_WAIT', 'TCPI_TIME_WAIT'],
  CLOSED: [7, 'TCP_CLOSE', 'TCPI_CLOSED'],
  'CLOSE-WAIT': [8, 'TCP_CLOSE_WAIT', 'TCPI_CLOSE_WAIT'],
  'LAST-ACK': [9, 'TCP_LAST_ACK', 'TCPI_LAST_ACK'],
  LISTEN: [10, 'TCP_LISTEN', 'TCPI_LISTEN'],
  CLOSING: [11, 'TCP_CLOSING', 'TCPI_CLOSING'],
};

const STATE_NAMES = Object.fromEntries(
  Object.values(STATES).flatMap(([value, ...names]) => names.map((name) => [name, value])),
);

const CONSTANTS: Record<string, number> = {
  ...STATE_NAMES,
  TCPI_OPT_TIMESTAMPS: 1,
  TCPI_OPT_SACK: 2,
  TCPI_OPT_WSCALE: 4,
  TCPI_OPT_ECN: 8,
  TCPI_OPT_ECN_SEEN: 16,
  TCPI_OPT_SYN_DATA: 32,
  TCPI_OPT_USEC_TS: 64,
  TCPI_OPT_TFO_CHILD: 128,
  TCP_CA_Open: 0,
  TCP_CA_Disorder: 1,
  TCP_CA_CWR: 2,
  TCP_CA_Recovery: 3,
  TCP_CA_Loss: 4,
  True: 1,
  False: 0,
};

const CA_STATES: Record<Connection['recovery'], number> = {
  open: 0,
  disorder: 1,
  cwr: 2,
  recovery: 3,
  loss: 4,
};

type Reading = (c: Connection, now: number) => number;

/** In whole segments, as tcp_get_info counts. */
const segments = (c: Connection, bytes: number): number => Math.ceil(bytes / c.sndMss);

const READINGS: Record<string, Reading> = {
  tcpi_state: (c) => STATES[c.state][0],
  tcpi_ca_state: (c) => CA_STATES[c.recovery],
  tcpi_retransmits: (c) => c.retransmits,
  tcpi_probes: (c) => c.windowProbes + c.keepaliveProbes,
  tcpi_backoff: (c) => c.backoff,
  tcpi_options: (c) =>
    Number(c.timestamps) |
    (Number(c.sackPermitted) << 1) |
    (Number(c.windowScaling) << 2) |
    (Number(c.ecn) << 3),
  tcpi_snd_wscale: (c) => c.sndWndScale,
  tcpi_rcv_wscale: (c) => c.rcvWndScale,
  tcpi_rto: (c) => c.rtoMs * 1000,
  tcpi_snd_mss: (c) => c.sndMss,
  tcpi_rcv_mss: (c) => c.rcvMss,
  tcpi_advmss: (c) => c.advertisedMss,
  tcpi_unacked: (c) => c.scoreboard?.count ?? 0,
  tcpi_sacked: (c) =>
    segments(c, (c.scoreboard?.sackedBytes ?? 0) + (c.scoreboard?.renoSackedBytes ?? 0)),
  tcpi_lost: (c) => segments(c, c.scoreboard?.lostBytes ?? 0),
  tcpi_retrans: (c) => segments(c, c.scoreboard?.resentBytes ?? 0),
  tcpi_reordering: (c) => Math.max(c.reorderingDegree, c.settings.tcp_reordering),
  tcpi_reord_seen: (c) => c.reorderingSeen,
  tcpi_snd_cwnd: (c) => Math.floor(c.cwnd / c.sndMss),
  tcpi_snd_ssthresh: (c) =>
    c.ssthresh === 0x7fff_ffff ? 0x7fff_ffff : Math.floor(c.ssthresh / c.sndMss),
  tcpi_rtt: (c) => Math.round(c.srttMs * 1000),
  tcpi_min_rtt: (c) => Math.round(c.minRttMs * 1000),
  tcpi_rttvar: (c) => Math.round(c.rttvarMs * 1000),
  tcpi_pmtu: (c) => c.pathMtu,
  tcpi_snd_wnd: (c) => c.sndWnd,
  tcpi_rcv_wnd: (c) => c.rcvWnd,
  tcpi_rcv_ssthresh: (c) => c.rcvWndBound,
  // A FIN counts as a byte (tcp_rcv_nxt_update).
  tcpi_bytes_received: (c) => distance(c.rcvNxt, add(c.irs, 1)),
  tcpi_last_data_sent: (c, now) => Math.round(now - c.lastDataSentAtMs),
  tcpi_last_data_recv: (c, now) => Math.round(now - c.lastTextReceivedAtMs),
  tcpi_busy_time: (c, now) => Math.round(sendingTimes(c, now).busyMs * 1000),
  tcpi_rwnd_limited: (c, now) => Math.round(sendingTimes(c, now).rwndLimitedMs * 1000),
  tcpi_sndbuf_limited: (c, now) => Math.round(sendingTimes(c, now).sndbufLimitedMs * 1000),
  tcpi_notsent_bytes: (c) => (c.sndEnd - c.sndNxt) | 0,
};

/** What Python sees of TCP_INFO, at that moment. */
export const namesOf =
  (socket: Socket | undefined, now: number): Names =>
  (name) => {
    const constant = CONSTANTS[name];
    if (constant !== undefined) return constant;
    const connection = socket?.connection;
    if (connection !== undefined) return READINGS[name]?.(connection, now);
    if (name !== 'tcpi_state') return undefined;
    return socket?.phase === 'listening' ? STATES.LISTEN[0] : STATES.CLOSED[0];
  };
