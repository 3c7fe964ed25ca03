import { SYSCTLS, type Sysctl } from './sysctl-table.ts';

/** Three sizes in bytes: of least, at first, at most (Linux `tcp_rmem`, `tcp_wmem`). */
export type Sizes = [least: number, initial: number, most: number];

/** Three limits to what all connections of a host hold together, in pages of 4096 bytes (Linux `tcp_mem`). */
export type Pages = [easy: number, pressure: number, most: number];

/**
 * What a host's administrator may set: Linux's sysctls by the last part of their names, in Linux's
 * units, and ours (`resetlab_*`), which switch to behaviour that Linux does not have. Meaning, unit
 * and bounds of each stand in `SYSCTLS`. Read at each use, so a change counts from then on.
 */
export interface Settings {
  // Resets and refusals.
  tcp_abort_on_overflow: number;
  tcp_rfc1337: number;
  tcp_invalid_ratelimit: number;
  tcp_challenge_ack_limit: number;
  // Opening.
  tcp_syncookies: number;
  tcp_max_syn_backlog: number;
  somaxconn: number;
  tcp_synack_retries: number;
  tcp_syn_retries: number;
  tcp_syn_linear_timeouts: number;
  ip_local_port_range: [lowest: number, highest: number];
  // Closing.
  tcp_max_orphans: number;
  tcp_mem: Pages;
  tcp_orphan_retries: number;
  tcp_fin_timeout: number;
  tcp_max_tw_buckets: number;
  tcp_tw_reuse: number;
  tcp_tw_reuse_delay: number;
  // Giving up.
  tcp_retries1: number;
  tcp_retries2: number;
  tcp_rto_min_us: number;
  tcp_rto_max_ms: number;
  tcp_keepalive_time: number;
  tcp_keepalive_intvl: number;
  tcp_keepalive_probes: number;
  // What is agreed on in the handshake.
  tcp_timestamps: number;
  tcp_sack: number;
  tcp_dsack: number;
  tcp_window_scaling: number;
  tcp_ecn: number;
  // Sending and recovery.
  tcp_congestion_control: 'cubic' | 'reno';
  tcp_early_retrans: number;
  tcp_recovery: number;
  tcp_frto: number;
  tcp_reordering: number;
  tcp_max_reordering: number;
  tcp_autocorking: number;
  tcp_min_tso_segs: number;
  tcp_tso_rtt_log: number;
  tcp_tso_win_divisor: number;
  tcp_slow_start_after_idle: number;
  tcp_notsent_lowat: number;
  // Sizes.
  tcp_rmem: Sizes;
  tcp_wmem: Sizes;
  rmem_max: number;
  wmem_max: number;
  tcp_moderate_rcvbuf: number;
  tcp_mtu_probing: number;
  tcp_base_mss: number;
  tcp_min_snd_mss: number;
  ip_default_ttl: number;
  // Ours.
  resetlab_linger_timeout: 'background' | 'reset';
  resetlab_zero_window_probes: number;
  resetlab_zero_window_action: 'timeout' | 'reset';
  resetlab_time_wait_syn: 'either' | 'both' | 'never';
  resetlab_orphan_limit: 'fin-then-reset' | 'reset';
  resetlab_read_shutdown: 'discard' | 'reset';
  resetlab_out_of_window: 'ack' | 'reset';
  resetlab_half_open_timeout: 'silent' | 'reset';
  resetlab_reset_acceptance: 'rfc5961' | 'exact' | 'rfc793';
  resetlab_syn_acceptance: 'rfc5961' | 'rfc793';
  resetlab_old_segment: 'drop' | 'take-ack';
}

type Value = string | number | number[];

const BY_NAME: ReadonlyMap<string, Sysctl> = new Map(SYSCTLS.map((one) => [one.name, one]));

/** A fresh set of Linux's defaults, as of a host with 8 GiB of memory. */
export const defaultSettings = (): Settings => {
  const values = SYSCTLS.map(({ field, initial }) => [
    field,
    typeof initial === 'object' ? [...initial] : initial,
  ]);
  return Object.fromEntries(values);
};

/**
 * Sets a sysctl by its public name (`net.ipv4.tcp_rfc1337`) from text, several numbers apart by
 * blanks. Undefined if done; else a sentence that says what was wrong, and nothing is changed.
 */
export const setSysctl = (settings: Settings, name: string, text: string): string | undefined => {
  const sysctl = BY_NAME.get(name);
  if (sysctl === undefined) return `unknown sysctl ${name}; did you mean ${nearest(name)}?`;
  const value = sysctl.choices === undefined ? numbers(sysctl, text) : choice(sysctl, text);
  if (value === undefined) return `${name} = '${text}': must be ${wanted(sysctl)}`;
  (settings as unknown as Record<string, Value>)[sysctl.field] = value;
  return;
};

/** The value as `setSysctl` would take it; undefined where there is no such sysctl. */
export const readSysctl = (settings: Settings, name: string): string | undefined => {
  const sysctl = BY_NAME.get(name);
  if (sysctl === undefined) return;
  const value = settings[sysctl.field];
  return typeof value === 'object' ? value.join(' ') : String(value);
};

const choice = ({ choices }: Sysctl, text: string): string | undefined =>
  choices?.find((word) => word === text.trim());

const numbers = ({ initial, least, most }: Sysctl, text: string): number | number[] | undefined => {
  const parts = text.trim().split(/\s+/);
  const count = typeof initial === 'object' ? initial.length : 1;
  if (parts.length !== count || !parts.every((part) => /^-?\d+$/.test(part))) return;
  const values = parts.map(Number);
  if (values.some((value) => value < least || value > most)) return;
  // The kernel takes sizes in any order, and refuses a port range that runs backwards.
  if (count === 2 && (values[0] ?? 0) > (values[1] ?? 0)) return;
  return count === 1 ? values[0] : values;
};

const wanted = ({ initial, least, most, choices, unit }: Sysctl): string => {
  if (choices !== undefined) return `one of ${choices.join(', ')}`;
  const bounds = `from ${least} to ${most}${unit === '' ? '' : ` (${unit})`}`;
  if (typeof initial !== 'object') return `a whole number ${bounds}`;
  const order = initial.length === 2 ? ', the lower first' : '';
  return `${initial.length} whole numbers apart by blanks, each ${bounds}${order}`;
};

const nearest = (name: string): string => {
  const leaf = (dotted: string): string => dotted.slice(dotted.lastIndexOf('.') + 1);
  let best = '';
  let least = Number.POSITIVE_INFINITY;
  for (const known of BY_NAME.keys()) {
    const edits = Math.min(editsBetween(name, known), editsBetween(leaf(name), leaf(known)));
    if (edits >= least) continue;
    least = edits;
    best = known;
  }
  return best;
};

/** Levenshtein's distance. */
const editsBetween = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const swap = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(swap, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};
