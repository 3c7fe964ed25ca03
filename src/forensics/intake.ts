import type { CaptureCounts, Problem } from '../capture/problem.ts';
import { readOptions, TcpOptions } from '../wire/options.ts';
import { ACK, Packet, RST, SYN, type PacketVisitor } from '../wire/packet.ts';
import { Investigation, type Conclusion } from './investigation.ts';
import { ConnectionKey } from './key.ts';
import { advance, ANY_DATA, beginning, BOTH_FIN, HUNG_UP, isSuspicious } from './lifeline.ts';
import { Opening, readOpening } from './opening.ts';
import { Roll } from './roll.ts';
import { Traces } from './traces.ts';
import type { Verdict } from './verdict.ts';

/** Whoever sends more is followed: a long trace would cost more than following. */
const LONGEST_TRACE = 64;
/** Connections that have ended in order and are kept for what may still come. */
const ENDED_KEPT = 4096;

/**
 * A stream goes by once, and who will matter is not known before it does. So each connection leaves
 * a trace of its segments, and is followed from its beginning as soon as a reset, a hang-up or a
 * silence makes it matter; who ends in order takes the trace along. What is said is the same as
 * after two passes.
 */
export class Intake implements PacketVisitor {
  private readonly investigation = new Investigation();
  private readonly roll = new Roll();
  private readonly traces = new Traces();
  private readonly key = new ConnectionKey();
  private readonly options = new TcpOptions();
  private readonly opening = new Opening();
  private readonly past = new Packet();
  private readonly pastKey = new ConnectionKey();
  private readonly pastOptions = new TcpOptions();
  private readonly pastOpening = new Opening();
  private ended: number[] = [];
  private gone = 0;
  private connections = 0;

  segment(packet: Packet): void {
    const { flags } = packet;
    this.investigation.beginAt(packet.seconds);
    const key = this.key.of(packet);
    readOptions(packet, this.options);
    if (packet.payloadLength > 0) readOpening(packet, this.opening);
    const row = this.rowOf(packet, key);
    if ((flags & RST) !== 0) {
      this.follow(row);
      this.end(row);
    }
    if (this.roll.isFollowed(row)) {
      this.investigation.follow(packet, this.options, this.opening, key);
    } else {
      this.note(row, packet, key);
    }
    if ((flags & RST) === 0) this.live(row, packet, key.side);
  }

  icmpError(packet: Packet): void {
    const row = this.roll.find(this.key.of(packet));
    if (row >= 0) this.follow(row);
    this.investigation.icmpError(packet);
  }

  ripe(): Generator<Verdict> {
    return this.investigation.ripe();
  }

  conclude(counts: CaptureCounts, problems: readonly Problem[]): Conclusion {
    for (const row of this.roll.rows()) {
      if (!this.roll.isFollowed(row) && isSuspicious(this.roll.state(row))) this.follow(row);
    }
    this.investigation.connectionCount = this.connections;
    return this.investigation.conclude(counts, problems);
  }

  /** The connection's row; a SYN after a life that was lived begins another. */
  private rowOf(packet: Packet, key: ConnectionKey): number {
    const row = this.roll.find(key);
    if (row < 0) {
      this.connections++;
      return this.roll.add(
        packet,
        key,
        beginning(packet.sourcePort > packet.targetPort, key.side),
        this.traces.begin(),
      );
    }
    const opens = (packet.flags & (SYN | ACK | RST)) === SYN;
    if (opens && (this.roll.state(row) & (BOTH_FIN | ANY_DATA)) !== 0)
      this.beginAgain(row, packet, key);
    return row;
  }

  /** The trace of the life before is kept for one more, as what it left may meet the new one. */
  private beginAgain(row: number, packet: Packet, key: ConnectionKey): void {
    this.connections++;
    if (isSuspicious(this.roll.state(row))) this.follow(row);
    this.roll.setState(row, beginning(packet.sourcePort > packet.targetPort, key.side));
    if (this.roll.isFollowed(row)) return;
    const before = this.roll.before(row);
    if (before.first >= 0) this.traces.release(before.first);
    this.roll.beginAgain(row, this.traces.begin());
  }

  private note(row: number, packet: Packet, key: ConnectionKey): void {
    const { roll } = this;
    const count = roll.count(row);
    roll.setLast(
      row,
      this.traces.add(roll.last(row), count, packet, this.options, this.opening, key.side),
      count + 1,
    );
    if ((packet.flags & (SYN | ACK)) === (SYN | ACK)) {
      this.investigation.surroundings.accepted(packet, key.sourceEndpoint);
    }
  }

  /** One more segment of its life, and whether that makes it matter, or ends it. */
  private live(row: number, packet: Packet, side: 0 | 1): void {
    const { roll } = this;
    const before = roll.state(row);
    const state = advance(before, packet.flags, packet.payloadLength, side);
    roll.setState(row, state);
    if ((state & HUNG_UP) !== 0 || roll.count(row) >= LONGEST_TRACE) this.follow(row);
    if ((state & BOTH_FIN) === BOTH_FIN && (before & BOTH_FIN) !== BOTH_FIN) this.end(row);
  }

  /** From now on the investigation has it: first everything that was noted of it. */
  private follow(row: number): void {
    const { roll } = this;
    if (roll.isFollowed(row)) return;
    const before = roll.before(row);
    this.replay(row, before.first, before.count);
    this.replay(row, roll.first(row), roll.count(row));
    roll.setFollowed(row);
  }

  private replay(row: number, first: number, count: number): void {
    if (first < 0) return;
    const { past, pastKey, pastOptions, pastOpening } = this;
    for (let index = 0; index < count; index++) {
      const side = this.traces.read(first, index, past, pastOptions, pastOpening);
      this.roll.address(row, past, side);
      this.investigation.follow(past, pastOptions, pastOpening, pastKey.of(past));
    }
    this.traces.release(first);
  }

  /** It is over: its row makes room once enough others have ended after it. */
  private end(row: number): void {
    this.ended.push(row, this.roll.generation(row));
    while (this.ended.length - this.gone > 2 * ENDED_KEPT) {
      const oldest = this.ended[this.gone];
      const generation = this.ended[this.gone + 1];
      this.gone += 2;
      if (this.roll.generation(oldest) === generation) this.leave(oldest);
    }
    if (this.gone >= ENDED_KEPT) {
      this.ended = this.ended.slice(this.gone);
      this.gone = 0;
    }
  }

  private leave(row: number): void {
    const { roll, traces } = this;
    if (!roll.isFollowed(row)) {
      if (isSuspicious(roll.state(row))) this.follow(row);
      else {
        traces.release(roll.first(row));
        const before = roll.before(row);
        if (before.first >= 0) traces.release(before.first);
      }
    }
    roll.remove(row);
  }
}
