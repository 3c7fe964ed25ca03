import type { CauseId } from '../../causes/ids.ts';

/** The values that OpenTelemetry proposes for `network.tcp.reset.cause`. */
export type OtelCause = 'application' | 'timeout' | 'unreachable' | 'refused';

const REFUSED: ReadonlySet<CauseId> = new Set<CauseId>([
  'closed-port',
  'firewall-reject',
  'accept-queue-overflow',
  'syn-flood-defence',
  'port-scan',
  'listener-got-ack',
  'handshake-ack-unacceptable',
  'four-tuple-reuse',
  'bad-ack-in-handshake',
  'tls-rejected',
]);

const TIMEOUT: ReadonlySet<CauseId> = new Set<CauseId>([
  'keepalive-timeout',
  'handshake-timeout',
  'linger-timeout',
  'retransmission-timeout',
  'user-timeout',
  'zero-window-timeout',
  'middlebox-idle-timeout',
  'keepalive-race',
  'connect-timeout',
  'connect-cancelled',
]);

const UNREACHABLE: ReadonlySet<CauseId> = new Set<CauseId>([
  'half-open-restart',
  'conntrack-invalid',
  'injected',
  'connect-unreachable',
  'lost-last-ack',
  'mass-restart',
]);

/** Everything else is some application's doing, or its kernel's on its behalf. */
export const otelCauseOf = (cause: CauseId): OtelCause => {
  if (REFUSED.has(cause)) return 'refused';
  if (TIMEOUT.has(cause)) return 'timeout';
  return UNREACHABLE.has(cause) ? 'unreachable' : 'application';
};
