import type { Settings } from './sysctl.ts';

/** One setting as people meet it. */
export interface Sysctl {
  /** As sysctl(8) writes it; ours begin with `resetlab.`. */
  readonly name: string;
  readonly field: keyof Settings;
  readonly initial: string | number | readonly number[];
  /** Bounds of each number, both included; 0 for words. */
  readonly least: number;
  readonly most: number;
  /** Of the number: `ms`, `s`, `bytes` …; empty where it counts or switches. */
  readonly unit: string;
  /** The words it may be, where it is no number. */
  readonly choices?: readonly string[];
  /** One sentence without the final stop. */
  readonly says: string;
}

const INT_MAX = 0x7fff_ffff;

const number = (
  name: string,
  initial: number | readonly number[],
  [least, most]: readonly [number, number],
  unit: string,
  says: string,
): Sysctl => ({ name, field: fieldOf(name), initial, least, most, unit, says });

const word = (name: string, choices: readonly [string, ...string[]], says: string): Sysctl => ({
  name,
  field: fieldOf(name),
  initial: choices[0],
  least: 0,
  most: 0,
  unit: '',
  choices,
  says,
});

const fieldOf = (name: string): keyof Settings => {
  const field = name.startsWith('resetlab.')
    ? name.replace('.', '_')
    : name.slice(name.lastIndexOf('.') + 1);
  return field as keyof Settings;
};

/** One byte in the kernel (`proc_dou8vec_minmax` without bounds of its own). */
const BYTE = [0, 255] as const;
const SECONDS = [1, 2_147_483] as const;
const COUNT = [0, INT_MAX] as const;

/**
 * Every setting with default and bounds: Linux 6.18, net/ipv4/sysctl_net_ipv4.c and
 * Documentation/networking/ip-sysctl.rst. Where Linux counts by memory, as with 8 GiB.
 */
export const SYSCTLS: readonly Sysctl[] = [
  number(
    'net.ipv4.tcp_abort_on_overflow',
    0,
    BYTE,
    '',
    'Reset a client whose handshake completes while the accept queue is full; 0: drop its ACK',
  ),
  number(
    'net.ipv4.tcp_rfc1337',
    0,
    BYTE,
    '',
    'Ignore resets in TIME-WAIT (RFC 1337); 0: a reset ends it',
  ),
  number(
    'net.ipv4.tcp_invalid_ratelimit',
    500,
    COUNT,
    'ms',
    'Least time between two ACKs of a connection that answer segments without data out of window or in doubt',
  ),
  number(
    'net.ipv4.tcp_challenge_ack_limit',
    INT_MAX,
    COUNT,
    '',
    'Challenge ACKs a second of the whole host (RFC 5961 §7)',
  ),

  number(
    'net.ipv4.tcp_syncookies',
    1,
    BYTE,
    '',
    'SYN cookies when the SYN queue overflows; 0 never, 2 always',
  ),
  number(
    'net.ipv4.tcp_max_syn_backlog',
    2048,
    COUNT,
    '',
    'Half-open connections of a listener without SYN cookies',
  ),
  number('net.core.somaxconn', 4096, COUNT, '', 'Upper bound of the backlog of listen(2)'),
  number(
    'net.ipv4.tcp_synack_retries',
    5,
    BYTE,
    '',
    'Retransmissions of a SYN,ACK before the half-open connection is dropped',
  ),
  number(
    'net.ipv4.tcp_syn_retries',
    6,
    [1, 127],
    '',
    'Retransmissions of a SYN with doubled time-outs before connect(2) gives up',
  ),
  number(
    'net.ipv4.tcp_syn_linear_timeouts',
    4,
    [0, 127],
    '',
    'Further retransmissions of a SYN before its time-out doubles',
  ),
  number(
    'net.ipv4.ip_local_port_range',
    [32768, 60999],
    [1, 65535],
    '',
    'Ephemeral ports, both ends included',
  ),

  number(
    'net.ipv4.tcp_max_orphans',
    131072,
    COUNT,
    '',
    'Connections that no application holds any more; one beyond it is reset',
  ),
  number(
    'net.ipv4.tcp_mem',
    [98_304, 131_072, 196_608],
    COUNT,
    'pages',
    'What all connections hold; beyond the third, one that is closed with data left is reset',
  ),
  number(
    'net.ipv4.tcp_orphan_retries',
    0,
    BYTE,
    '',
    'Retransmissions of such a connection before it is dropped; 0: 8',
  ),
  number(
    'net.ipv4.tcp_fin_timeout',
    60,
    SECONDS,
    's',
    'How long a connection that no application holds stays in FIN-WAIT-2',
  ),
  number(
    'net.ipv4.tcp_max_tw_buckets',
    131072,
    COUNT,
    '',
    'Connections in TIME-WAIT; beyond it they end without',
  ),
  number(
    'net.ipv4.tcp_tw_reuse',
    2,
    [0, 2],
    '',
    'connect(2) may take a four-tuple in TIME-WAIT if timestamps make it safe; 2: on loopback only',
  ),
  number(
    'net.ipv4.tcp_tw_reuse_delay',
    1000,
    [1, 86_400_000],
    'ms',
    'How long it must have been in TIME-WAIT for that',
  ),

  number(
    'net.ipv4.tcp_retries1',
    3,
    BYTE,
    '',
    'Retransmissions after which the path is doubted (RFC 9293 §3.8.3, R1)',
  ),
  number(
    'net.ipv4.tcp_retries2',
    15,
    BYTE,
    '',
    'Retransmissions, as a span of time, after which the connection is given up (R2)',
  ),
  number('net.ipv4.tcp_rto_min_us', 200_000, [1, INT_MAX], 'us', 'Least retransmission time-out'),
  number(
    'net.ipv4.tcp_rto_max_ms',
    120_000,
    [1000, 120_000],
    'ms',
    'Greatest retransmission time-out',
  ),
  number(
    'net.ipv4.tcp_keepalive_time',
    7200,
    SECONDS,
    's',
    'Idle time before the first keepalive probe',
  ),
  number('net.ipv4.tcp_keepalive_intvl', 75, SECONDS, 's', 'Time between keepalive probes'),
  number(
    'net.ipv4.tcp_keepalive_probes',
    9,
    BYTE,
    '',
    'Keepalive probes without answer before the connection is reset',
  ),

  number(
    'net.ipv4.tcp_timestamps',
    1,
    BYTE,
    '',
    'Timestamps (RFC 7323); 2: without a random offset',
  ),
  number('net.ipv4.tcp_sack', 1, BYTE, '', 'Selective acknowledgements (RFC 2018)'),
  number('net.ipv4.tcp_dsack', 1, BYTE, '', 'Tell of segments received twice (RFC 2883)'),
  number('net.ipv4.tcp_window_scaling', 1, BYTE, '', 'Window scale option (RFC 7323 §2)'),
  number(
    'net.ipv4.tcp_ecn',
    2,
    [0, 2],
    '',
    'ECN (RFC 3168): 0 never, 1 ask and accept, 2 accept; the modes above are not modelled',
  ),

  word(
    'net.ipv4.tcp_congestion_control',
    ['cubic', 'reno'],
    'Congestion control of new connections',
  ),
  number('net.ipv4.tcp_early_retrans', 3, [0, 4], '', 'Tail loss probes: 0 none, 3 or 4 with'),
  number(
    'net.ipv4.tcp_recovery',
    1,
    BYTE,
    '',
    'RACK loss detection (RFC 8985), a bit mask; 0: duplicate ACKs alone',
  ),
  number('net.ipv4.tcp_frto', 2, BYTE, '', 'Detect needless time-outs (RFC 5682)'),
  number(
    'net.ipv4.tcp_reordering',
    3,
    [1, INT_MAX],
    '',
    'Segments out of order before one counts as lost',
  ),
  number(
    'net.ipv4.tcp_max_reordering',
    300,
    [1, INT_MAX],
    '',
    'Upper bound of what is learnt of reordering',
  ),
  number(
    'net.ipv4.tcp_autocorking',
    1,
    BYTE,
    '',
    'Gather small writes while packets of the connection wait in the device',
  ),
  number('net.ipv4.tcp_min_tso_segs', 2, [1, 255], '', 'Segments that leave in one go, at least'),
  number('net.ipv4.tcp_tso_rtt_log', 9, BYTE, '', 'Longer bursts below 2^this us of round trip'),
  number('net.ipv4.tcp_tso_win_divisor', 3, BYTE, '', 'Part of a window worth a burst of its own'),
  number(
    'net.ipv4.tcp_slow_start_after_idle',
    1,
    BYTE,
    '',
    'Slow start anew after a retransmission time-out without sending',
  ),
  number(
    'net.ipv4.tcp_notsent_lowat',
    4_294_967_295,
    [0, 4_294_967_295],
    'bytes',
    'A socket counts as writable while fewer bytes than this are not yet sent',
  ),

  number(
    'net.ipv4.tcp_rmem',
    [4096, 131_072, 33_554_432],
    [1, INT_MAX],
    'bytes',
    'Receive buffer: least, at first, at most',
  ),
  number(
    'net.ipv4.tcp_wmem',
    [4096, 16_384, 4_194_304],
    [1, INT_MAX],
    'bytes',
    'Send buffer: least, at first, at most',
  ),
  number('net.core.rmem_max', 4_194_304, [2304, INT_MAX], 'bytes', 'Greatest SO_RCVBUF'),
  number('net.core.wmem_max', 4_194_304, [4608, INT_MAX], 'bytes', 'Greatest SO_SNDBUF'),
  number('net.ipv4.tcp_moderate_rcvbuf', 1, BYTE, '', 'Let the receive buffer grow with the rate'),
  number(
    'net.ipv4.tcp_mtu_probing',
    0,
    BYTE,
    '',
    'Probe for the path MTU (RFC 4821): 0 never, 1 after a black hole, 2 always',
  ),
  number(
    'net.ipv4.tcp_base_mss',
    1024,
    COUNT,
    'bytes',
    'Segment size at which such probing begins',
  ),
  number(
    'net.ipv4.tcp_min_snd_mss',
    48,
    [48, 65_535],
    'bytes',
    'Least segment size, whatever the peer or the path asks for',
  ),
  number('net.ipv4.ip_default_ttl', 64, [1, 255], '', 'Time to live of packets sent'),

  word(
    'resetlab.linger_timeout',
    ['background', 'reset'],
    'close(2) whose SO_LINGER time is up: go on in the background (Linux), or discard and reset',
  ),
  number(
    'resetlab.zero_window_probes',
    0,
    COUNT,
    '',
    'Probes of a zero window before resetlab.zero_window_action; 0: as Linux, answered ones go on for ever',
  ),
  word(
    'resetlab.zero_window_action',
    ['timeout', 'reset'],
    'After these probes: ETIMEDOUT in silence, or a reset as well',
  ),
  word(
    'resetlab.time_wait_syn',
    ['either', 'both', 'never'],
    'A SYN takes over TIME-WAIT if its sequence number or its timestamp is newer (Linux), or only if both are',
  ),
  word(
    'resetlab.orphan_limit',
    ['fin-then-reset', 'reset'],
    'close(2) beyond tcp_max_orphans: FIN and at once a reset (Linux), or the reset alone',
  ),
  word(
    'resetlab.read_shutdown',
    ['discard', 'reset'],
    'Data after shutdown(SHUT_RD): acknowledged and readable (Linux), or answered with a reset',
  ),
  word(
    'resetlab.out_of_window',
    ['ack', 'reset'],
    'A segment outside the window of a synchronized connection: answered with an ACK (RFC 9293), or with a reset',
  ),
  word(
    'resetlab.half_open_timeout',
    ['silent', 'reset'],
    'A half-open connection whose time is up: dropped in silence (Linux), or with a reset to the client',
  ),
  word(
    'resetlab.reset_acceptance',
    ['rfc5961', 'exact', 'rfc793'],
    'A reset is taken at RCV.NXT and where Linux also does, at RCV.NXT alone, or in the window',
  ),
  word(
    'resetlab.syn_acceptance',
    ['rfc5961', 'rfc793'],
    'A SYN in the window of a connection is challenged (RFC 5961), or resets it (RFC 793)',
  ),
  word(
    'resetlab.old_segment',
    ['drop', 'take-ack'],
    'A segment that was received before: dropped and acknowledged (Linux), or its acknowledgement is taken too (FreeBSD)',
  ),
];
