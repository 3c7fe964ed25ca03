import type { Scenario, Step } from '../scenario.ts';
import {
  ABORTS,
  accept,
  closeUnder,
  connected,
  exchange,
  NO_REPLY,
  option,
  read,
  SMALL_BUFFER,
  wait,
  write,
} from '../steps.ts';
import { text } from '../text.ts';

/**
 * Each holds some 300 KB that its client does not read. Together that is more than the pages that
 * each processor may count for itself before the sum of the machine shows them (mem_pcpu_rsv, 1 MB).
 */
const SLOW = ['one', 'two', 'three', 'four', 'five', 'six'];
const TEXT = 300_000;
const LARGE_BUFFER = 212_992;
/** More than Linux grants a socket whatever the others hold (SOCK_MIN_SNDBUF), and within one flight. */
const ANSWER = 8000;

const slow = (name: string): readonly Step[] => [
  { do: 'connect', on: 'client', socket: name, port: 8080, expect: 'ok', options: [SMALL_BUFFER] },
  accept(`${name} server`),
  option(`${name} server`, 'SO_SNDBUF', LARGE_BUFFER),
  option(`${name} server`, 'O_NONBLOCK', 1),
  { do: 'write', socket: `${name} server`, text: TEXT },
];

/**
 * Connections that hold the memory, and one like any other, of which nothing that the server sends from
 * now on is acknowledged.
 */
const crowded: readonly Step[] = [
  ...connected(8080),
  ...exchange(),
  ...SLOW.flatMap(slow),
  wait(300),
  { do: 'lose', match: { toward: 'server', sockets: ['client'] } },
];

/**
 * tcp_check_oom looks at the third number of tcp_mem alone. As long as the first is not reached nobody's
 * memory is short (__sk_mem_raise_allocated): only who closes with data left, in this very moment, notices.
 */
const outOfMemory = (socket: string): Step => closeUnder(socket, 'net.ipv4.tcp_mem', 0);

export const outOfMemoryScenario: Scenario = {
  id: 'out-of-memory',
  title: text('A connection is closed when TCP has no memory left', '关闭连接时 TCP 内存已用尽'),
  variants: [
    {
      name: 'sent',
      what: text(
        'close() sends data and FIN, and a reset in the same instant; the answer arrives all the same',
        'close() 同时发出数据、FIN 和 RST；应答照样到达',
      ),
      makes: 'out-of-memory',
      sameWire: ['orphan-limit'],
      lookalikes: NO_REPLY,
      claims: ['D3'],
      steps: [
        ...crowded,
        write('server', ANSWER),
        outOfMemory('server'),
        wait(60),
        read('client', ANSWER),
        read('client', 'EOF'),
        write('client', 'more', 'EPIPE'),
      ],
    },
    {
      name: 'unsent',
      what: text(
        'close() finds data that is not sent yet: a reset in place of it and of the FIN',
        'close() 时还有未发出的数据：以 RST 代替数据和 FIN',
      ),
      makes: 'out-of-memory',
      sameWire: [...ABORTS, 'close-with-unread-data'],
      lookalikes: ['closed-port', 'half-open-restart', 'keepalive-timeout'],
      claims: ['D2'],
      steps: [
        ...crowded,
        option('server', 'O_NONBLOCK', 1),
        { do: 'write', socket: 'server', text: TEXT },
        outOfMemory('server'),
        wait(60),
        // As many bytes as the first flight holds.
        { do: 'read', socket: 'client' },
        read('client', 'ECONNRESET'),
      ],
    },
  ],
};
