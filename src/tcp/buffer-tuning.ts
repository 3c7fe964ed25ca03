import { add, distance } from '../wire/sequence.ts';
import type { Connection } from './connection.ts';

/** What a full segment costs in the kernel's memory beside its text (sk_buff, its data's frame). */
const HEADROOM = 640;
const SK_BUFF = 256;
const LEAST_SEGMENTS = 10;

/** Buffers at the beginning of a synchronized connection (tcp_init_buffer_space). */
export const beginTuning = (c: Connection, now: number): void => {
  c.readSeq = add(c.rcvNxt, -c.receiveBuffer.readable);
  c.readSinceMs = now;
  c.readPerRoundTrip = Math.min(c.rcvWnd, LEAST_SEGMENTS * c.advertisedMss);
  expandSendBuffer(c);
};

/** Room for two congestion windows, up to tcp_wmem, unless SO_SNDBUF was set (tcp_sndbuf_expand). */
export const expandSendBuffer = (c: Connection): void => {
  if (c.sendBufferLocked) return;
  const segments = Math.max(LEAST_SEGMENTS, Math.ceil(c.cwnd / c.sndMss));
  const cost = SK_BUFF + 2 ** (32 - Math.clz32(c.sndMss + HEADROOM - 1));
  const wanted = Math.min(2 * segments * cost, c.settings.tcp_wmem[2]);
  if (wanted > c.sendBuffer.capacity) c.sendBuffer.capacity = wanted;
};

/**
 * The application has read: once a round trip, a receive buffer that holds less than two round trips'
 * worth of what it reads grows, up to tcp_rmem (tcp_rcv_space_adjust), unless SO_RCVBUF was set.
 */
export const expandReceiveBuffer = (c: Connection, now: number): void => {
  if (c.srttMs < 0 || now - c.readSinceMs < c.srttMs) return;
  const readTo = add(c.rcvNxt, -c.receiveBuffer.readable);
  const read = distance(readTo, c.readSeq);
  c.readSeq = readTo;
  c.readSinceMs = now;
  if (read <= c.readPerRoundTrip) return;
  const window = 2 * read + 16 * c.advertisedMss;
  const growth = (window * (read - c.readPerRoundTrip)) / c.readPerRoundTrip;
  c.readPerRoundTrip = read;
  if (c.receiveBufferLocked || c.settings.tcp_moderate_rcvbuf === 0) return;
  const wanted = Math.min(Math.ceil(2 * (window + 2 * growth)), c.settings.tcp_rmem[2]);
  if (wanted > c.receiveBuffer.capacity) c.receiveBuffer.capacity = wanted;
};
