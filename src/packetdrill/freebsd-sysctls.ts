import type { Settings } from '../tcp/sysctl.ts';
import type { CommandOutcome, CommandTarget } from './commands.ts';
import type { Profile } from './profile.ts';

const DONE: CommandOutcome = { kind: 'done' };

type Setter = (settings: Settings, value: number) => void;

/** Sysctls of FreeBSD (tcp(4)) that Linux has by another name. */
const TRANSLATED: Record<string, Setter> = {
  'net.inet.tcp.rfc1323': (settings, value) => {
    settings.tcp_timestamps = value === 0 ? 0 : 1;
    settings.tcp_window_scaling = value === 0 ? 0 : 1;
  },
  'net.inet.tcp.sack.enable': (settings, value) => {
    settings.tcp_sack = value;
  },
  'net.inet.tcp.ecn.enable': (settings, value) => {
    settings.tcp_ecn = value;
  },
  'net.inet.tcp.keepidle': (settings, value) => {
    settings.tcp_keepalive_time = Math.round(value / 1000);
  },
  'net.inet.tcp.keepintvl': (settings, value) => {
    settings.tcp_keepalive_intvl = Math.round(value / 1000);
  },
  'net.inet.tcp.keepcnt': (settings, value) => {
    settings.tcp_keepalive_probes = value;
  },
  'net.inet.tcp.insecure_rst': (settings, value) => {
    if (value !== 0) settings.resetlab_reset_acceptance = 'rfc793';
  },
  'net.inet.tcp.insecure_syn': (settings, value) => {
    settings.resetlab_syn_acceptance = value === 0 ? 'rfc5961' : 'rfc793';
  },
  'net.inet.tcp.syncookies': (settings, value) => {
    settings.tcp_syncookies = value;
  },
};

/** Those that matter only at another value than this one. */
const AS_LINUX: Record<string, number> = {
  'net.inet.tcp.blackhole': 0,
  'net.inet.tcp.drop_synfin': 0,
  'net.inet.tcp.rexmit_drop_options': 0,
  'net.inet.tcp.syncookies_only': 0,
  'net.inet.tcp.icmp_may_rst': 1,
  'net.inet.tcp.ecn.maxretries': 1,
  'net.inet.tcp.tolerate_missing_ts': 0,
};

/** Sizes, times and caches that say nothing about Linux's. */
const INERT = new Set([
  'net.inet.tcp.hostcache.purgenow',
  'net.inet.tcp.recvspace',
  'net.inet.tcp.sendspace',
  'kern.ipc.maxsockbuf',
  'net.inet.tcp.rexmit_slop',
  'net.inet.tcp.rexmit_initial',
  'net.inet.tcp.delacktime',
  'net.inet.tcp.keepinit',
  'net.inet.tcp.rexmit_min',
]);

/**
 * Before a script begins: neither a reset nor a SYN ends TIME-WAIT, a reset after a FIN must have the
 * number that comes next, and what was received before still acknowledges (tcp_do_segment).
 */
export const beAsFreeBsd = (settings: Settings): void => {
  settings.tcp_rfc1337 = 1;
  settings.resetlab_time_wait_syn = 'never';
  settings.resetlab_reset_acceptance = 'exact';
  settings.resetlab_old_segment = 'take-ack';
};

export const setFreeBsdSysctl = (
  name: string,
  text: string,
  { host, profile }: CommandTarget,
): CommandOutcome => {
  const value = Number(text);
  const translated = TRANSLATED[name];
  if (translated !== undefined) translated(host.settings, value);
  else if (!INERT.has(name) && AS_LINUX[name] !== value) return knob(name, value, profile);
  return DONE;
};

/**
 * What FreeBSD can be told to do and Linux cannot. With `linux` it is passed over, and the script
 * fails only where it makes a difference.
 */
const knob = (name: string, value: number, profile: Profile): CommandOutcome =>
  name in AS_LINUX && (profile === 'linux' || name === 'net.inet.tcp.drop_synfin')
    ? DONE
    : { kind: 'unsupported', construct: `sysctl ${name}=${value}` };
