import type { Match, Scenario, Step } from '../scenario.ts';
import { accept, close, exchange, ORDER, read, SYN_ACK, wait, write } from '../steps.ts';
import { text } from '../text.ts';

const PORT = 8080;

const listenMptcp: Step = {
  do: 'listen',
  on: 'server',
  socket: 'listener',
  port: PORT,
  protocol: 'mptcp',
};

/** A Multipath TCP connection with one subflow, and one exchange over it. */
const connected: readonly Step[] = [
  listenMptcp,
  { do: 'connect', on: 'client', socket: 'client', port: PORT, protocol: 'mptcp', expect: 'ok' },
  accept(),
  ...exchange(),
];

/** The client joins with a second subflow, from another address of its own. */
const join: readonly Step[] = [{ do: 'add endpoint', on: 'client' }, wait(100)];

/** The join came to nothing, and nobody notices: the connection goes on over its first subflow. */
const goesOn: readonly Step[] = [
  ...exchange(),
  close('client'),
  read('server', 'EOF'),
  close('server'),
  wait(60),
];

const TO_CLIENT: Match = { ...SYN_ACK, toward: 'client' };

/** Passes on what was held, without the options that a box on the way does not know. */
const stripped = (
  like: Match,
  flags: readonly ('SYN' | 'ACK')[],
  body?: string,
): readonly Step[] => [
  {
    do: 'inject',
    like,
    flags,
    options: { echoPlus: 0 },
    ...(body !== undefined && { text: body }),
  },
  { do: 'discard' },
  wait(100),
];

const NEVER = [
  'closed-port',
  'close-with-unread-data',
  'linger-zero',
  'half-open-restart',
] as const;

export const mptcpScenario: Scenario = {
  id: 'mptcp',
  title: text('Multipath TCP ends a subflow, or all', '多路径 TCP 结束一条子流，或整个连接'),
  variants: [
    {
      name: 'refused',
      what: text(
        'The server lets no connection have a second subflow: MP_TCPRST, administratively prohibited',
        '服务端不允许第二条子流：MP_TCPRST，被管理策略禁止',
      ),
      makes: 'mptcp',
      lookalikes: NEVER,
      claims: [],
      beyondEngine: true,
      steps: [{ do: 'limit subflows', on: 'server', most: 0 }, ...connected, ...join, ...goesOn],
    },
    {
      name: 'unknown-token',
      what: text(
        'A join reaches a server that has restarted and does not know the connection: MP_TCPRST',
        '加入请求到达已重启、不认识该连接的服务端：MP_TCPRST',
      ),
      makes: 'mptcp',
      lookalikes: NEVER,
      claims: [],
      beyondEngine: true,
      steps: [
        ...connected,
        { do: 'cut power', on: 'server' },
        { do: 'boot', on: 'server' },
        listenMptcp,
        ...join,
      ],
    },
    {
      name: 'stripped-join',
      what: text(
        'A box on the way takes the option off the answer to a join: the client gives that subflow up',
        '途中的设备去掉了加入应答中的选项：客户端放弃这条子流',
      ),
      makes: 'mptcp',
      lookalikes: NEVER,
      claims: [],
      beyondEngine: true,
      steps: [
        ...connected,
        { do: 'hold', match: TO_CLIENT },
        ...join,
        ...stripped(TO_CLIENT, ['SYN', 'ACK']),
        ...goesOn,
      ],
    },
    {
      name: 'stripped-data',
      what: text(
        'A box on the way takes the option off data: MP_TCPRST, middlebox interference',
        '途中的设备去掉了数据中的选项：MP_TCPRST，中间设备干扰',
      ),
      makes: 'mptcp',
      lookalikes: NEVER,
      claims: [],
      beyondEngine: true,
      steps: [
        ...connected,
        ...join,
        { do: 'hold', match: { toward: 'server', contains: 'POST' } },
        write('client', ORDER),
        wait(20),
        ...stripped({ toward: 'server', contains: 'POST' }, ['ACK'], ORDER),
        wait(400),
        read('server', ORDER.length),
      ],
    },
    {
      name: 'fast-close',
      what: text(
        'close() with data unread ends all subflows at once: MP_FASTCLOSE',
        'close() 时有未读数据，所有子流同时结束：MP_FASTCLOSE',
      ),
      makes: 'mptcp',
      lookalikes: NEVER,
      claims: [],
      beyondEngine: true,
      steps: [
        ...connected,
        ...join,
        write('client', ORDER),
        wait(60),
        close('server'),
        wait(60),
        read('client', 'ECONNRESET'),
        write('client', 'more', 'EPIPE'),
      ],
    },
  ],
};
