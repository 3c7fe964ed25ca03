import { type Connection, NEVER } from './connection.ts';
import { endProbing, giveUp, orphanRetries } from './giving-up.ts';
import { rearmPersist, retryPersist } from './retransmission-timer.ts';
import { probePeer } from './window-probe.ts';

/**
 * Something waits to be sent, nothing is on the way, and the window has no room (tcp_probe_timer,
 * RFC 9293 §3.8.6.1). As long as the peer answers, probes go on for ever; unanswered ones, and those of
 * an orphan, come to an end in silence. It is also what ends the 200 ms of TCP_CORK.
 */
export const persistTimeout = (c: Connection, now: number): void => {
  c.retransmitAtMs = NEVER;
  if (c.scoreboard !== undefined || (c.sendBuffer.length === 0 && c.finQueued === c.finSent)) {
    return endEpisode(c);
  }
  if (c.firstUnansweredAtMs === NEVER) c.firstUnansweredAtMs = now;
  else if (c.options.userTimeoutMs > 0 && now - c.firstUnansweredAtMs >= c.options.userTimeoutMs) {
    return giveUp(c, 'user-timeout', now);
  }
  const granted = c.settings.resetlab_zero_window_probes;
  if (granted > 0 && c.zeroWindowProbes >= granted) return endProbing(c, now);
  if (isHopeless(c)) return giveUp(c, 'zero-window-timeout', now);
  probe(c, now);
};

const isHopeless = (c: Connection): boolean => {
  if (!c.orphan) return c.windowProbes >= c.settings.tcp_retries2;
  const most = c.settings.tcp_rto_max_ms;
  const isAlive = c.rtoMs * 2 ** c.backoff < most;
  const retries = orphanRetries(c, isAlive);
  return c.windowProbes >= retries || (!isAlive && c.backoff >= retries);
};

const probe = (c: Connection, now: number): void => {
  const isTaken = probePeer(c, now);
  if (c.scoreboard !== undefined) return endEpisode(c);
  c.windowProbes += 1;
  c.zeroWindowProbes += 1;
  if (!isTaken) return retryPersist(c, now);
  if (c.backoff < c.settings.tcp_retries2) c.backoff += 1;
  rearmPersist(c, now);
};

const endEpisode = (c: Connection): void => {
  c.windowProbes = 0;
  c.zeroWindowProbes = 0;
  c.backoff = 0;
  c.firstUnansweredAtMs = NEVER;
};
