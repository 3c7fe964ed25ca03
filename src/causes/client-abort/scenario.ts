import type { Scenario, Step } from '../scenario.ts';
import {
  ABORTS,
  close,
  connected,
  connectedAlone,
  NO_REPLY,
  read,
  REQUEST,
  wait,
  write,
} from '../steps.ts';
import { text } from '../text.ts';

const VIDEO = 'GET /video.mp4 HTTP/1.1\r\nHost: media.test\r\n\r\n';
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n';

/** The client has read a part of what came, and the next segments are on their way to it. */
const download: readonly Step[] = [
  ...connectedAlone(80),
  write('client', VIDEO),
  read('server', VIDEO.length),
  write('server', HEAD),
  write('server', 20_000),
  wait(150),
  { do: 'read', socket: 'client', length: 9000, expect: 9000 },
  wait(20),
  { do: 'hold', match: { toward: 'client', text: true, sockets: ['client'] }, times: 4 },
  write('server', 5000),
  wait(20),
];

export const clientAbortScenario: Scenario = {
  id: 'client-abort',
  title: text('The client gives up before it has its answer', '客户端没等到应答就放弃'),
  variants: [
    {
      name: 'download',
      what: text(
        'The client closes in the middle of a download; what is in flight is reset too',
        '客户端在下载中途关闭；在途的数据也换来 RST',
      ),
      makes: 'client-abort',
      knownAs: 'close-with-unread-data',
      follows: ['repeated-reset'],
      sameWire: ['close-with-unread-data', ...ABORTS],
      lookalikes: ['half-open-restart', 'closed-port', 'keepalive-timeout'],
      claims: ['A10'],
      delayMs: 10,
      steps: [
        ...download,
        close('client'),
        wait(50),
        { do: 'release' },
        wait(50),
        write('server', 1000, 'ECONNRESET'),
      ],
    },
    {
      name: 'timeout',
      what: text(
        'The client closes with FIN after 1 s; the late answer meets a closed socket',
        '客户端 1 秒后以 FIN 关闭；迟到的应答遇到已关闭的套接字',
      ),
      makes: 'client-abort',
      knownAs: 'data-after-close',
      sameWire: ['data-after-close'],
      lookalikes: NO_REPLY,
      claims: ['A11'],
      steps: [
        ...connected(8080),
        write('client', REQUEST),
        read('server', REQUEST.length),
        wait(1000),
        close('client'),
        wait(200),
        { do: 'write', socket: 'server', text: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok' },
        wait(60),
      ],
    },
  ],
};
