import type { CauseId } from './ids.ts';
import type { Scenario } from './scenario.ts';
import { closedPortScenario } from './closed-port/scenario.ts';
import { halfOpenRestartScenario } from './half-open-restart/scenario.ts';
import { keepaliveTimeoutScenario } from './keepalive-timeout/scenario.ts';
import { closeWithUnreadDataScenario } from './close-with-unread-data/scenario.ts';
import { lingerZeroScenario } from './linger-zero/scenario.ts';
import { lingerTimeoutScenario } from './linger-timeout/scenario.ts';
import { dataAfterCloseScenario } from './data-after-close/scenario.ts';
import { lostLastAckScenario } from './lost-last-ack/scenario.ts';
import { handshakeAckUnacceptableScenario } from './handshake-ack-unacceptable/scenario.ts';
import { handshakeTimeoutScenario } from './handshake-timeout/scenario.ts';
import { synFloodDefenceScenario } from './syn-flood-defence/scenario.ts';
import { acceptQueueOverflowScenario } from './accept-queue-overflow/scenario.ts';
import { timeWaitCollisionScenario } from './time-wait-collision/scenario.ts';
import { zeroWindowTimeoutScenario } from './zero-window-timeout/scenario.ts';
import { retransmissionTimeoutScenario } from './retransmission-timeout/scenario.ts';
import { userTimeoutScenario } from './user-timeout/scenario.ts';
import { orphanLimitScenario } from './orphan-limit/scenario.ts';
import { readShutdownScenario } from './read-shutdown/scenario.ts';
import { firewallRejectScenario } from './firewall-reject/scenario.ts';
import { repeatedResetScenario } from './repeated-reset/scenario.ts';
import { resetIgnoredScenario } from './reset-ignored/scenario.ts';
import { disconnectScenario } from './disconnect/scenario.ts';
import { destroyedScenario } from './destroyed/scenario.ts';
import { listenerClosedScenario } from './listener-closed/scenario.ts';
import { linger2AbortScenario } from './linger2-abort/scenario.ts';
import { outOfMemoryScenario } from './out-of-memory/scenario.ts';
import { connectCancelledScenario } from './connect-cancelled/scenario.ts';
import { pawsScenario } from './paws/scenario.ts';
import { listenerGotAckScenario } from './listener-got-ack/scenario.ts';
import { badAckInHandshakeScenario } from './bad-ack-in-handshake/scenario.ts';
import { mptcpScenario } from './mptcp/scenario.ts';
import { keepaliveRaceScenario } from './keepalive-race/scenario.ts';
import { earlyResponseScenario } from './early-response/scenario.ts';
import { clientAbortScenario } from './client-abort/scenario.ts';
import { healthCheckScenario } from './health-check/scenario.ts';
import { portScanScenario } from './port-scan/scenario.ts';
import { middleboxIdleTimeoutScenario } from './middlebox-idle-timeout/scenario.ts';
import { conntrackInvalidScenario } from './conntrack-invalid/scenario.ts';
import { fourTupleReuseScenario } from './four-tuple-reuse/scenario.ts';
import { injectedScenario } from './injected/scenario.ts';
import { tlsRejectedScenario } from './tls-rejected/scenario.ts';
import { massRestartScenario } from './mass-restart/scenario.ts';
import { closedBeforeResponseScenario } from './closed-before-response/scenario.ts';
import { connectTimeoutScenario } from './connect-timeout/scenario.ts';
import { connectUnreachableScenario } from './connect-unreachable/scenario.ts';
import { normalClose, outOfWindow } from './orderly-scenarios.ts';
import { PROGRAMS } from './program-scenarios.ts';

/** Every scenario: those of the causes in the order of their ids, then what ends well, then programs. */
export const SCENARIOS: readonly Scenario[] = [
  closedPortScenario,
  halfOpenRestartScenario,
  keepaliveTimeoutScenario,
  closeWithUnreadDataScenario,
  lingerZeroScenario,
  lingerTimeoutScenario,
  dataAfterCloseScenario,
  lostLastAckScenario,
  handshakeAckUnacceptableScenario,
  handshakeTimeoutScenario,
  synFloodDefenceScenario,
  acceptQueueOverflowScenario,
  timeWaitCollisionScenario,
  zeroWindowTimeoutScenario,
  retransmissionTimeoutScenario,
  userTimeoutScenario,
  orphanLimitScenario,
  readShutdownScenario,
  firewallRejectScenario,
  repeatedResetScenario,
  resetIgnoredScenario,
  disconnectScenario,
  destroyedScenario,
  listenerClosedScenario,
  linger2AbortScenario,
  outOfMemoryScenario,
  connectCancelledScenario,
  pawsScenario,
  listenerGotAckScenario,
  badAckInHandshakeScenario,
  mptcpScenario,
  keepaliveRaceScenario,
  earlyResponseScenario,
  clientAbortScenario,
  healthCheckScenario,
  portScanScenario,
  middleboxIdleTimeoutScenario,
  conntrackInvalidScenario,
  fourTupleReuseScenario,
  injectedScenario,
  tlsRejectedScenario,
  massRestartScenario,
  closedBeforeResponseScenario,
  connectTimeoutScenario,
  connectUnreachableScenario,
  normalClose,
  outOfWindow,
  ...PROGRAMS,
];

/** Causes that no scenario makes, and why. */
export const WITHOUT_SCENARIO: { readonly [Id in CauseId]?: string } = {
  unknown: 'it is what remains when nothing is known',
};
