/**
 * The states of RFC 9293 §3.3.2. LISTEN belongs to a listener, which is no connection; a passive
 * SYN-RECEIVED is a `Request` and TIME-WAIT a `TimeWait`, both small, because floods and busy
 * servers have millions of them.
 */
export type State =
  | 'CLOSED'
  | 'LISTEN'
  | 'SYN-SENT'
  | 'SYN-RECEIVED'
  | 'ESTABLISHED'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSE-WAIT'
  | 'CLOSING'
  | 'LAST-ACK'
  | 'TIME-WAIT';
