import { distance } from '../wire/sequence.ts';
import type { Connection } from './connection.ts';

/** What is left of the window last advertised, in bytes (tcp_receive_window). */
export const receiveWindow = (c: Connection): number =>
  Math.max(0, distance(c.rcvWup, c.rcvNxt) + c.rcvWnd);

/** The most that is ever offered: room for one segment is kept back (tcp_init_buffer_space). */
export const windowClamp = ({ receiveBuffer: { space }, advertisedMss: mss }: Connection): number =>
  space > 2 * mss ? Math.max(2 * mss, space - mss) : space;

/** Rounds up to what the scaled header field can tell. */
const roundedUp = (window: number, scale: number): number =>
  ((window + (1 << scale) - 1) >> scale) << scale;

/**
 * The window to offer (__tcp_select_window): none rather than a silly one (RFC 9293 §3.8.6.2.2).
 * Without scaling a small change is not told, and the window is a multiple of the peer's segments.
 */
export const windowToOffer = (c: Connection): number => {
  const full = c.receiveBuffer.space;
  const segment = Math.min(c.rcvMss, full);
  let free = Math.max(0, full - c.receiveBuffer.readable);
  if (free < full >>> 1) {
    free -= free & ((1 << c.rcvWndScale) - 1);
    if (free < full >>> 4 || free < segment) return 0;
  }
  if (free > c.rcvWndBound) free = c.rcvWndBound;
  if (c.rcvWndScale > 0) return roundedUp(free, c.rcvWndScale);
  if (c.rcvWnd <= free - segment || c.rcvWnd > free) return free - (free % segment);
  if (segment === full && free > c.rcvWnd + (full >>> 1)) return free;
  return c.rcvWnd;
};

/**
 * Settles the window that the segment being sent offers, and gives the header's field. Its right edge
 * never moves left (RFC 9293 §3.8.6; tcp_select_window).
 */
export const advertiseWindow = (c: Connection): number => {
  const current = receiveWindow(c);
  const offer = windowToOffer(c);
  const window = offer < current ? roundedUp(current, c.rcvWndScale) : offer;
  c.rcvWnd = Math.min(window, 0xffff << c.rcvWndScale);
  c.rcvWup = c.rcvNxt;
  return c.rcvWnd >>> c.rcvWndScale;
};
