import type { TcpState } from '../causes/tcp-state.ts';

/**
 * The states of RFC 9293 §3.3.2. LISTEN belongs to a listener, which is no connection; a passive
 * SYN-RECEIVED is a `Request` and TIME-WAIT a `TimeWait`, both small, because floods and busy
 * servers have millions of them.
 */
export type State = TcpState;
