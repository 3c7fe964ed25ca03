import type { Cause } from './cause.ts';
import type { CauseId } from './ids.ts';
import { closedPort } from './closed-port/cause.ts';
import { halfOpenRestart } from './half-open-restart/cause.ts';
import { keepaliveTimeout } from './keepalive-timeout/cause.ts';
import { closeWithUnreadData } from './close-with-unread-data/cause.ts';
import { lingerZero } from './linger-zero/cause.ts';
import { lingerTimeout } from './linger-timeout/cause.ts';
import { dataAfterCloseCause } from './data-after-close/cause.ts';
import { lostLastAck } from './lost-last-ack/cause.ts';
import { handshakeAckUnacceptable } from './handshake-ack-unacceptable/cause.ts';
import { handshakeTimeout } from './handshake-timeout/cause.ts';
import { synFloodDefence } from './syn-flood-defence/cause.ts';
import { acceptQueueOverflow } from './accept-queue-overflow/cause.ts';
import { timeWaitCollision } from './time-wait-collision/cause.ts';
import { zeroWindowTimeout } from './zero-window-timeout/cause.ts';
import { retransmissionTimeout } from './retransmission-timeout/cause.ts';
import { userTimeout } from './user-timeout/cause.ts';
import { orphanLimit } from './orphan-limit/cause.ts';
import { readShutdown } from './read-shutdown/cause.ts';
import { firewallReject } from './firewall-reject/cause.ts';
import { repeatedReset } from './repeated-reset/cause.ts';
import { resetIgnored } from './reset-ignored/cause.ts';
import { disconnect } from './disconnect/cause.ts';
import { destroyed } from './destroyed/cause.ts';
import { listenerClosed } from './listener-closed/cause.ts';
import { linger2Abort } from './linger2-abort/cause.ts';
import { outOfMemory } from './out-of-memory/cause.ts';
import { connectCancelled } from './connect-cancelled/cause.ts';
import { paws } from './paws/cause.ts';
import { listenerGotAck } from './listener-got-ack/cause.ts';
import { badAckInHandshake } from './bad-ack-in-handshake/cause.ts';
import { mptcp } from './mptcp/cause.ts';
import { keepaliveRace } from './keepalive-race/cause.ts';
import { earlyResponse } from './early-response/cause.ts';
import { clientAbort } from './client-abort/cause.ts';
import { healthCheck } from './health-check/cause.ts';
import { portScan } from './port-scan/cause.ts';
import { middleboxIdleTimeout } from './middlebox-idle-timeout/cause.ts';
import { conntrackInvalid } from './conntrack-invalid/cause.ts';
import { fourTupleReuse } from './four-tuple-reuse/cause.ts';
import { injected } from './injected/cause.ts';
import { tlsRejected } from './tls-rejected/cause.ts';
import { massRestart } from './mass-restart/cause.ts';
import { closedBeforeResponse } from './closed-before-response/cause.ts';
import { connectTimeout } from './connect-timeout/cause.ts';
import { connectUnreachable } from './connect-unreachable/cause.ts';
import { unknown } from './unknown/cause.ts';

/** Every cause there is, in the order of `ids.ts`. An id without its folder does not compile. */
export const CATALOGUE: { readonly [Id in CauseId]: Cause<Id> } = {
  'closed-port': closedPort,
  'half-open-restart': halfOpenRestart,
  'keepalive-timeout': keepaliveTimeout,
  'close-with-unread-data': closeWithUnreadData,
  'linger-zero': lingerZero,
  'linger-timeout': lingerTimeout,
  'data-after-close': dataAfterCloseCause,
  'lost-last-ack': lostLastAck,
  'handshake-ack-unacceptable': handshakeAckUnacceptable,
  'handshake-timeout': handshakeTimeout,
  'syn-flood-defence': synFloodDefence,
  'accept-queue-overflow': acceptQueueOverflow,
  'time-wait-collision': timeWaitCollision,
  'zero-window-timeout': zeroWindowTimeout,
  'retransmission-timeout': retransmissionTimeout,
  'user-timeout': userTimeout,
  'orphan-limit': orphanLimit,
  'read-shutdown': readShutdown,
  'firewall-reject': firewallReject,
  'repeated-reset': repeatedReset,
  'reset-ignored': resetIgnored,
  disconnect: disconnect,
  destroyed: destroyed,
  'listener-closed': listenerClosed,
  'linger2-abort': linger2Abort,
  'out-of-memory': outOfMemory,
  'connect-cancelled': connectCancelled,
  paws: paws,
  'listener-got-ack': listenerGotAck,
  'bad-ack-in-handshake': badAckInHandshake,
  mptcp: mptcp,
  'keepalive-race': keepaliveRace,
  'early-response': earlyResponse,
  'client-abort': clientAbort,
  'health-check': healthCheck,
  'port-scan': portScan,
  'middlebox-idle-timeout': middleboxIdleTimeout,
  'conntrack-invalid': conntrackInvalid,
  'four-tuple-reuse': fourTupleReuse,
  injected: injected,
  'tls-rejected': tlsRejected,
  'mass-restart': massRestart,
  'closed-before-response': closedBeforeResponse,
  'connect-timeout': connectTimeout,
  'connect-unreachable': connectUnreachable,
  unknown: unknown,
};
