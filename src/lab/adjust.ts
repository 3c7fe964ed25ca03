import type { Match, SocketOption, Step, Variant } from '../causes/scenario.ts';
import { CLIENT_ACK, SYN, SYN_ACK } from '../causes/steps.ts';

/** How a variant is played otherwise than it was written. */
export interface Adjustments {
  /** One way, in milliseconds. */
  readonly delayMs?: number | undefined;
  /** Set as soon as the socket is there; what the scenario sets of the same name gives way. */
  readonly options: readonly (SocketOption & { readonly socket: string })[];
  /** The first so many of these are lost. */
  readonly losses: readonly { readonly what: Losable; readonly times: number }[];
}

/** Segments that can be lost on purpose. */
export type Losable = keyof typeof LOSABLE;

const LOSABLE = {
  SYN,
  'SYN,ACK': SYN_ACK,
  'third ACK': CLIENT_ACK,
  'data to server': { toward: 'server', text: true },
  'data to client': { toward: 'client', text: true },
  FIN: { has: ['FIN'] },
  RST: { has: ['RST'] },
} as const satisfies Readonly<Record<string, Match>>;

export const LOSABLES = Object.keys(LOSABLE) as readonly Losable[];

/** Options that a socket of a scenario can be given, by their Linux names. */
export const SOCKET_OPTIONS = [
  'SO_LINGER',
  'SO_RCVBUF',
  'SO_SNDBUF',
  'SO_KEEPALIVE',
  'TCP_KEEPIDLE',
  'TCP_KEEPINTVL',
  'TCP_KEEPCNT',
  'TCP_USER_TIMEOUT',
  'TCP_LINGER2',
  'TCP_NODELAY',
  'O_NONBLOCK',
] as const;

/** The same variant where nothing is asked for. */
export const adjusted = (variant: Variant, asked: Adjustments): Variant => {
  const { delayMs = variant.delayMs, options, losses } = asked;
  if (!isAdjusted(asked)) return variant;
  const losing = losses.map(({ what, times }): Step => ({
    do: 'lose',
    match: LOSABLE[what],
    times,
  }));
  const steps = [...losing, ...variant.steps.flatMap((step) => withOptions(step, options))];
  return { ...variant, ...(delayMs !== undefined && { delayMs }), steps };
};

export const isAdjusted = ({ delayMs, options, losses }: Adjustments): boolean =>
  delayMs !== undefined || options.length > 0 || losses.length > 0;

/** Names of the sockets in a variant, in the order in which they come to be. */
export const socketsIn = ({ steps }: Variant): readonly string[] => [
  ...new Set(steps.flatMap((step) => ('socket' in step ? [step.socket] : []))),
];

/** Before a connection begins where that can be, since buffers and windows are agreed on then. */
const withOptions = (step: Step, asked: Adjustments['options']): readonly Step[] => {
  if (!('socket' in step)) return [step];
  const own = asked.filter(({ socket }) => socket === step.socket);
  if (own.length === 0) return [step];
  const options = own.map(({ name, value }): SocketOption => ({ name, value }));
  switch (step.do) {
    case 'connect':
    case 'listen':
      return [{ ...step, options: [...without(step.options ?? [], options), ...options] }];
    case 'accept':
    case 'bind':
      return [step, ...own.map((option): Step => ({ do: 'setsockopt', ...option }))];
    case 'setsockopt':
      return without([step], options);
    case 'write':
    case 'read':
    case 'close':
    case 'shutdown':
    case 'error':
    case 'disconnect':
    case 'collect':
    case 'destroy':
    case 'forget':
      return [step];
  }
};

const without = <Option extends SocketOption>(
  options: readonly Option[],
  replaced: readonly SocketOption[],
): Option[] => options.filter(({ name }) => !replaced.some((other) => other.name === name));
