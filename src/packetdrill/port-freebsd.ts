import type { PacketAction, Script, ScriptEvent, TcpOption } from './script.ts';
import { wordOf } from './expression.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

/** What tcp_rmem's greatest buffer of 32 MiB asks for (tcp_select_initial_window). */
const WINDOW_SCALE = 10;

/**
 * A script of the FreeBSD suite says how large FreeBSD's buffers and windows are, and in which order
 * it writes options. None of that is behaviour that the suite tests, and Linux has its own; so those
 * scripts are carried over as they are loaded, by rule. Resets stay as strict as they are written.
 *
 * - What the sizes of buffers are is not asked.
 * - The window of a packet that leaves counts only on a reset with window 0 that answers a segment.
 * - Options of a SYN that leaves stand in Linux's order, its window scale is Linux's; where two SYNs
 *   cross, the SYN,ACK has the options of the SYN. When a SYN is repeated does not matter.
 * - A sequence number near the right edge of FreeBSD's window is as near to the edge of ours. To
 *   Linux the edge itself is still in the window (tcp_sequence), so beyond it is one further.
 * - Which of several segments of text is acknowledged at once, and which later, is not asked.
 * - A FIN on entering CLOSING is not sent again, the peer's is acknowledged.
 */
export const portFreeBsd = (script: Script): Script => {
  if (!script.events.some(isFreeBsd)) return script;
  const events: ScriptEvent[] = [];
  const said = { ack: 0, finSeq: -1, synOptions: undefined };
  for (const event of script.events) if (!isBufferSize(event)) events.push(portEvent(event, said));
  return { ...script, events, acksAtWill: events.some(bringsText) };
};

const bringsText = ({ action }: ScriptEvent): boolean =>
  action.kind === 'packet' && action.direction === 'in' && action.length > 0;

/** What packets that left before have said. */
interface Said {
  ack: number;
  /** Sequence number of our FIN, -1 before. */
  finSeq: number;
  synOptions: PacketAction['options'] | undefined;
}

const portEvent = (event: ScriptEvent, said: Said): ScriptEvent => {
  const { action } = event;
  if (action.kind !== 'packet') return event;
  if (action.direction === 'in') return { ...event, action: arrivalOf(action, said.ack) };
  const ported = departureOf(action, said);
  const isAgain = isOpening(action) && said.synOptions !== undefined;
  if ((action.flags & RST) === 0) said.ack = action.ack ?? said.ack;
  if (isFin(action)) said.finSeq = (action.seq ?? 0) + action.length;
  if (isOpening(action)) said.synOptions ??= ported.options;
  // When a SYN is sent once more is each system's own affair.
  return isAgain
    ? { ...event, action: ported, when: { kind: 'any' } }
    : { ...event, action: ported };
};

const isFreeBsd = ({ action }: ScriptEvent): boolean =>
  action.kind === 'command' && action.command.includes('net.inet.');

const isBufferSize = ({ action }: ScriptEvent): boolean => {
  if (action.kind !== 'call' || !action.name.endsWith('etsockopt')) return false;
  const option = wordOf(action.args[2]);
  return option === 'SO_RCVBUF' || option === 'SO_SNDBUF';
};

const isFin = ({ flags }: PacketAction): boolean => (flags & (FIN | SYN | RST)) === FIN;

const isOpening = ({ flags }: PacketAction): boolean => (flags & (SYN | ACK)) === SYN;

const departureOf = (action: PacketAction, said: Said): PacketAction => {
  const { flags, window, options } = action;
  const isReset = (flags & RST) !== 0;
  const ported: PacketAction = {
    ...action,
    // A reset of a connection's own has a live window on Linux, and none on FreeBSD.
    window: isReset && window === 0 && !isOwnReset(action) ? 0 : undefined,
    options: portedOptions(flags, options, said),
  };
  const isFinAgain = isFin(action) && action.length === 0 && action.seq === said.finSeq;
  return isFinAgain ? { ...ported, flags: flags & ~FIN, seq: said.finSeq + 1 } : ported;
};

const isOwnReset = ({ flags, seq }: PacketAction): boolean => (flags & ACK) !== 0 && seq !== 0;

const portedOptions = (
  flags: number,
  options: PacketAction['options'],
  { synOptions }: Said,
): PacketAction['options'] => {
  if ((flags & SYN) === 0 || options === 'any') return options;
  // Where two SYNs cross, Linux offers again all that its SYN offered.
  if ((flags & ACK) !== 0 && synOptions !== undefined) return synOptions;
  return inLinuxOrder(options);
};

/** tcp_options_write: mss, sackOK and TS, nop and wscale. */
const inLinuxOrder = (options: readonly TcpOption[]): readonly TcpOption[] => {
  const find = (kind: TcpOption['kind']): TcpOption[] => options.filter((one) => one.kind === kind);
  const [sack, timestamps] = [find('sackOK'), find('TS')];
  const nop: TcpOption = { kind: 'nop' };
  const filled = timestamps.length > 0 ? [] : [nop, nop];
  const middle = sack.length > 0 ? [...filled, ...sack] : timestamps.length > 0 ? [nop, nop] : [];
  const scale: TcpOption[] =
    find('wscale').length > 0 ? [nop, { kind: 'wscale', value: WINDOW_SCALE }] : [];
  return [...find('mss'), ...middle, ...timestamps, ...scale];
};

/** FreeBSD's windows: of a SYN, and later of whole segments, over IPv4 and over IPv6. */
const WINDOWS = [65_535, 65_700, 66_240];

/** At the right edge of FreeBSD's window, or the last within: as near to ours. */
const arrivalOf = (action: PacketAction, ack: number): PacketAction => {
  const { seq } = action;
  for (const window of WINDOWS) {
    const past = seq === undefined ? 1 : seq - ack - window;
    if (past === -1) return { ...action, pastWindow: past };
    if (past === 0) return { ...action, pastWindow: 1 };
  }
  return action;
};
