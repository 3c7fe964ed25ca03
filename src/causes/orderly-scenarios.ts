import type { Scenario, Step, Variant } from './scenario.ts';
import {
  close,
  connected,
  connectedAlone,
  exchange,
  orderlyEnd,
  read,
  shutdown,
  STATELESS,
  wait,
  write,
} from './steps.ts';
import { text } from './text.ts';

/** What ends or survives without a reset: to be held against the scenarios that have one. */

const variant = (
  name: string,
  what: string,
  claims: readonly string[],
  steps: readonly Step[],
): Variant => ({ name, what, makes: 'none', lookalikes: [], claims, steps });

const closesFirst = (first: string, second: string, pauseMs: number): readonly Step[] => [
  ...connectedAlone(8080),
  ...exchange(),
  shutdown(first, 'SHUT_WR'),
  ...(pauseMs === 0 ? [] : [wait(pauseMs)]),
  shutdown(second, 'SHUT_WR'),
  wait(60),
  read(first, 'EOF'),
  read(second, 'EOF'),
  close(first),
  close(second),
  wait(30),
];

export const normalClose: Scenario = {
  id: 'normal-close',
  title: text('Both ends close with FIN', '两端都以 FIN 关闭'),
  variants: [
    variant(
      'server-first',
      'The server closes first',
      ['A4', 'B7', 'E1'],
      closesFirst('server', 'client', 60),
    ),
    variant('client-first', 'The client closes first', ['A4'], closesFirst('client', 'server', 60)),
    variant('simultaneous', 'Both close at once', ['A4'], closesFirst('client', 'server', 0)),
    variant(
      'unsent',
      'SO_LINGER off: close() returns at once, the data goes out, then FIN',
      ['A4'],
      [
        ...connected(8080),
        { do: 'write', socket: 'server', text: 30_000, expect: 30_000 },
        close('server'),
        wait(300),
        { do: 'read', socket: 'client', length: 60_000, expect: 30_000 },
        read('client', 'EOF'),
        close('client'),
        wait(60),
      ],
    ),
    variant(
      'lossy',
      'Losses, retransmissions, and an orderly end',
      ['A4'],
      [
        ...connectedAlone(8080),
        { do: 'lose', match: { text: true }, times: 3 },
        write('client', 3000),
        wait(1500),
        read('server', 3000),
        write('server', 'done'),
        wait(600),
        read('client', 4),
        ...orderlyEnd(),
      ],
    ),
  ],
};

/** A segment far from RCV.NXT, on a connection that lives. */
const stray = (seqPlus: number): readonly Step[] => [
  ...connectedAlone(8080),
  ...exchange(),
  wait(60),
  {
    do: 'inject',
    like: { toward: 'client', text: true },
    flags: ['ACK'],
    seqPlus,
    text: 'out of the window',
  },
  wait(60),
];

export const outOfWindow: Scenario = {
  id: 'out-of-window',
  title: text('A segment outside the receive window', '落在接收窗口之外的报文'),
  variants: [
    variant(
      'linux',
      'An ACK answers it, never a reset, and the connection lives',
      ['A23'],
      [...stray(1_000_000_000), ...exchange(), ...orderlyEnd()],
    ),
    {
      ...variant(
        'reset',
        'A reset answers it, as the documents say',
        ['A23'],
        [...stray(1_000_000_000), read('server', 'ECONNRESET')],
      ),
      makes: 'conntrack-invalid',
      sameWire: [...STATELESS, 'injected', 'data-after-close'],
      beyondLinux: true,
      sysctls: { client: { 'resetlab.out_of_window': 'reset' } },
    },
  ],
};
