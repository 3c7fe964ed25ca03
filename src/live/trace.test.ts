import { expect, it } from 'vitest';
import { resetsTraced } from './trace.ts';

/** As Linux 6.18 prints them. */
const TRACE = `# tracer: nop
#
          <idle>-0       [001] ..s2.  9514.060412: tcp_send_reset: skbaddr=00000000d1b4c6ea skaddr=0000000000000000 src=10.98.1.200:8080 dest=10.98.1.10:36414 state=UNKNOWN reason=NO_SOCKET
            node-4711    [000] .....  9515.5: tcp_send_reset: skbaddr=0000000000000000 skaddr=00000000aa6a3ab2 src=[fd00:98:1:2::200]:80 dest=[::]:0 state=TCP_LISTEN reason=TCP_FLAGS
            node-4711    [000] .....  9515.6: tcp_retransmit_skb: skbaddr=1 skaddr=2 family=AF_INET sport=80
`;

it('reads who sent a reset to whom, from which state and why', () => {
  expect(resetsTraced(TRACE)).toEqual([
    {
      monotonicMs: 9514060.412,
      source: '10.98.1.200:8080',
      target: '10.98.1.10:36414',
      state: 'UNKNOWN',
      reason: 'NO_SOCKET',
    },
    {
      monotonicMs: 9515500,
      source: '[fd00:98:1:2::200]:80',
      target: '[::]:0',
      state: 'TCP_LISTEN',
      reason: 'TCP_FLAGS',
    },
  ]);
});
