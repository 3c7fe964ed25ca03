import type { Scenario } from '../scenario.ts';
import { accept, CLIENT_ACK, connect, exchange, listen, orderlyEnd, wait } from '../steps.ts';
import { text } from '../text.ts';

export const badAckInHandshakeScenario: Scenario = {
  id: 'bad-ack-in-handshake',
  title: text(
    'The third segment acknowledges what was never sent',
    '第三次握手确认了从未发送过的序号',
  ),
  variants: [
    {
      name: 'ahead',
      what: text(
        'The listener resets that number, which the client does not know; the handshake goes on',
        '监听方以该号码回 RST，客户端不认识它；握手继续',
      ),
      makes: 'bad-ack-in-handshake',
      sameWire: ['reset-ignored'],
      // It is ignored too, which is as true.
      follows: ['reset-ignored'],
      lookalikes: ['closed-port', 'linger-zero', 'half-open-restart'],
      claims: ['A3', 'B3'],
      steps: [
        listen(8080),
        { do: 'hold', match: CLIENT_ACK },
        connect(8080),
        { do: 'await', match: CLIENT_ACK },
        { do: 'inject', like: CLIENT_ACK, flags: ['ACK'], ackPlus: 5000, options: { echoPlus: 0 } },
        wait(60),
        { do: 'release' },
        accept(),
        ...exchange(),
        ...orderlyEnd(),
      ],
    },
  ],
};
