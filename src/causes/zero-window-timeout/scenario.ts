import type { Scenario, Step } from '../scenario.ts';
import { accept, listen, SMALL_BUFFER, STATELESS, wait } from '../steps.ts';
import { text } from '../text.ts';

/** The client does not read, and its window closes. */
const full: readonly Step[] = [
  listen(5432),
  {
    do: 'connect',
    on: 'client',
    socket: 'client',
    port: 5432,
    options: [SMALL_BUFFER],
    expect: 'ok',
  },
  accept(),
  { do: 'setsockopt', socket: 'server', name: 'O_NONBLOCK', value: 1 },
  { do: 'write', socket: 'server', text: 50_000 },
  wait(600),
];

const sysctls = {
  server: { 'net.ipv4.tcp_retries2': 2, 'net.ipv4.tcp_rto_max_ms': 1000 },
} as const;

export const zeroWindowTimeoutScenario: Scenario = {
  id: 'zero-window-timeout',
  title: text('The peer keeps its window closed', '对端一直不打开窗口'),
  variants: [
    {
      name: 'window-opens',
      what: text(
        'The probes go unanswered; the prober gives up in silence, then the window opens',
        '探测得不到应答；探测方悄悄放弃，之后窗口打开',
      ),
      makes: 'zero-window-timeout',
      seenAt: { client: { sameWire: STATELESS } },
      lookalikes: ['linger-zero', 'close-with-unread-data', 'closed-port'],
      claims: ['A16'],
      sysctls,
      steps: [
        ...full,
        { do: 'lose', match: { toward: 'server', has: ['ACK'] } },
        wait(4000),
        { do: 'heal' },
        { do: 'read', socket: 'client' },
        wait(300),
        { do: 'error', socket: 'server', expect: 'ETIMEDOUT' },
      ],
    },
    {
      name: 'answered',
      what: text(
        'The probes are answered: the connection waits, and lives on',
        '探测得到应答：连接等待，并继续存活',
      ),
      makes: 'none',
      lookalikes: ['zero-window-timeout'],
      claims: ['A16'],
      sysctls,
      steps: [...full, wait(4000), { do: 'read', socket: 'client' }, wait(300)],
    },
    {
      name: 'reset',
      what: text(
        'After three probes a reset, as the documents say',
        '三次探测之后发 RST，如文档所述',
      ),
      makes: 'zero-window-timeout',
      lookalikes: ['closed-port', 'half-open-restart', 'data-after-close'],
      sameWire: [
        'linger-zero',
        'disconnect',
        'destroyed',
        'out-of-memory',
        'close-with-unread-data',
      ],
      claims: ['A16'],
      beyondLinux: true,
      sysctls: {
        server: {
          'net.ipv4.tcp_rto_max_ms': 1000,
          'resetlab.zero_window_probes': 3,
          'resetlab.zero_window_action': 'reset',
        },
      },
      steps: [...full, wait(6000), { do: 'read', socket: 'client' }],
    },
  ],
};
