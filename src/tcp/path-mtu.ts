import type { Connection } from './connection.ts';
import type { FourTuple } from './four-tuple.ts';

/** IP header and TCP header, without options (RFC 9293 §3.7.1); bytes. */
const headerLength = ({ local }: FourTuple): number => (local.address.version === 4 ? 40 : 60);

/** Of a path, in bytes (RFC 791 §3.2 with room for headers, RFC 8200 §5). */
const leastMtu = ({ local }: FourTuple): number => (local.address.version === 4 ? 552 : 1280);

const TIMESTAMPS_LENGTH = 12;
/** Up to this window no share of it is kept back (RFC 9293 §3.8.6.2.1, tcp_bound_to_half_wnd). */
const SMALL_WINDOW = 536;

/**
 * Sets SND.MSS: what the peer takes, the path carries, and TCP_MAXSEG allows, less the timestamp
 * option; and not more than half of the largest window that the peer ever offered, so that there is
 * always something on the way to draw an acknowledgement (tcp_sync_mss).
 */
export const updateSendMss = (c: Connection): void => {
  const options = c.timestamps ? TIMESTAMPS_LENGTH : 0;
  const mss = fullMss(c);
  const bound = c.maxSndWnd > SMALL_WINDOW ? c.maxSndWnd >>> 1 : c.maxSndWnd;
  c.sndMss = bound > 0 && mss > bound ? Math.max(bound, 68 - 20 - options) : mss;
};

/** The same whatever the peer's window is. */
export const fullMss = (c: Connection): number => {
  let mss = Math.min(c.peerMss, c.pathMtu - headerLength(c.path));
  if (c.options.maxSegment > 0) mss = Math.min(mss, c.options.maxSegment);
  return Math.max(mss, c.settings.tcp_min_snd_mss) - (c.timestamps ? TIMESTAMPS_LENGTH : 0);
};

/**
 * A router told the MTU of its next link (RFC 1191, RFC 8201). False where that is no news; a smaller
 * MTU than any path must carry is taken as that one, lest a forger make segments tiny.
 */
export const lowerPathMtu = (c: Connection, mtu: number): boolean => {
  const believed = Math.max(mtu, leastMtu(c.path));
  if (believed >= c.pathMtu) return false;
  c.pathMtu = believed;
  updateSendMss(c);
  return true;
};
