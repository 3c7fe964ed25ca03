import type { Scenario } from '../scenario.ts';
import {
  ABORTS,
  close,
  connectedAlone,
  exchange,
  NO_REPLY,
  read,
  shutdown,
  wait,
  write,
} from '../steps.ts';
import { text } from '../text.ts';

const DATA = 'data for nobody';

export const readShutdownScenario: Scenario = {
  id: 'read-shutdown',
  title: text('Data comes after the read side was shut down', '关闭读方向之后又收到数据'),
  variants: [
    {
      name: 'both',
      what: text(
        'Both directions are shut down, the socket is kept; data is reset',
        '两个方向都已关闭，套接字仍保留；到来的数据换来 RST',
      ),
      makes: 'read-shutdown',
      sameWire: ['data-after-close', 'linger-timeout'],
      lookalikes: NO_REPLY,
      claims: ['A21'],
      steps: [
        ...connectedAlone(8080),
        ...exchange(),
        shutdown('server', 'SHUT_RDWR'),
        wait(80),
        write('client', DATA),
        wait(80),
        close('server'),
        wait(80),
        read('client', 'EOF'),
      ],
    },
    {
      name: 'linux',
      what: text(
        'SHUT_RD alone: Linux acknowledges the data, and read() still returns it',
        '只有 SHUT_RD：Linux 确认数据，read() 仍能读到',
      ),
      makes: 'none',
      lookalikes: ['read-shutdown'],
      claims: ['A21'],
      steps: [
        ...connectedAlone(8080),
        ...exchange(),
        shutdown('server', 'SHUT_RD'),
        wait(80),
        write('client', DATA),
        wait(80),
        read('server', DATA.length),
        close('server'),
        read('client', 'EOF'),
        close('client'),
        wait(80),
      ],
    },
    {
      name: 'read-then-close',
      what: text(
        'SHUT_RD alone, then close() with the data unread',
        '只有 SHUT_RD，然后在数据未读时 close()',
      ),
      makes: 'close-with-unread-data',
      sameWire: [...ABORTS, 'read-shutdown'],
      lookalikes: ['half-open-restart', 'closed-port'],
      claims: ['A21', 'A10'],
      steps: [
        ...connectedAlone(8080),
        ...exchange(),
        shutdown('server', 'SHUT_RD'),
        wait(80),
        write('client', DATA),
        wait(80),
        close('server'),
        wait(80),
        read('client', 'ECONNRESET'),
      ],
    },
    {
      name: 'reset',
      what: text(
        'SHUT_RD alone, and data is reset, as the documents say',
        '只有 SHUT_RD，到来的数据换来 RST，如文档所述',
      ),
      makes: 'read-shutdown',
      sameWire: [...ABORTS, 'close-with-unread-data', ...(['half-open-restart'] as const)],
      lookalikes: ['closed-port', 'keepalive-timeout'],
      claims: ['A21'],
      beyondLinux: true,
      sysctls: { server: { 'resetlab.read_shutdown': 'reset' } },
      steps: [
        ...connectedAlone(8080),
        ...exchange(),
        shutdown('server', 'SHUT_RD'),
        wait(80),
        write('client', DATA),
        wait(80),
        read('client', 'ECONNRESET'),
      ],
    },
  ],
};
