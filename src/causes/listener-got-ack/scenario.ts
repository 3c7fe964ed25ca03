import type { RawSegment, Scenario, Variant } from '../scenario.ts';
import { listen, wait } from '../steps.ts';
import { text, type Text } from '../text.ts';

const variant = (
  name: string,
  what: Text,
  segment: Pick<RawSegment, 'flags' | 'text'>,
): Variant => ({
  name,
  what,
  makes: 'listener-got-ack',
  sameWire: ['half-open-restart'],
  lookalikes: ['closed-port', 'linger-zero', 'data-after-close'],
  claims: ['A3'],
  steps: [
    listen(8080),
    { do: 'send raw', from: 40_000, port: 8080, seq: 1000, ack: 77_000_000, ...segment },
    wait(100),
  ],
});

export const listenerGotAckScenario: Scenario = {
  id: 'listener-got-ack',
  title: text(
    'A segment with ACK that belongs to no connection meets a listener',
    '不属于任何连接的 ACK 报文到达监听套接字',
  ),
  variants: [
    variant('ack', text('An acknowledgment alone', '只有确认'), { flags: ['ACK'] }),
    variant('data', text('With data', '带数据'), { flags: ['ACK'], text: 'hello' }),
  ],
};
