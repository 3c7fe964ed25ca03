import type { Scenario } from '../scenario.ts';
import { close, connected, exchange, NO_REPLY, read, REQUEST, wait, write } from '../steps.ts';
import { text } from '../text.ts';

export const keepaliveRaceScenario: Scenario = {
  id: 'keepalive-race',
  title: text(
    'The server closes an idle connection just as the client uses it again',
    '服务端关闭空闲连接的同时，客户端又用它发请求',
  ),
  variants: [
    {
      name: 'crossing',
      what: text(
        'After 5 s of silence FIN and request cross on the way',
        '静默 5 秒后，FIN 与请求在途中交错',
      ),
      makes: 'keepalive-race',
      knownAs: 'data-after-close',
      follows: ['repeated-reset'],
      sameWire: ['data-after-close'],
      lookalikes: NO_REPLY,
      claims: ['A11'],
      delayMs: 40,
      steps: [
        ...connected(8080),
        ...exchange(),
        wait(5000),
        close('server'),
        wait(10),
        write('client', REQUEST),
        wait(300),
        read('client', 'EOF'),
      ],
    },
  ],
};
