import type { Scenario } from '../scenario.ts';
import { accept, exchange, listen, wait } from '../steps.ts';
import { text } from '../text.ts';

export const conntrackInvalidScenario: Scenario = {
  id: 'conntrack-invalid',
  title: text(
    'A packet that connection tracking calls INVALID passes without translation',
    '被连接跟踪判为 INVALID 的报文未经地址转换就放行',
  ),
  variants: [
    {
      name: 'out-of-window',
      what: text(
        "A stray segment of the server keeps the server's own address; the client resets a stranger",
        '服务端的一个离群报文段带着服务端自己的地址；客户端向陌生者发 RST',
      ),
      makes: 'conntrack-invalid',
      knownAs: 'half-open-restart',
      follows: ['repeated-reset', 'injected', 'reset-ignored'],
      seenAt: {
        server: {
          sameWire: [
            'half-open-restart',
            'repeated-reset',
            'firewall-reject',
            'middlebox-idle-timeout',
            'injected',
            'reset-ignored',
          ],
        },
      },
      sameWire: ['half-open-restart'],
      lookalikes: ['linger-zero', 'closed-port', 'data-after-close'],
      claims: ['A3'],
      between: 'router',
      table: { kind: 'service', idleMs: 60_000, port: 80 },
      family: 4,
      steps: [
        listen(80),
        { do: 'connect', on: 'client', socket: 'client', port: 80, to: 'service', expect: 'ok' },
        accept(),
        ...exchange(),
        {
          do: 'inject',
          like: { toward: 'client', text: true },
          flags: ['ACK'],
          seqPlus: 900_000_000,
          text: 'far ahead',
          options: { echoPlus: 0 },
        },
        wait(150),
        { do: 'read', socket: 'server' },
        wait(100),
      ],
    },
  ],
};
