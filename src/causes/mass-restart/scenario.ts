import type { Scenario, Step } from '../scenario.ts';
import {
  ABORTS,
  abort,
  accept,
  connect,
  exchange,
  listen,
  orderlyEnd,
  read,
  REQUEST,
  wait,
  write,
} from '../steps.ts';
import { text } from '../text.ts';

const CLIENTS = Array.from({ length: 20 }, (_, at) => `client ${at}`);
const ASKING = CLIENTS.slice(0, 14);

export const massRestartScenario: Scenario = {
  id: 'mass-restart',
  title: text('A process with many connections dies', '带有许多连接的进程退出'),
  variants: [
    {
      name: 'killed',
      what: text(
        'A server with 20 connections is killed, 14 with a request unread; then nobody listens',
        '有 20 条连接的服务端被杀，其中 14 条还有未读请求；之后没有人监听',
      ),
      makes: 'mass-restart',
      knownAs: 'close-with-unread-data',
      follows: ['closed-port'],
      sameWire: ['close-with-unread-data', ...ABORTS],
      lookalikes: ['half-open-restart', 'keepalive-timeout'],
      claims: ['A10'],
      delayMs: 1,
      steps: [
        listen(8080, 64),
        ...CLIENTS.flatMap((client) => [connect(8080, client), accept(`${client} served`)]),
        ...ASKING.map((client) => write(client, REQUEST)),
        wait(200),
        { do: 'kill', on: 'server' },
        wait(100),
        ...ASKING.map((client) => read(client, 'ECONNRESET')),
        connect(8080, 'late', 'ECONNREFUSED'),
        wait(100),
        connect(8080, 'later', 'ECONNREFUSED'),
        wait(50),
      ],
    },
    {
      name: 'mass-abort',
      what: text(
        'A live server aborts 20 connections at once and goes on serving',
        '运行中的服务端同时中止 20 条连接，并继续服务',
      ),
      makes: 'linger-zero',
      sameWire: [...ABORTS, 'mass-restart'],
      lookalikes: ['half-open-restart', 'keepalive-timeout'],
      claims: ['A5'],
      delayMs: 1,
      steps: [
        listen(8080, 64),
        ...CLIENTS.flatMap((client) => [connect(8080, client), accept(`${client} served`)]),
        ...CLIENTS.flatMap((client): readonly Step[] => exchange(client, `${client} served`)),
        wait(100),
        ...CLIENTS.flatMap((client) => abort(`${client} served`)),
        wait(60),
        connect(8080),
        accept(),
        ...exchange(),
        ...orderlyEnd(),
      ],
    },
  ],
};
