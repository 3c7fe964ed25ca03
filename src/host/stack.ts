import type { IpAddress } from '../wire/ip-address.ts';
import type { Datagram } from '../wire/datagram.ts';
import { Segment } from '../wire/segment.ts';
import { afterBatch } from '../tcp/ack-policy.ts';
import type { Connection } from '../tcp/connection.ts';
import { fail } from '../tcp/ending.ts';
import type { Secret } from '../tcp/keyed-hash.ts';
import { output } from '../tcp/output.ts';
import { type Request, requestTimeout, synAckTimeoutMs } from '../tcp/request.ts';
import type { Settings } from '../tcp/sysctl.ts';
import { TimeWait, timeWaitOf } from '../tcp/time-wait.ts';
import { deadline, timeout } from '../tcp/timeouts.ts';
import { Attachment } from './attachment.ts';
import type { Egress } from './egress.ts';
import { EphemeralPorts } from './ephemeral-port.ts';
import { Listeners } from './listener.ts';
import { endingOf, type Ending, type Obituaries } from './obituaries.ts';
import type { Path } from './path.ts';
import { Ports } from './ports.ts';
import { Timers } from './timers.ts';
import { TimeWaitTable } from './time-wait-table.ts';
import { TupleKey } from './tuple-key.ts';
import { TupleTable } from './tuple-table.ts';

/** What time it is for calls of the sockets API, which do not say it. */
export interface Clock {
  /** Milliseconds, never falling; the same clock that packets arrive by. */
  readonly now: number;
}

/** What a stack is given. */
export interface StackParts {
  readonly addresses: readonly IpAddress[];
  readonly settings: Settings;
  readonly secret: Secret;
  readonly clock: Clock;
  readonly egress: Egress;
  readonly obituaries: Obituaries;
  /** Of the link, in bytes of IP packet. */
  readonly mtu: number;
  readonly checksums: boolean;
}

/**
 * The memory of a host: its connections by four-tuple, their timers, who listens where. Inputs are
 * handled in `segment-comes.ts`, `handshakes.ts`, `icmp-comes.ts` and by the calls of sockets; each
 * ends with `settle`.
 */
export class Stack {
  readonly parts: StackParts;
  readonly settings: Settings;
  readonly egress: Egress;
  readonly obituaries: Obituaries;
  readonly table = new TupleTable<Attachment>();
  readonly timers = new Timers();
  readonly timeWaits = new TimeWaitTable();
  readonly ports = new Ports();
  readonly listeners = new Listeners();
  readonly ephemeral: EphemeralPorts;
  /** The segment at hand and its four-tuple. */
  readonly segment = new Segment();
  readonly key: TupleKey;
  /** Connections that no application holds. */
  orphans = 0;
  /** Its link is gone for good. */
  isDown = false;
  /** Of the packets that come, more may follow at once. */
  isInBatch = false;
  /** Text that all connections hold: written and not acknowledged, or received and not read. */
  heldBytes = 0;
  private readonly pathKey: TupleKey;
  private readonly timeWait = new TimeWait();
  private readonly unanswered: Attachment[] = [];
  private readonly untold: (() => void)[] = [];
  private telling = false;

  constructor(parts: StackParts) {
    this.parts = parts;
    this.settings = parts.settings;
    this.egress = parts.egress;
    this.obituaries = parts.obituaries;
    this.ephemeral = new EphemeralPorts(parts.secret);
    this.key = new TupleKey(parts.secret[0]);
    this.pathKey = new TupleKey(parts.secret[0]);
  }

  get now(): number {
    return this.parts.clock.now;
  }

  /** The host's own object for the packet's target; undefined: it is not for this host. */
  addressOf(datagram: Datagram): IpAddress | undefined {
    for (const address of this.parts.addresses) {
      if (address.word0 !== datagram.target0 || address.version !== datagram.version) continue;
      if (address.version === 4) return address;
      const { word1, word2, word3 } = address;
      const { target1, target2, target3 } = datagram;
      if (word3 === target3 && word2 === target2 && word1 === target1) return address;
    }
    return undefined;
  }

  /** Valid until the next call. */
  keyOf(path: Path): TupleKey {
    return this.pathKey.ofPath(path);
  }

  /** A four-tuple is taken; `reuse`: by a socket with SO_REUSEADDR. */
  attach(path: Path, reuse: boolean): Attachment {
    const key = this.keyOf(path);
    const attachment = new Attachment(this, path, key.hash, reuse);
    this.obituaries.forget(key);
    this.table.add(attachment);
    attachment.timer = this.timers.admit(attachment);
    return attachment;
  }

  /** From here on it is a connection, and uses its local port. */
  connect(attachment: Attachment, connection: Connection): void {
    const { local } = attachment.path;
    attachment.request = undefined;
    attachment.connection = connection;
    this.ports.connectionBegins(local.address, local.port, attachment.reuse);
  }

  /** After each input that a connection had: tells its application, and lets go of what is over. */
  settle(attachment: Attachment, now: number): void {
    const { connection } = attachment;
    if (connection === undefined || !attachment.isHeld) return;
    attachment.waiter?.wake(now);
    if (!attachment.isHeld) return;
    if (connection.state === 'CLOSED' || connection.becomesTimeWait) {
      this.release(attachment, connection, now);
      return;
    }
    this.hold(attachment, connection.sendBuffer.length + connection.receiveBuffer.readable);
    if (connection.orphan && !attachment.orphan) {
      attachment.orphan = true;
      this.orphans += 1;
    }
    attachment.opening = connection.state === 'SYN-SENT';
    this.timers.arm(attachment.timer, deadline(connection));
  }

  /** Segments of this connection have come of which more may follow at once. */
  answerLater(attachment: Attachment): void {
    this.unanswered.push(attachment);
  }

  /** What they call for is done now. */
  answer(attachment: Attachment, now: number): void {
    const { connection } = attachment;
    if (connection?.answerPutOff !== true || !attachment.isHeld) return;
    this.egress.forgetReport();
    afterBatch(connection, now);
    this.settle(attachment, now);
  }

  /** The link takes new text again: who waited for that goes on. */
  goOn(now: number): void {
    const { egress } = this;
    egress.makeRoom();
    for (let path = egress.nextWaiting(); path !== undefined; path = egress.nextWaiting()) {
      const attachment = this.table.find(this.keyOf(path));
      if (attachment?.connection === undefined) continue;
      egress.forgetReport();
      output(attachment.connection, now);
      this.settle(attachment, now);
    }
    this.tell();
  }

  /** The end of a batch. */
  answerAll(now: number): void {
    this.isInBatch = false;
    const { unanswered } = this;
    for (let at = 0; at < unanswered.length; at += 1) this.answer(unanswered[at], now);
    unanswered.length = 0;
    this.tell();
  }

  /** A request leaves the SYN queue without having become a connection. */
  dropRequest(attachment: Attachment, ending: Ending): void {
    attachment.listener?.requests.delete(attachment);
    this.detach(attachment);
    this.obituaries.remember(this.keyOf(attachment.path), ending);
  }

  /** A connection vanishes from this host's memory without a packet. */
  lose(attachment: Attachment): void {
    const { local } = attachment.path;
    attachment.listener?.requests.delete(attachment);
    this.detach(attachment);
    if (attachment.connection !== undefined) {
      this.ports.connectionEnds(local.address, local.port, attachment.reuse);
    }
    this.obituaries.remember(this.keyOf(attachment.path), 'lost');
  }

  /**
   * The link is gone for good: what goes on over it fails with ENETDOWN, without a packet, and so does
   * whoever waits in accept(2). Linux leaves TCP to its time-outs there, since another way may be found;
   * here none can be. Its packet sockets do get ENETDOWN (packet_notifier).
   */
  goDown(now: number): void {
    if (this.isDown) return;
    this.isDown = true;
    this.egress.forgetReport();
    for (const attachment of Array.from(this.table)) {
      const { connection } = attachment;
      if (connection === undefined) this.dropRequest(attachment, 'lost');
      else {
        fail(connection, 'ENETDOWN');
        this.settle(attachment, now);
      }
    }
    for (const place of this.timeWaits.places()) this.endTimeWait(place, 'lost');
    for (const { waiter } of this.listeners) waiter.wake(now);
    this.tell();
  }

  endTimeWait(place: number, ending: Ending): void {
    const path = this.timeWaits.pathAt(place);
    this.ports.connectionEnds(path.local.address, path.local.port, this.timeWaits.reuseAt(place));
    this.timeWaits.remove(place);
    this.obituaries.remember(this.pathKey.ofPath(path), ending);
  }

  /** The time of an attachment is up. */
  timeUp(attachment: Attachment, now: number): void {
    this.egress.forgetReport();
    const { connection, request } = attachment;
    if (connection !== undefined) {
      timeout(connection, now);
      this.settle(attachment, now);
    } else if (request !== undefined) {
      this.requestTimeUp(attachment, request, now);
    }
  }

  private requestTimeUp(attachment: Attachment, request: Request, now: number): void {
    const { listener, overflowed } = attachment;
    if (attachment.deferred && request.retries + 1 < (listener?.deferredRetries ?? 0)) {
      // Its ACK came: the SYN,ACK need not be repeated until its last chance (syn_ack_recalc).
      request.retries += 1;
      request.deadlineMs = now + synAckTimeoutMs(request, this.settings);
      return;
    }
    if (requestTimeout(request, this.settings, this.egress, now) === 'keep') return;
    const isReset = this.egress.lastReport?.kind === 'sent';
    const ending =
      overflowed && listener?.isAcceptQueueFull === true
        ? 'accept-queue-overflow'
        : 'handshake-timeout';
    this.dropRequest(attachment, isReset ? 'reset' : ending);
  }

  deadline(): number {
    return Math.min(this.timers.deadline(), this.timeWaits.earliest);
  }

  timeout(now: number): void {
    this.timers.run(now);
    while (this.timeWaits.earliest <= now) this.endTimeWait(this.timeWaits.first, 'closed');
    this.tell();
  }

  /** Calls of applications that are settled are told when the input is over: they may call again. */
  readonly later = (tell: () => void): void => {
    this.untold.push(tell);
  };

  /** At the end of every input. An application that throws does not cost the others their news. */
  tell(): void {
    const { untold } = this;
    if (untold.length === 0 || this.telling) return;
    this.telling = true;
    let at = 0;
    try {
      while (at < untold.length) untold[at++]();
    } finally {
      this.telling = false;
      if (at === untold.length) untold.length = 0;
      else {
        untold.splice(0, at);
        this.tell();
      }
    }
  }

  private release(attachment: Attachment, connection: Connection, now: number): void {
    const { path, reuse } = attachment;
    this.detach(attachment);
    if (connection.becomesTimeWait && this.timeWaits.size < this.settings.tcp_max_tw_buckets) {
      timeWaitOf(connection, now, this.timeWait);
      this.timeWaits.add(this.keyOf(path), this.timeWait, reuse);
      return;
    }
    this.ports.connectionEnds(path.local.address, path.local.port, reuse);
    const ending = endingOf(path, attachment.opening, this.egress.lastReport);
    this.obituaries.remember(this.keyOf(path), ending);
  }

  private hold(attachment: Attachment, bytes: number): void {
    this.heldBytes += bytes - attachment.heldBytes;
    attachment.heldBytes = bytes;
  }

  private detach(attachment: Attachment): void {
    this.hold(attachment, 0);
    this.table.remove(attachment);
    this.timers.dismiss(attachment.timer);
    attachment.timer = -1;
    if (attachment.orphan) this.orphans -= 1;
  }
}
