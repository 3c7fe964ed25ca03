import type { SurroundingsFacts } from '../causes/evidence.ts';
import { ACK, type Packet } from '../wire/packet.ts';
import { hostOfSource, hostOfTarget, type ConnectionKey } from './key.ts';

/** Resets of one host within this time are one event. */
const INSTANT_SECONDS = 0.25;
/** Fewer resets at once than this are chance. */
const MASS_AT_LEAST = 5;
/** How far the density of an instant must stand above the host's own average. */
const MASS_DENSITY = 8;
/** Distinct endpoints remembered for one scanning host. */
const PROBES_REMEMBERED = 256;
/** A health check shows itself by this many resets at one period. */
const CHECKS_AT_LEAST = 4;

/** What one endpoint did to those who wanted to connect. Times in seconds of the capture. */
interface Service {
  firstAccepted: number;
  lastAccepted: number;
  firstRefused: number;
  lastRefused: number;
}

interface Checks {
  readonly count: number;
  readonly periodMs: number | undefined;
}

const NO_CHECKS: Checks = { count: 0, periodMs: undefined };

/** The resets that one host sent, in the order of the capture; repetitions left out. */
class HostResets {
  readonly times: number[] = [];
  readonly receivers: number[] = [];
  private newest = 0;

  note(at: number, connection: number, receiverEndpoint: number): void {
    if (connection === this.newest && this.times.length > 0) return;
    this.newest = connection;
    this.times.push(at);
    this.receivers.push(receiverEndpoint);
  }
}

const NO_RESETS = new HostResets();

/** Where and when, to ask what happened around it. */
export interface Place {
  /** Seconds since the epoch. */
  readonly at: number;
  /** Hashes, as of `key.ts`. */
  readonly senderHost: number;
  readonly senderEndpoint: number;
  readonly clientHost: number;
  readonly serverEndpoint: number;
  /** The connection carried no data. */
  readonly isUnused: boolean;
}

/**
 * What happens to many connections at once: a journal of every accepted and every reset connection
 * by host and endpoint, kept apart from the connections themselves so that it is complete even
 * where few of them are followed. Some 100 bytes a reset connection.
 */
export class Surroundings {
  private readonly services = new Map<number, Service>();
  private readonly resetsByHost = new Map<number, HostResets>();
  private readonly probesByHost = new Map<number, Set<number>>();
  private readonly unansweredByService = new Map<number, number>();
  private readonly checksByPair = new Map<number, Checks>();

  /** A SYN,ACK was seen. */
  accepted(packet: Packet, endpoint: number): void {
    const at = secondsOf(packet);
    const service = this.services.get(endpoint);
    if (service === undefined) this.services.set(endpoint, newService(at, -1));
    else {
      if (service.firstAccepted < 0 || at < service.firstAccepted) service.firstAccepted = at;
      service.lastAccepted = Math.max(service.lastAccepted, at);
    }
  }

  /** A reset was seen; `key` is the packet's. */
  reset(packet: Packet, key: ConnectionKey): void {
    const at = secondsOf(packet);
    const host = hostOfSource(packet);
    let resets = this.resetsByHost.get(host);
    if (resets === undefined) this.resetsByHost.set(host, (resets = new HostResets()));
    // A refused SYN ends nothing: it is counted apart.
    const isRefusal = (packet.flags & ACK) !== 0 && packet.seq === 0;
    if (!isRefusal) resets.note(at, key.tag, key.targetEndpoint);
    if (isRefusal) {
      this.refused(at, key.sourceEndpoint);
      this.probed(hostOfTarget(packet), key.sourceEndpoint);
    }
  }

  /** A SYN was never answered. */
  unanswered(clientHost: number, serverEndpoint: number): void {
    const known = this.unansweredByService.get(serverEndpoint) ?? 0;
    this.unansweredByService.set(serverEndpoint, known + 1);
    this.probed(clientHost, serverEndpoint);
  }

  /** A client reset a connection that it had not used: one more endpoint tried. */
  probed(clientHost: number, serverEndpoint: number): void {
    const probes = this.probesByHost.get(clientHost);
    if (probes === undefined) this.probesByHost.set(clientHost, new Set([serverEndpoint]));
    else if (probes.size < PROBES_REMEMBERED) probes.add(serverEndpoint);
  }

  around(place: Place, siblingConnection: string | undefined): SurroundingsFacts {
    const service = this.services.get(place.senderEndpoint);
    const mass = this.massAround(place);
    const checks = place.isUnused
      ? this.checksBy(place.clientHost, place.serverEndpoint)
      : NO_CHECKS;
    return {
      massCount: mass.count,
      massWithinMs: mass.withinMs,
      refusedBefore:
        service && service.firstRefused >= 0 && service.firstRefused < place.at ? 1 : 0,
      refusedAfter: service && service.lastRefused > place.at ? 1 : 0,
      acceptedBefore:
        service && service.firstAccepted >= 0 && service.firstAccepted < place.at ? 1 : 0,
      acceptedAfter: service && service.lastAccepted > place.at ? 1 : 0,
      endpointsProbed: this.probesByHost.get(place.clientHost)?.size ?? 0,
      checkCount: checks.count,
      checkPeriodMs: checks.periodMs,
      siblingConnection,
      unansweredSyns: this.unansweredByService.get(place.serverEndpoint) ?? 0,
    };
  }

  private refused(at: number, endpoint: number): void {
    const service = this.services.get(endpoint);
    if (service === undefined) this.services.set(endpoint, newService(-1, at));
    else {
      if (service.firstRefused < 0) service.firstRefused = at;
      service.lastRefused = at;
    }
  }

  /** Connections that the sender's host reset in the same instant, if far more than it always does. */
  private massAround(place: Place): { count: number; withinMs: number } {
    const { times } = this.resetsByHost.get(place.senderHost) ?? NO_RESETS;
    const first = firstAtOrAfter(times, place.at - INSTANT_SECONDS);
    const end = firstAtOrAfter(times, place.at + INSTANT_SECONDS);
    const count = end - first;
    if (count < MASS_AT_LEAST) return { count: 0, withinMs: 0 };
    const span = times[times.length - 1] - times[0];
    const usual = span === 0 ? 0 : (times.length - count) * ((2 * INSTANT_SECONDS) / span);
    if (count < MASS_DENSITY * usual) return { count: 0, withinMs: 0 };
    return { count: count - 1, withinMs: (times[end - 1] - times[first]) * 1000 };
  }

  /** Resets by one client towards one service, and their period if they keep one. */
  private checksBy(clientHost: number, serverEndpoint: number): Checks {
    const pair = pairOf(clientHost, serverEndpoint);
    let checks = this.checksByPair.get(pair);
    if (checks === undefined) {
      const { times, receivers } = this.resetsByHost.get(clientHost) ?? NO_RESETS;
      const own = times.filter((_at, index) => receivers[index] === serverEndpoint);
      const few = own.length < CHECKS_AT_LEAST;
      checks = few ? NO_CHECKS : { count: own.length, periodMs: periodOf(own) };
      this.checksByPair.set(pair, checks);
    }
    return checks;
  }
}

const pairOf = (clientHost: number, serverEndpoint: number): number =>
  Math.imul(clientHost, 0x9e3779b1) ^ serverEndpoint;

const secondsOf = (packet: Packet): number => packet.seconds + packet.nanos * 1e-9;

const newService = (acceptedAt: number, refusedAt: number): Service => ({
  firstAccepted: acceptedAt,
  lastAccepted: acceptedAt,
  firstRefused: refusedAt,
  lastRefused: refusedAt,
});

/** Index of the first time not before another; the journal is in the order of the capture. */
function firstAtOrAfter(times: readonly number[], at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The median interval, if three in four of the intervals lie within a tenth of it. Milliseconds. */
function periodOf(times: readonly number[]): number | undefined {
  const intervals = times.slice(1).map((at, index) => at - times[index]);
  const median = intervals.toSorted((a, b) => a - b)[intervals.length >> 1];
  if (median <= 0) return undefined;
  const regular = intervals.filter((interval) => Math.abs(interval - median) <= median / 10);
  return regular.length * 4 >= intervals.length * 3 ? median * 1000 : undefined;
}
