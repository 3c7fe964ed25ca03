import type { Bench } from './bench.ts';
import type { Host } from '../host/host.ts';
import { setSysctl } from '../tcp/sysctl.ts';
import { setFreeBsdSysctl } from './freebsd-sysctls.ts';
import { countStates } from './state-count.ts';
import type { Profile } from './profile.ts';
import type { Socket } from '../host/socket.ts';

/** What a command found: nothing wrong, another answer than it wanted, or something not there. */
export type CommandOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'fails'; readonly why: string }
  | { readonly kind: 'unsupported'; readonly construct: string };

export interface CommandTarget {
  readonly bench: Bench;
  readonly host: Host;
  readonly profile: Profile;
  /** All that the script has open. */
  readonly sockets: Iterable<Socket>;
}

const DONE: CommandOutcome = { kind: 'done' };

/**
 * Does what the shell commands of scripts mean, by a closed table: nothing is ever executed. Several
 * stand apart by lines, `;` or `&&`.
 */
export const runCommand = (command: string, target: CommandTarget): CommandOutcome => {
  const lines = command.replace(/\\\n/g, ' ').replace(/#.*/g, '');
  for (const part of lines.split(/[\n;]|&&/)) {
    const words = wordsOf(part);
    const outcome = words.length === 0 ? DONE : runPart(words, part.trim(), target);
    if (outcome.kind !== 'done') return outcome;
  }
  return DONE;
};

/** Without where its output goes. */
const wordsOf = (part: string): string[] =>
  part
    .replace(/\d?>>?\s*\S+/g, '')
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');

const runPart = (words: readonly string[], part: string, target: CommandTarget): CommandOutcome => {
  const [path = '', ...args] = words;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const what = { kind: 'unsupported', construct: part } as const;
  if (name.startsWith('sysctl_restore')) return DONE;
  switch (name) {
    case 'defaults.sh':
      return applyDefaults(target);
    case 'sysctl':
      return sysctl(args, target);
    case 'set_sysctls.py':
      return sysctl(args.map(sysctlName), target);
    case 'sockstat':
      return countStates(part, target);
    // The connections of a script end with it.
    case 'tcpdrop':
    case 'sleep':
    case 'rm':
    case 'true':
    case 'ethtool':
      return DONE;
    case 'echo':
      // Both ways of HyStart, as by default.
      return /^echo 3 > \/sys\/module\/tcp_cubic\/parameters\/hystart_detect$/.test(part)
        ? DONE
        : what;
    case 'tc':
      return setQueue(part, target) ? DONE : what;
    case 'ip':
      return args[0] === 'tcp_metrics' ? DONE : what;
    default:
      return what;
  }
};

/** `tc qdisc …`: a queue that takes nothing, or any other; false where packets would be lost or late. */
const setQueue = (part: string, { bench }: CommandTarget): boolean => {
  if (part.includes('netem')) return false;
  bench.refuses = /\blimit 0\b/.test(part);
  return true;
};

/** `/proc/sys/net/ipv4/name=value` as sysctl(8) writes it. */
const sysctlName = (path: string): string => path.replace('/proc/sys/', '').replaceAll('/', '.');

/** google's common/defaults.sh, as far as the engine has it. */
const DEFAULTS: Readonly<Record<string, string>> = {
  'net.ipv4.tcp_rmem': '4096 540000 15728640',
  'net.ipv4.tcp_wmem': '4096 262144 4194304',
  'net.ipv4.tcp_timestamps': '1',
  'net.ipv4.tcp_syn_retries': '5',
  'net.ipv4.tcp_synack_retries': '5',
  'net.ipv4.tcp_frto': '2',
  'net.ipv4.tcp_sack': '1',
  'net.ipv4.tcp_dsack': '1',
  'net.ipv4.tcp_reordering': '3',
  'net.ipv4.tcp_congestion_control': 'cubic',
  'net.ipv4.tcp_slow_start_after_idle': '0',
  'net.ipv4.tcp_tso_win_divisor': '3',
  'net.ipv4.tcp_early_retrans': '4',
  'net.ipv4.tcp_recovery': '1',
  'net.ipv4.tcp_ecn': '0',
  'net.ipv4.tcp_notsent_lowat': '4294967295',
  'net.ipv4.tcp_syncookies': '1',
};

const applyDefaults = (target: CommandTarget): CommandOutcome => {
  for (const [name, value] of Object.entries(DEFAULTS)) {
    const outcome = assign(name, value, target);
    if (outcome.kind !== 'done') return outcome;
  }
  return DONE;
};

/** `-q name=value …`, `-w name=value`; reading one is of no use here. */
const sysctl = (args: readonly string[], target: CommandTarget): CommandOutcome => {
  const text = args.filter((arg) => !arg.startsWith('-')).join(' ');
  const starts = [...text.matchAll(/([\w.]+)\s*=\s*/g)];
  for (const [at, match] of starts.entries()) {
    const from = match.index + match[0].length;
    const value = text
      .slice(from, starts[at + 1]?.index)
      .trim()
      .replaceAll(/["']/g, '')
      .replaceAll(/\$\(\(([\d*\s]+)\)\)/g, (_, factors: string) => product(factors));
    const outcome = assign(match[1], value, target);
    if (outcome.kind !== 'done') return outcome;
  }
  return DONE;
};

/** `$((32*1024*1024))`, as a shell writes sizes. */
const product = (factors: string): string =>
  String(factors.split('*').reduce((so, factor) => so * Number(factor), 1));

/** Of Linux, and without effect on what the scripts look at. */
const INERT = new Set([
  'net.ipv4.tcp_fack',
  'net.ipv4.tcp_pacing_ss_ratio',
  'net.ipv4.tcp_pacing_ca_ratio',
  'net.ipv4.tcp_no_metrics_save',
  'net.ipv4.tcp_ecn_option',
  'net.ipv4.tcp_fastopen',
  'net.ipv4.tcp_fastopen_key',
  'net.ipv4.tcp_limit_output_bytes',
  'net.ipv4.tcp_frto_response',
]);

const assign = (name: string, value: string, target: CommandTarget): CommandOutcome => {
  if (INERT.has(name) || INERT.has(`net.ipv4.${name}`)) return DONE;
  if (
    !name.startsWith('net.ipv4.') &&
    !name.startsWith('net.core.') &&
    !name.startsWith('resetlab.')
  ) {
    return setFreeBsdSysctl(name, value, target);
  }
  const problem = setSysctl(target.host.settings, name, value);
  return problem === undefined
    ? DONE
    : { kind: 'unsupported', construct: `sysctl ${name}=${value}` };
};
