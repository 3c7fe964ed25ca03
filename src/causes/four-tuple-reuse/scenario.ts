import type { Scenario, Step, Variant } from '../scenario.ts';
import { accept, exchange, listen, read, wait } from '../steps.ts';
import { text, type Text } from '../text.ts';

const connectFrom = (socket: string): Step => ({
  do: 'connect',
  on: 'client',
  socket,
  port: 6379,
  from: 40_000,
  expect: 'ok',
});

const variant = (name: string, what: Text, forgetting: readonly Step[]): Variant => ({
  name,
  what,
  makes: 'four-tuple-reuse',
  knownAs: 'handshake-ack-unacceptable',
  sameWire: ['handshake-ack-unacceptable', 'time-wait-collision', 'half-open-restart'],
  lookalikes: ['closed-port', 'connect-cancelled', 'linger-zero'],
  claims: ['A14', 'B3'],
  steps: [
    listen(6379),
    connectFrom('old'),
    accept('old server'),
    ...exchange('old', 'old server', 'PING\r\n', '+PONG\r\n'),
    wait(100),
    ...forgetting,
    wait(300),
    connectFrom('new'),
    read('old server', 'ECONNRESET'),
    accept('new server'),
    ...exchange('new', 'new server', 'PING\r\n', '+PONG\r\n'),
    { do: 'close', socket: 'new', expect: 'ok' },
    read('new server', 'EOF'),
    { do: 'close', socket: 'new server', expect: 'ok' },
    wait(60),
  ],
});

export const fourTupleReuseScenario: Scenario = {
  id: 'four-tuple-reuse',
  title: text(
    'A client comes back from the same port before the server knows that it had gone',
    '服务端还不知道客户端已经消失，客户端又从同一端口连来',
  ),
  variants: [
    variant('restart', text('The client host lost power and came back', '客户端主机断电后恢复'), [
      { do: 'cut power', on: 'client' },
      wait(50),
      { do: 'boot', on: 'client' },
    ]),
    variant('forgotten', text('The client lost this one connection', '客户端只丢失了这一条连接'), [
      { do: 'forget', socket: 'old' },
    ]),
  ],
};
