import { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const PROGRAMS = ['ip', 'nft', 'ss', 'tcpdump'] as const;
const TRACEPOINT = '/sys/kernel/tracing/events/tcp/tcp_send_reset';

/** One line that says what this machine lacks for the laboratory on its kernel, if anything. */
export const whatIsMissing = (): string | undefined => {
  if (process.platform !== 'linux') return 'the laboratory on a real kernel needs Linux';
  if (process.getuid?.() !== 0)
    return 'the laboratory on a real kernel needs root (network namespaces)';
  const absent = PROGRAMS.filter((name) => !isInstalled(name));
  if (absent.length > 0) return `${absent.join(', ')} must be installed`;
  if (!existsSync(TRACEPOINT)) {
    return `the kernel has no tracepoint tcp:tcp_send_reset (${TRACEPOINT}), or tracefs is not mounted`;
  }
  return;
};

const TUN = '/dev/net/tun';

/** The same for a TUN device in a namespace of ours, with the kernel's TCP behind it. */
export const whatTunLacks = (): string | undefined => {
  if (process.platform !== 'linux') return "the kernel's TCP is Linux's";
  if (process.getuid?.() !== 0) return "the kernel's TCP needs root (a network namespace)";
  if (!isInstalled('ip')) return 'ip must be installed';
  if (!existsSync(TUN)) return `the kernel has no TUN devices (${TUN})`;
  return;
};

/** Whether a program lies on the path. */
export const isInstalled = (program: string): boolean =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    // A folder of the path may be one that this user must not look into.
    .some((path) => existsSync(path) && statSync(path).isFile());
