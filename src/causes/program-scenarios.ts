import type { ProgramName, Scenario, Step, Variant } from './scenario.ts';
import { ABORTS, wait } from './steps.ts';
import { text } from './text.ts';

/** The poll server and the client of the first document, as the captures there show them. */

const PORT = 33_333;

const meet = (server: ProgramName, client: ProgramName, line: string): readonly Step[] => [
  { do: 'run', on: 'server', program: server, port: PORT },
  wait(10),
  { do: 'run', on: 'client', program: client, port: PORT, line },
  wait(70_000),
];

const program = (id: string, title: Scenario['title'], variant: Variant): Scenario => ({
  id: `program-${id}`,
  title,
  variants: [variant],
});

export const PROGRAMS: readonly Scenario[] = [
  program(
    'linger-zero',
    text('The poll server sets SO_LINGER 0 on accept', 'poll 服务端在 accept 后设 SO_LINGER 0'),
    {
      name: 'as-told',
      what: text(
        'It reads 5 bytes and closes: a reset in place of the FIN',
        '它读 5 字节后关闭：不发 FIN 而发 RST',
      ),
      makes: 'linger-zero',
      sameWire: [...ABORTS, 'close-with-unread-data'],
      lookalikes: ['half-open-restart', 'data-after-close'],
      claims: ['A5', 'D2', 'D4'],
      steps: meet('poll server, SO_LINGER 0', 'client', '1234'),
    },
  ),
  program(
    'partial-read',
    text('The poll server reads 5 of 10 bytes', 'poll 服务端只读 10 字节中的 5 字节'),
    {
      name: 'as-told',
      what: text('It closes with 5 bytes unread: a reset', '它在 5 字节未读时关闭：发 RST'),
      makes: 'close-with-unread-data',
      sameWire: ABORTS,
      lookalikes: ['half-open-restart', 'data-after-close'],
      claims: ['A10', 'D2', 'D4'],
      steps: meet('poll server, reads 5 bytes', 'client', '123456789'),
    },
  ),
  program(
    'close-after-read',
    text('The poll server closes after the first read', 'poll 服务端读一次就关闭'),
    {
      name: 'as-told',
      what: text(
        'FIN answers 5 bytes; the client writes 5 more two seconds later, which are reset',
        '以 FIN 回应 5 字节；两秒后客户端又写 5 字节，换来 RST',
      ),
      makes: 'data-after-close',
      sameWire: ['closed-before-response', 'read-shutdown', 'linger-timeout'],
      lookalikes: ['linger-zero', 'half-open-restart'],
      claims: ['A11', 'D4'],
      steps: meet('poll server, closes after read', 'client that writes twice', '1234'),
    },
  ),
  program(
    'no-listener',
    text('The client finds nobody on its port', '客户端连接的端口没有人监听'),
    {
      name: 'as-told',
      what: text('connect() is refused', 'connect() 被拒绝'),
      makes: 'closed-port',
      lookalikes: ['half-open-restart', 'linger-zero'],
      claims: ['A1', 'D1', 'D4'],
      steps: [{ do: 'run', on: 'client', program: 'client', port: PORT }, wait(1000)],
    },
  ),
];
