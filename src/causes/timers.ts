/** What the hands of a clock say: idle timers by name, and timers that count whole seconds. */

/** Idle times that products are known by, in seconds (FIN and reset come at, or just after, them). */
const NAMED_TIMERS: readonly [number, string][] = [
  [5, 'Node keepAliveTimeout, uvicorn, Apache KeepAliveTimeout'],
  [10, 'Bun idleTimeout'],
  [15, 'Jetty, Undertow'],
  [30, 'HAProxy, ELB connection draining'],
  [60, 'AWS ALB, nginx upstream keepalive_timeout'],
  [65, 'nginx keepalive_timeout 65'],
  [75, 'nginx keepalive_timeout'],
  [120, 'IIS, Go IdleTimeout as often set'],
  [240, 'Azure load balancer and SNAT'],
  [270, 'Cloudflare gateway'],
  [300, 'HAProxy tunnel, Envoy stream idle'],
  [350, 'AWS NLB and NAT gateway'],
  [400, 'Cloudflare edge'],
  [600, 'Google Cloud, Azure Redis'],
  [620, 'Google Cloud load balancer back end'],
  [650, 'Google Cloud load balancer back end'],
  [900, 'IPVS'],
  [1800, 'office firewalls'],
  [3600, 'firewalls: tcp established'],
  [7200, 'tcp_keepalive_time'],
  [28800, 'MySQL wait_timeout'],
];

/** A gap within 2 % and a second after a named timer: a hint, never the proof. */
export function namedTimer(ms: number): string | undefined {
  const found = NAMED_TIMERS.find(
    ([seconds]) => ms >= seconds * 990 && ms <= seconds * 1020 + 1000,
  );
  return found && `${found[0]} s (${found[1]})`;
}

/** How far from a whole second a timer of whole seconds may seem to run out. */
const OFF_BY_MS = 20;
/** Longer ones run ahead or behind by this part. */
const OFF_BY_PART = 0.005;

/** Runs out a whole number of seconds after something, as timers set in seconds do. */
export function isWholeSeconds(ms: number): boolean {
  if (ms < 950) return false;
  const off = Math.abs(ms - Math.round(ms / 1000) * 1000);
  return off <= Math.min(OFF_BY_MS + ms * OFF_BY_PART, 100);
}

/** How far apart two spans of one timer may lie. */
export const isOnSchedule = (ms: number, intervalMs: number): boolean =>
  Math.abs(ms - intervalMs) <= intervalMs * 0.1 + 20;
