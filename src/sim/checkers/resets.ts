import { nameOf } from '../../wire/ip-address.ts';
import { RST } from '../../wire/packet.ts';
import type { ResetSent } from '../../tcp/reset-event.ts';
import { Dissection, type InFlight } from '../in-flight.ts';
import type { SimHost } from '../sim-host.ts';
import type { Checker, Complain } from './checker.ts';

/** No reset answers a reset (RFC 9293 §3.10.7.1): it would never end. */
export class NoResetAnswersReset implements Checker {
  readonly name = 'no reset answers a reset';
  private readonly look = new Dissection();
  /** The four-tuple of the reset that the host is at. */
  private answered: string | undefined = undefined;

  arrives(_host: SimHost, packet: InFlight): void {
    const { look } = this;
    const isReset = look.read(packet, true) && (look.segment.flags & RST) !== 0;
    this.answered = isReset ? `${nameOf(look.target)} ${nameOf(look.source)}` : undefined;
  }

  departs(_host: SimHost, packet: InFlight, complain: Complain): void {
    const { look } = this;
    if (this.answered === undefined || !look.read(packet)) return;
    if ((look.segment.flags & RST) === 0) return;
    const tuple = `${nameOf(look.source)} ${nameOf(look.target)}`;
    if (tuple === this.answered) complain(`${tuple} answered a reset with a reset`);
  }

  settled(): void {
    this.answered = undefined;
  }
}

/** Every reset on the wire has one account of its cause, with its numbers; and no account is without. */
export class ResetsAreAccountedFor implements Checker {
  readonly name = 'resets are accounted for';
  private readonly look = new Dissection();
  private sent: { readonly text: string; readonly packet: InFlight }[] = [];
  private told: ResetSent[] = [];

  departs(_host: SimHost, packet: InFlight): void {
    const { look } = this;
    if (!look.read(packet) || (look.segment.flags & RST) === 0) return;
    const { segment } = look;
    const text = resetText(nameOf(look.source), nameOf(look.target), segment.seq, segment.ack);
    this.sent.push({ text, packet });
  }

  tells(_host: SimHost, event: ResetSent | { readonly kind: string }): void {
    if (isSent(event)) this.told.push(event);
  }

  settled(host: SimHost, complain: Complain): void {
    const told = this.told.map(eventText);
    const sent = this.sent.map(({ text }) => text);
    for (const text of sent) {
      if (count(sent, text) !== count(told, text)) complain(`${host.name} sent ${text}, untold`);
    }
    for (const text of told) {
      if (!sent.includes(text)) complain(`${host.name} told of ${text}, unsent`);
    }
    for (const { text, packet } of this.sent) {
      if (packet.event === undefined) complain(`${host.name} sent ${text} without its account`);
    }
    this.sent = [];
    this.told = [];
  }
}

const isSent = (event: ResetSent | { readonly kind: string }): event is ResetSent =>
  event.kind === 'sent';

const eventText = ({ path, reset }: ResetSent): string =>
  resetText(nameOf(path.local), nameOf(path.remote), reset.seq, reset.ack);

const resetText = (from: string, to: string, seq: number, ack: number): string =>
  `a reset from ${from} to ${to}, seq ${seq >>> 0}, ack ${ack >>> 0}`;

const count = (texts: readonly string[], text: string): number =>
  texts.filter((each) => each === text).length;
