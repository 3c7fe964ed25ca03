import { SYN } from '../../wire/packet.ts';
import type { Segment } from '../../wire/segment.ts';
import { add } from '../../wire/sequence.ts';
import type { Connection } from '../connection.ts';
import { restartKeepalive } from '../keepalive.ts';
import { beginTransfer, handshakeRttMs } from '../transfer.ts';
import { enter } from '../transitions.ts';

/**
 * Our SYN is acknowledged, and the peer's is known: the connection is synchronized. One that was
 * closed while in SYN-RECEIVED is in FIN-WAIT-1 already, and stays there.
 */
export const establish = (c: Connection, segment: Segment, now: number): void => {
  if (c.state !== 'FIN-WAIT-1') enter(c, 'ESTABLISHED');
  c.sndUna = add(c.iss, 1);
  // The window of a segment with SYN is never scaled (RFC 7323 §2.2).
  const scale = (segment.flags & SYN) === 0 ? c.sndWndScale : 0;
  c.sndWnd = segment.window * 2 ** scale;
  c.maxSndWnd = Math.max(c.maxSndWnd, c.sndWnd);
  c.sndWl1 = segment.seq;
  beginTransfer(c, handshakeRttMs(c, now), now);
  // Closed already: tcp_init_buffer_space is never asked.
  if (c.state === 'FIN-WAIT-1') c.rcvWndBound = c.rcvWnd;
  if (c.options.keepalive) restartKeepalive(c, now);
};
