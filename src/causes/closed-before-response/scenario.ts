import type { Scenario } from '../scenario.ts';
import { close, connected, read, REQUEST, wait, write } from '../steps.ts';
import { text } from '../text.ts';

export const closedBeforeResponseScenario: Scenario = {
  id: 'closed-before-response',
  title: text('The server hangs up before it has answered', '服务端没有应答就挂断'),
  variants: [
    {
      name: 'fin',
      what: text(
        'The request is read, and answered by a FIN: ECONNRESET in many clients, no reset',
        '请求被读取，以 FIN 回应：许多客户端报 ECONNRESET，却没有 RST',
      ),
      makes: 'closed-before-response',
      lookalikes: ['data-after-close', 'linger-zero'],
      claims: ['A4'],
      steps: [
        ...connected(8080),
        write('client', REQUEST),
        read('server', REQUEST.length),
        wait(50),
        close('server'),
        wait(60),
        read('client', 'EOF'),
        close('client'),
        wait(60),
      ],
    },
  ],
};
