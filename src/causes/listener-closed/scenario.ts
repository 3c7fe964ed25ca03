import type { Scenario, Step, Variant } from '../scenario.ts';
import { close, connect, listen, NO_ABORT, read, REQUEST, wait, write } from '../steps.ts';
import { text, type Text } from '../text.ts';

const CLIENTS = ['first', 'second', 'third'];

const variant = (name: string, what: Text, says: boolean): Variant => ({
  name,
  what,
  makes: 'listener-closed',
  sameWire: ['linger-zero', 'close-with-unread-data', 'disconnect', 'destroyed'],
  lookalikes: NO_ABORT,
  claims: ['B4', 'D2'],
  steps: [
    listen(8080),
    ...CLIENTS.flatMap((client): Step[] => [
      connect(8080, client),
      ...(says ? [write(client, REQUEST)] : []),
    ]),
    wait(80),
    close('listener'),
    wait(60),
    ...CLIENTS.map((client) => read(client, 'ECONNRESET')),
  ],
});

export const listenerClosedScenario: Scenario = {
  id: 'listener-closed',
  title: text(
    'The listening socket is closed while connections wait to be accepted',
    '还有连接等待 accept() 时，监听套接字被关闭',
  ),
  variants: [
    variant('quiet', text('The clients have not said anything', '客户端什么也没有发送'), false),
    variant('data', text('The clients have sent their requests', '客户端已发出请求'), true),
  ],
};
