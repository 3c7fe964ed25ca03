import type { Scenario, Step } from '../scenario.ts';
import {
  accept,
  close,
  closeUnder,
  connect,
  exchange,
  listen,
  NO_ABORT,
  read,
  wait,
  write,
} from '../steps.ts';
import { text } from '../text.ts';

const OTHERS = ['one', 'two', 'three'];

/** Three connections become orphans whose FINs nobody answers; the fourth is one too many. */
const crowded: readonly Step[] = [
  listen(8080),
  ...OTHERS.flatMap((name) => [connect(8080, name), accept(`${name} server`)]),
  connect(8080),
  accept(),
  ...exchange(),
  { do: 'lose', match: { sockets: OTHERS } },
  ...OTHERS.map((name) => close(`${name} server`)),
  wait(300),
  closeUnder('server', 'net.ipv4.tcp_max_orphans', 1),
  wait(60),
];

export const orphanLimitScenario: Scenario = {
  id: 'orphan-limit',
  title: text('More orphans than tcp_max_orphans', '孤儿连接数超过 tcp_max_orphans'),
  variants: [
    {
      name: 'linux',
      what: text('close() sends its FIN and a reset in one instant', 'close() 同时发出 FIN 和 RST'),
      makes: 'orphan-limit',
      sameWire: ['out-of-memory', 'close-with-unread-data'],
      lookalikes: NO_ABORT,
      claims: ['A20', 'D3'],
      steps: [...crowded, read('client', 'EOF'), write('client', 'more', 'EPIPE')],
    },
    {
      name: 'reset',
      what: text(
        'close() sends a reset in place of the FIN, as the documents say',
        'close() 不发 FIN 而发 RST，如文档所述',
      ),
      makes: 'orphan-limit',
      sameWire: ['out-of-memory', 'linger-zero', 'disconnect', 'destroyed'],
      lookalikes: NO_ABORT,
      claims: ['A20', 'D2'],
      beyondLinux: true,
      sysctls: { server: { 'resetlab.orphan_limit': 'reset' } },
      steps: [...crowded, read('client', 'ECONNRESET')],
    },
  ],
};
