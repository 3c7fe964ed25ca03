import type { Scenario, Step, Variant } from '../scenario.ts';
import {
  ABORTS,
  close,
  connectedAlone,
  exchange,
  NO_ABORT,
  ORDER,
  read,
  shutdown,
  wait,
  write,
} from '../steps.ts';
import { text, type Text } from '../text.ts';

const UPLOAD_HEADER = 'POST /order HTTP/1.0\r\nHost: app.test\r\nContent-Length: 4000\r\n\r\n';
const UPLOAD = `${UPLOAD_HEADER}${'b'.repeat(4000)}`;

const variant = (
  name: string,
  what: Text,
  claims: readonly string[],
  steps: readonly Step[],
): Variant => ({
  name,
  what,
  makes: 'close-with-unread-data',
  sameWire: ABORTS,
  lookalikes: NO_ABORT,
  claims,
  steps: [...connectedAlone(8080), ...steps],
});

const closes = (actor: string, peer: string): readonly Step[] => [
  wait(60),
  close(actor),
  wait(60),
  read(peer, 'ECONNRESET'),
  write(peer, 'more', 'EPIPE'),
];

export const closeWithUnreadDataScenario: Scenario = {
  id: 'close-with-unread-data',
  title: text(
    'close() while bytes of the peer wait unread in the receive queue',
    'close() 时接收队列里还有对端的数据没有读',
  ),
  variants: [
    variant(
      'by-server',
      text('The server reads nothing of a request', '服务端一点也没读请求'),
      ['A10', 'B1', 'B4', 'D2', 'D3'],
      [write('client', ORDER), ...closes('server', 'client')],
    ),
    variant(
      'by-client',
      text('The client reads nothing of what the server sends', '客户端一点也没读服务端发来的数据'),
      ['A10'],
      [write('server', ORDER), ...closes('client', 'server')],
    ),
    variant(
      'partly-read',
      text('The server reads 5 of 10 bytes', '服务端只读了 10 字节中的 5 字节'),
      ['A10'],
      [
        write('client', '0123456789'),
        wait(60),
        { do: 'read', socket: 'server', length: 5, expect: 5 },
        ...closes('server', 'client'),
      ],
    ),
    variant(
      'after-answer',
      text(
        'After a whole exchange a second request stays unread',
        '一次完整的往来之后，第二个请求没有被读',
      ),
      ['A10'],
      [...exchange(), write('client', ORDER), ...closes('server', 'client')],
    ),
    variant(
      'half-closed',
      text('The client had already shut down its sending side', '客户端此前已关闭自己的发送方向'),
      ['A10'],
      [write('client', ORDER), shutdown('client', 'SHUT_WR'), ...closes('server', 'client')],
    ),
    {
      ...variant(
        'after-shutdown',
        text(
          'The server refuses a request by its header, shuts down and closes',
          '服务端只看请求头就拒绝了请求，随后 shutdown 并 close',
        ),
        ['A10'],
        [
          write('client', UPLOAD),
          wait(60),
          {
            do: 'read',
            socket: 'server',
            length: UPLOAD_HEADER.length,
            expect: UPLOAD_HEADER.length,
          },
          write('server', 'HTTP/1.0 501 Unsupported method\r\n\r\n'),
          shutdown('server', 'SHUT_WR'),
          close('server'),
          wait(60),
          { do: 'read', socket: 'client' },
          read('client', 'EOF'),
          write('client', 'more', 'EPIPE'),
        ],
      ),
      follows: ['repeated-reset'],
      // The limit of orphans has its FIN and its reset in one instant too.
      sameWire: [...ABORTS, 'orphan-limit', 'out-of-memory', 'linger2-abort'],
    },
    variant(
      'killed',
      text('The process is killed with a request unread', '进程被杀时还有一个请求没读'),
      ['A10'],
      [
        write('client', ORDER),
        wait(60),
        { do: 'kill', on: 'server' },
        wait(60),
        read('client', 'ECONNRESET'),
      ],
    ),
    variant(
      'lossy',
      text('Segments are lost and sent again before', '此前有报文段丢失并重传'),
      ['A10'],
      [
        { do: 'lose', match: { toward: 'server', text: true }, times: 2 },
        write('client', ORDER),
        wait(1200),
        ...closes('server', 'client'),
      ],
    ),
  ],
};
