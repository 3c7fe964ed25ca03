import type { Scenario, Step, Variant } from '../scenario.ts';
import { ABORTS, abort, close, connectedAlone, read, wait, write } from '../steps.ts';
import { text, type Text } from '../text.ts';

/** A ClientHello of TLS 1.2 without extensions (RFC 5246 §7.4.1.2), as characters of one byte each. */
const HELLO = String.fromCharCode(
  ...new Uint8Array([22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3]),
  ...new Uint8Array(32).fill(7),
  ...new Uint8Array([0, 0, 2, 0xc0, 0x2f, 1, 0]),
);

const variant = (
  name: string,
  what: Text,
  more: Partial<Variant>,
  steps: readonly Step[],
): Variant => ({
  name,
  what,
  makes: 'tls-rejected',
  knownAs: 'linger-zero',
  sameWire: ABORTS,
  lookalikes: ['half-open-restart', 'closed-port', 'keepalive-timeout'],
  claims: ['A5'],
  ...more,
  steps: [...connectedAlone(443), write('client', HELLO), ...steps],
});

export const tlsRejectedScenario: Scenario = {
  id: 'tls-rejected',
  title: text('A ClientHello is answered with a reset', 'ClientHello 换来一个 RST'),
  variants: [
    variant('aborted', text('The server reads it and aborts', '服务端读了它，然后中止'), {}, [
      read('server', HELLO.length),
      ...abort('server'),
      wait(80),
      read('client', 'ECONNRESET'),
    ]),
    variant(
      'unread',
      text('The server closes with it unread', '服务端没有读它就关闭'),
      {
        knownAs: 'close-with-unread-data',
        sameWire: [...ABORTS, 'close-with-unread-data'],
        claims: ['A10'],
      },
      [wait(60), close('server'), wait(80), read('client', 'ECONNRESET')],
    ),
  ],
};
