/**
 * The one list of causes. An id, once released, keeps its meaning: it is the folder's name, the
 * argument of `resetlab cause`, the `cause` of the JSON and the value of a metric's attribute.
 */
export const CAUSE_IDS = [
  // From the claims: what the documents about TCP's reset describe.
  'closed-port',
  'half-open-restart',
  'keepalive-timeout',
  'close-with-unread-data',
  'linger-zero',
  'linger-timeout',
  'data-after-close',
  'lost-last-ack',
  'handshake-ack-unacceptable',
  'handshake-timeout',
  'syn-flood-defence',
  'accept-queue-overflow',
  'time-wait-collision',
  'zero-window-timeout',
  'retransmission-timeout',
  'user-timeout',
  'orphan-limit',
  'read-shutdown',
  'firewall-reject',
  'repeated-reset',
  'reset-ignored',
  // From the kernel: further reasons that Linux gives in its own trace.
  'disconnect',
  'destroyed',
  'listener-closed',
  'linger2-abort',
  'out-of-memory',
  'connect-cancelled',
  'paws',
  'listener-got-ack',
  'bad-ack-in-handshake',
  'mptcp',
  // From the field: what people meet, named by what they can change.
  'keepalive-race',
  'early-response',
  'client-abort',
  'health-check',
  'port-scan',
  'middlebox-idle-timeout',
  'conntrack-invalid',
  'four-tuple-reuse',
  'injected',
  'tls-rejected',
  'mass-restart',
  // Without a reset on the wire: the connection broke all the same.
  'closed-before-response',
  'connect-timeout',
  'connect-unreachable',
  // The honest answer where a capture tells too little.
  'unknown',
] as const;

export type CauseId = (typeof CAUSE_IDS)[number];

const KNOWN: ReadonlySet<string> = new Set(CAUSE_IDS);

/** Whether a word, say from the command line, is the id of a cause. */
export const isCauseId = (word: string): word is CauseId => KNOWN.has(word);
