import type { Scenario, Step } from '../scenario.ts';
import { wait } from '../steps.ts';
import { text } from '../text.ts';

const OPEN = [22, 80, 443];
const ASKED = [21, 22, 23, 25, 53, 80, 110, 135, 139, 443, 445, 3306, 8080];

export const portScanScenario: Scenario = {
  id: 'port-scan',
  title: text('A scanner sends bare SYNs to one port after another', '扫描器逐个端口发送 SYN'),
  variants: [
    {
      name: 'syn',
      what: text(
        'SYN,ACK: open; reset: closed; silence: filtered. Its own kernel resets the SYN,ACKs',
        'SYN,ACK 表示开放；RST 表示关闭；无应答表示被过滤。扫描者自己的内核以 RST 回应 SYN,ACK',
      ),
      makes: 'port-scan',
      knownAs: 'closed-port',
      follows: ['connect-cancelled', 'closed-port', 'half-open-restart', 'port-scan'],
      sameWire: ['closed-port', 'connect-cancelled'],
      lookalikes: ['linger-zero', 'data-after-close', 'close-with-unread-data'],
      claims: ['A1', 'A3', 'A25'],
      steps: [
        ...OPEN.map((port): Step => ({ do: 'listen', on: 'server', socket: `port ${port}`, port })),
        { do: 'filter', at: 'server', match: { toward: 'server' }, port: 445, action: 'drop' },
        ...ASKED.flatMap((port, at): readonly Step[] => [
          {
            do: 'send raw',
            from: 61_000 + at,
            port,
            flags: ['SYN'],
            seq: 0x1234 + 7919 * at,
            mss: 1460,
          },
          wait(15),
        ]),
        wait(100),
      ],
    },
    {
      name: 'fin',
      what: text(
        'A bare FIN, as scanners send it, to a closed port',
        '向关闭的端口发送裸 FIN，如扫描器所为',
      ),
      makes: 'port-scan',
      knownAs: 'closed-port',
      sameWire: ['unknown'],
      lookalikes: ['linger-zero', 'data-after-close', 'close-with-unread-data'],
      claims: ['A3'],
      steps: [{ do: 'send raw', from: 40_000, port: 8080, flags: ['FIN'], seq: 1000 }, wait(100)],
    },
  ],
};
