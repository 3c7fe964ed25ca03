import type { Role } from '../causes/scenario.ts';
import type { Held } from '../host/host.ts';
import type { SimHost } from '../sim/sim-host.ts';
import { Connection, NEVER } from '../tcp/connection.ts';
import { Request } from '../tcp/request.ts';
import { variablesOf } from '../tcp/segment-record.ts';
import type { TimeWait } from '../tcp/time-wait.ts';
import { connectionOf, type EndView, type HostView, type Timer } from './moment.ts';

/** A host as it is now: a copy, which later moments leave alone. */
export const viewOf = (machine: SimHost, role: Role): HostView => {
  if (!machine.isOn) return { isOn: false, listening: [], ends: {} };
  const { host } = machine;
  const ends = Array.from(host.held(), ({ path, record }) => {
    const { local, remote } = path;
    const [client, server] = role === 'client' ? [local, remote] : [remote, local];
    return [connectionOf(client.port, server.port), endView(record)] as const;
  });
  return { isOn: true, listening: host.listeningPorts(), ends: Object.fromEntries(ends) };
};

const endView = (record: Held['record']): EndView => {
  if (record instanceof Connection) return ofConnection(record);
  return record instanceof Request ? ofRequest(record) : ofTimeWait(record);
};

const ofConnection = (c: Connection): EndView => {
  const { sndUna, sndNxt, sndWnd, rcvNxt, rcvWnd, unread, unacknowledged } = variablesOf(c);
  return {
    state: c.state,
    iss: c.iss >>> 0,
    irs: c.state === 'SYN-SENT' ? undefined : c.irs >>> 0,
    sndUna: sndUna >>> 0,
    sndNxt: sndNxt >>> 0,
    sndWnd,
    rcvNxt: rcvNxt >>> 0,
    rcvWnd,
    unread,
    unacknowledged,
    cwnd: c.cwnd,
    ssthresh: c.ssthresh === 0x7fff_ffff ? undefined : c.ssthresh,
    rtoMs: c.rtoMs,
    srttMs: c.srttMs < 0 ? undefined : c.srttMs,
    retransmits: c.retransmits,
    isOrphan: c.orphan,
    timers: running([
      { what: c.retransmitFor, atMs: c.retransmitAtMs },
      { what: 'ack', atMs: c.delayedAckAtMs },
      { what: 'keepalive', atMs: c.keepaliveAtMs },
      { what: 'close', atMs: c.closeAtMs },
    ]),
  };
};

const running = (timers: readonly Timer[]): Timer[] => timers.filter(({ atMs }) => atMs !== NEVER);

/** What neither of the two small records has. */
const NOT_KEPT = {
  unread: undefined,
  unacknowledged: undefined,
  cwnd: undefined,
  ssthresh: undefined,
  rtoMs: undefined,
  srttMs: undefined,
} as const;

const ofRequest = (request: Request): EndView => ({
  ...NOT_KEPT,
  state: 'SYN-RECEIVED',
  iss: request.iss >>> 0,
  irs: request.irs >>> 0,
  sndUna: request.iss >>> 0,
  sndNxt: (request.iss + 1) >>> 0,
  sndWnd: undefined,
  rcvNxt: (request.irs + 1) >>> 0,
  rcvWnd: request.rcvWnd,
  retransmits: request.retries,
  isOrphan: false,
  timers: running([{ what: 'rto', atMs: request.deadlineMs }]),
});

const ofTimeWait = (waiting: TimeWait): EndView => ({
  ...NOT_KEPT,
  state: waiting.state,
  iss: undefined,
  irs: undefined,
  sndUna: undefined,
  sndNxt: waiting.sndNxt >>> 0,
  sndWnd: undefined,
  rcvNxt: waiting.rcvNxt >>> 0,
  rcvWnd: waiting.rcvWnd,
  retransmits: 0,
  isOrphan: true,
  timers: running([{ what: 'close', atMs: waiting.expiresAtMs }]),
});
