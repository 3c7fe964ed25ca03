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
import { text, type Text } from './text.ts';

/** What ends or survives without a reset: to be held against the scenarios that have one. */

const variant = (
  name: string,
  what: Text,
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
      text('The server closes first', '服务端先关闭'),
      ['A4', 'B7', 'E1'],
      closesFirst('server', 'client', 60),
    ),
    variant(
      'client-first',
      text('The client closes first', '客户端先关闭'),
      ['A4'],
      closesFirst('client', 'server', 60),
    ),
    variant(
      'simultaneous',
      text('Both close at once', '双方同时关闭'),
      ['A4'],
      closesFirst('client', 'server', 0),
    ),
    variant(
      'unsent',
      text(
        'SO_LINGER off: close() returns at once, the data goes out, then FIN',
        'SO_LINGER 关闭：close() 立即返回，数据照常发出，最后是 FIN',
      ),
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
      text('Losses, retransmissions, and an orderly end', '有丢失与重传，正常结束'),
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
      text(
        'An ACK answers it, never a reset, and the connection lives',
        '以 ACK 回应，绝不发 RST，连接存活',
      ),
      ['A23'],
      [...stray(1_000_000_000), ...exchange(), ...orderlyEnd()],
    ),
    {
      ...variant(
        'reset',
        text('A reset answers it, as the documents say', '以 RST 回应，如文档所述'),
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
