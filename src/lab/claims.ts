import type { Scenario } from '../causes/scenario.ts';
import type { Language } from '../causes/text.ts';
import { CLAIMS_ZH } from './claims-zh.ts';

/** What is claimed of TCP's reset, row by row, in one sentence each. */
const CLAIMS: readonly (readonly [id: string, says: string])[] = [
  [
    'A1',
    'A SYN to a port on which nobody listens draws RST,ACK with seq 0 and ack one past the SYN; connect() fails with ECONNREFUSED',
  ],
  ['A2', 'A socket that is bound and does not listen answers a SYN with a reset'],
  [
    'A3',
    'A segment of a connection that does not exist draws a reset at its ACK, or seq 0 acknowledging it',
  ],
  ['A4', 'Without SO_LINGER close() returns at once; what is buffered is sent, then FIN'],
  [
    'A5',
    'SO_LINGER with 0 seconds: close() throws the send buffer away and resets; the peer reads ECONNRESET',
  ],
  [
    'A6',
    'SO_LINGER with n seconds: close() waits so long at most; then the rest is discarded and reset (Linux goes on in the background)',
  ],
  [
    'A7',
    'After a crash and restart, data on the half-open connection is reset, with and without a process on the port',
  ],
  ['A8', 'After a crash and restart, a keepalive probe is reset'],
  ['A9', 'Keepalive that finds its peer unreachable ends in a reset and ETIMEDOUT'],
  ['A10', 'close() with received data unread resets at once'],
  ['A11', 'Data on a connection that this side has closed is reset'],
  ['A12', 'The answer to an old duplicate SYN is reset, and the newer SYN connects'],
  ['A13', 'Without TIME-WAIT, a FIN that comes again meets nothing and is reset'],
  ['A14', 'A SYN of a restarted client draws a challenge ACK, which the client resets'],
  ['A15', 'Retransmissions to a restarted host are reset'],
  [
    'A16',
    'A zero window is probed; some stacks reset when the probes are used up (Linux never does)',
  ],
  [
    'A17',
    'A lost third ACK: SYN,ACKs are sent again, the half-open entry expires, and later data is reset',
  ],
  [
    'A18',
    'A SYN in TIME-WAIT: newer, it takes the four-tuple over; else an ACK answers, which the client resets',
  ],
  ['A19', 'A full accept queue drops the last ACK, or resets with tcp_abort_on_overflow'],
  ['A20', 'More orphans than tcp_max_orphans: close() resets (Linux sends a FIN before)'],
  ['A21', 'Data after the read side was shut down is reset (Linux takes it)'],
  ['A22', 'A firewall rejects with a reset'],
  ['A23', 'A segment outside the window is reset (by RFC 9293 and Linux: acknowledged)'],
  ['A24', 'A half-open connection that times out is reset (Linux: in silence)'],
  ['A25', 'A probe by SYN: SYN,ACK is open, a reset closed, silence filtered'],
  ['B1', 'The steps of a reset: an event, the decision, the number, the segment, and all is freed'],
  ['B2', 'A reset carries no data and is never acknowledged'],
  ['B3', 'A reset counts only with a right sequence number (RFC 5961: exactly RCV.NXT)'],
  ['B4', 'Who sends a reset is CLOSED at once, and drops what it had not sent'],
  ['B5', 'A lost reset: the peer learns by its next segment, or gives up in the end'],
  ['B6', 'A reset ends TIME-WAIT, unless tcp_rfc1337 is set'],
  ['B7', 'RST and FIN side by side'],
  ['D1', 'connect() to a closed port: ECONNREFUSED'],
  ['D2', 'read() after a reset: ECONNRESET'],
  ['D3', 'write() after a reset was received: EPIPE, and SIGPIPE'],
  ['D4', 'The poll server and its client behave as the captures of the first document show'],
  ['E1', 'Each case is visible as numbered lines with time, direction, flags, seq, ack and length'],
];

/** Claims that a command of its own shows, besides scenarios. */
const COMMANDS: Readonly<Record<string, string>> = {
  B7: 'resetlab lab compare',
  E1: 'resetlab lab run closed-port --ladder',
};

/** A claim with all that shows it. */
export interface ShownClaim {
  readonly id: string;
  readonly says: string;
  /** A command of its own, where there is one. */
  readonly command: string | undefined;
  readonly shownBy: readonly { readonly scenario: string; readonly variant: string }[];
}

/** Every claim in its order, with the scenarios that show it. */
export const shownClaims = (scenarios: readonly Scenario[], language: Language): ShownClaim[] =>
  CLAIMS.map(([id, says]) => ({
    id,
    says: language === 'zh' ? (CLAIMS_ZH[id] ?? says) : says,
    command: COMMANDS[id],
    shownBy: scenarios.flatMap(({ id: scenario, variants }) =>
      variants
        .filter(({ claims }) => claims.includes(id))
        .map(({ name }) => ({ scenario, variant: name })),
    ),
  }));

/** The same as a table in Markdown. */
export const claimsTable = (scenarios: readonly Scenario[]): string => {
  const rows = shownClaims(scenarios, 'en').map(({ id, says, command, shownBy }) => {
    const shown = shownBy.map(
      ({ scenario, variant }) => `\`resetlab lab run ${scenario} --variant ${variant}\``,
    );
    const commands = command === undefined ? shown : [`\`${command}\``, ...shown];
    return `| ${id} | ${says} | ${commands.join('<br>')} |`;
  });
  return `${['| claim | says | shown by |', '| --- | --- | --- |', ...rows].join('\n')}\n`;
};
