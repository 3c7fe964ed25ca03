import type { Role, Scenario, Step, Variant } from '../scenario.ts';
import {
  close,
  connected,
  connectedAlone,
  exchange,
  NO_REPLY,
  option,
  other,
  read,
  REQUEST,
  STATELESS,
  wait,
  write,
} from '../steps.ts';
import { text, type Text } from '../text.ts';

const NEXT = 'GET /next HTTP/1.1\r\nHost: app.test\r\n\r\n';

const variant = (
  name: string,
  what: Text,
  claims: readonly string[],
  steps: readonly Step[],
): Variant => ({
  name,
  what,
  makes: 'data-after-close',
  sameWire: ['linger-timeout', 'read-shutdown'],
  lookalikes: NO_REPLY,
  claims,
  steps,
});

/** The peer got the FIN first: it reads EOF, never ECONNRESET, and then may not write. */
const goesOn = (peer: Role): readonly Step[] => [
  write(peer, NEXT),
  wait(100),
  read(peer, 'EOF'),
  write(peer, 'again', 'EPIPE'),
];

const closedBy = (actor: Role, pauseMs: number): readonly Step[] => [
  ...connectedAlone(8080),
  ...exchange(),
  wait(40),
  close(actor),
  wait(pauseMs),
  ...goesOn(other(actor)),
];

export const dataAfterCloseScenario: Scenario = {
  id: 'data-after-close',
  title: text(
    'One end has closed in good order; the other sends data all the same',
    '一端已正常关闭，另一端仍然发来数据',
  ),
  variants: [
    variant(
      'by-server',
      text('The server closed', '服务端已关闭'),
      ['A11', 'D3'],
      closedBy('server', 100),
    ),
    variant(
      'by-client',
      text('The client closed', '客户端已关闭'),
      ['A11'],
      closedBy('client', 100),
    ),
    {
      ...variant(
        'crossing',
        text('FIN and data cross on the way', 'FIN 与数据在途中交错'),
        ['A11'],
        closedBy('server', 0),
      ),
      sameWire: ['linger-timeout', 'read-shutdown', 'keepalive-race'],
      follows: ['repeated-reset'],
      // Time enough for a real process to write before the FIN has come.
      delayMs: 25,
    },
    {
      ...variant(
        'expired',
        text('FIN-WAIT-2 has run out (tcp_fin_timeout)', 'FIN-WAIT-2 已到期（tcp_fin_timeout）'),
        ['A11'],
        closedBy('server', 3500),
      ),
      sysctls: {
        client: { 'net.ipv4.tcp_fin_timeout': 1 },
        server: { 'net.ipv4.tcp_fin_timeout': 1 },
      },
    },
    {
      ...variant(
        'probed',
        text(
          "FIN-WAIT-2 has run out, and the other end's keepalive asks",
          'FIN-WAIT-2 已到期，而对端的保活来探测',
        ),
        ['A11'],
        [
          ...connectedAlone(8080),
          ...exchange(),
          option('client', 'SO_KEEPALIVE', 1),
          option('client', 'TCP_KEEPIDLE', 3),
          wait(40),
          close('server'),
          wait(5500),
          read('client', 'EOF'),
          write('client', 'again', 'EPIPE'),
        ],
      ),
      sysctls: {
        client: { 'net.ipv4.tcp_fin_timeout': 1 },
        server: { 'net.ipv4.tcp_fin_timeout': 1 },
      },
    },
    variant(
      'listening',
      text('The port still listens', '端口仍在监听'),
      ['A11'],
      [
        ...connected(8080),
        ...exchange(),
        wait(40),
        close('server'),
        wait(100),
        ...goesOn('client'),
      ],
    ),
    variant(
      'full-socket',
      text(
        'TCP_LINGER2 100 s keeps a full socket in FIN-WAIT-2',
        'TCP_LINGER2 设为 100 秒，使完整的套接字留在 FIN-WAIT-2',
      ),
      ['A11'],
      [
        ...connectedAlone(8080),
        ...exchange(),
        option('server', 'TCP_LINGER2', 100),
        close('server'),
        wait(100),
        ...goesOn('client'),
      ],
    ),
    {
      ...variant(
        'lost-fin',
        text('The FIN was lost: the peer reads ECONNRESET', 'FIN 丢失：对端读到 ECONNRESET'),
        ['A11', 'D2'],
        [
          ...connectedAlone(8080),
          ...exchange(),
          { do: 'lose', match: { toward: 'client', has: ['FIN'] } },
          close('server'),
          wait(60),
          write('client', REQUEST),
          wait(100),
          read('client', 'ECONNRESET'),
        ],
      ),
      follows: ['repeated-reset'],
      seenAt: { client: { sameWire: STATELESS } },
    },
    variant(
      'killed',
      text(
        'The process is killed with nothing unread, and closes with FIN',
        '进程被杀时没有未读数据，以 FIN 关闭',
      ),
      ['A11'],
      [
        ...connectedAlone(8080),
        ...exchange(),
        { do: 'kill', on: 'server' },
        wait(100),
        ...goesOn('client'),
      ],
    ),
  ],
};
