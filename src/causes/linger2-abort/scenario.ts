import type { Scenario } from '../scenario.ts';
import {
  ABORTS,
  close,
  connectedAlone,
  exchange,
  NO_ABORT,
  option,
  read,
  shutdown,
  wait,
  write,
} from '../steps.ts';
import { text } from '../text.ts';

const late = [wait(100), read('client', 'EOF'), write('client', 'more', 'EPIPE')];

export const linger2AbortScenario: Scenario = {
  id: 'linger2-abort',
  title: text('close() of a socket with TCP_LINGER2 -1', 'TCP_LINGER2 设为 -1 的套接字被 close()'),
  variants: [
    {
      name: 'finwait2',
      what: text('close() in FIN-WAIT-2 aborts', '在 FIN-WAIT-2 中 close() 即中止连接'),
      makes: 'linger2-abort',
      sameWire: ABORTS,
      lookalikes: NO_ABORT,
      claims: ['B4'],
      steps: [
        ...connectedAlone(8080),
        ...exchange(),
        option('server', 'TCP_LINGER2', -1),
        shutdown('server', 'SHUT_WR'),
        wait(100),
        close('server'),
        ...late,
      ],
    },
    {
      name: 'established',
      what: text(
        'close() sends FIN, and already the ACK of that FIN draws a reset',
        'close() 发出 FIN，对这个 FIN 的 ACK 就已换来 RST',
      ),
      makes: 'linger2-abort',
      lookalikes: ['linger-zero', 'half-open-restart', 'closed-port'],
      claims: ['B4'],
      steps: [
        ...connectedAlone(8080),
        ...exchange(),
        option('server', 'TCP_LINGER2', -1),
        close('server'),
        ...late,
      ],
    },
  ],
};
