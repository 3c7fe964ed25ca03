import type { Endpoint } from '../wire/ip-address.ts';
import { type Application, PORT } from './application.ts';
import { arrivalOf } from './arrival.ts';
import type { Configuration } from './configuration.ts';
import type { Departure } from './departure.ts';
import { Dialogue } from './dialogue.ts';
import { icmpArrivalOf } from './icmp-arrival.ts';
import type { IcmpAction, PacketAction } from './script.ts';

const SYN = 2;
const RST = 4;
const ACK = 16;

/** The first remote port of connections that the script opens. */
const FIRST_PORT = 40_000;

/**
 * Which connection the packets of a script belong to. As with packetdrill there is one at a time: a
 * packet that comes while the application only listens, or has nothing at all, begins another.
 */
export class Conversation {
  private readonly app: Application;
  private readonly configuration: Configuration;
  private dialogue: Dialogue | undefined = undefined;
  private stage: 'begins' | 'syn-sent' | 'syn-received' | 'open' = 'open';
  private localPort = PORT;
  private nextPort = FIRST_PORT;
  /** Right edge of the window last offered, in the numbers of the script. */
  private rightEdge = 0;
  private windowShift = 0;
  private remoteScales = false;

  constructor(app: Application) {
    this.app = app;
    this.configuration = app.configuration;
  }

  /** The packet for the wire, or why it cannot be made. */
  arrival(action: PacketAction): Uint8Array | string {
    const dialogue = this.dialogueFor(action);
    if ((action.flags & SYN) !== 0) this.remoteScales = scaleOf(action.options) !== undefined;
    const seq = action.pastWindow === undefined ? action.seq : this.rightEdge + action.pastWindow;
    const numbers = dialogue.arrival({ ...action, seq });
    if (typeof numbers === 'string') return numbers;
    const { remote, local } = this.ends(dialogue);
    const source = { ...remote, port: action.sourcePort ?? remote.port };
    const target = { ...local, port: action.targetPort ?? local.port };
    return arrivalOf(action, numbers, source, target);
  }

  icmpArrival(action: IcmpAction): Uint8Array | string {
    const { dialogue } = this;
    if (dialogue === undefined) return 'there is no connection that ICMP could be about';
    const { local, remote } = this.ends(dialogue);
    const seq = dialogue.quoted(action.quotedSeq);
    return icmpArrivalOf(action, seq, local, remote) ?? `ICMP has no ${action.type} ${action.code}`;
  }

  /** Whether it belongs to the connection that the script is about. */
  isOurs(packet: Departure): boolean {
    this.begin(packet);
    return packet.targetPort === this.dialogue?.remotePort;
  }

  /** What left, in the numbers of the script, learning from both what stands for what. */
  departure(expected: PacketAction, packet: Departure): PacketAction {
    const { dialogue } = this;
    if (dialogue === undefined) throw new Error('a packet of no connection');
    this.learn(dialogue, expected, packet);
    const actual = dialogue.departure(packet, expected.absolute);
    this.seeWindow(packet, actual);
    return actual;
  }

  private dialogueFor(action: PacketAction): Dialogue {
    const { role } = this.app;
    if (role === 'listener' || this.dialogue === undefined) this.passive(action);
    const { dialogue } = this;
    if (dialogue === undefined) throw new Error('no connection');
    if (this.stage === 'syn-sent' && (action.flags & SYN) !== 0) {
      dialogue.remoteBegins(action.seq ?? 0);
      this.stage = 'open';
    }
    return dialogue;
  }

  /** The script opens a connection. */
  private passive(action: PacketAction): void {
    this.dialogue = new Dialogue(this.nextPort, this.configuration.scaledEcho);
    this.dialogue.remoteBegins(action.seq ?? 0);
    this.nextPort += 1;
    this.localPort = PORT;
    this.stage = 'syn-received';
    this.app.role = 'socket';
  }

  /** The application opens one: its SYN says from which port. */
  private begin({ flags, sourcePort, targetPort }: Departure): void {
    if (this.app.role !== 'connecting' || (flags & (SYN | ACK)) !== SYN) return;
    this.app.role = 'socket';
    this.dialogue = new Dialogue(targetPort, this.configuration.scaledEcho);
    this.localPort = sourcePort;
    this.stage = 'begins';
  }

  private learn(dialogue: Dialogue, expected: PacketAction, packet: Departure): void {
    const { flags } = packet;
    const begins = this.stage === 'begins' && (flags & (SYN | ACK)) === SYN;
    const answers = this.stage === 'syn-received' && (flags & (SYN | ACK)) === (SYN | ACK);
    if (begins || answers) {
      dialogue.localBegins(expected.seq ?? 0, packet.seq);
      this.stage = begins ? 'syn-sent' : 'open';
      this.windowShift = scaleOf(packet.options) ?? 0;
    }
    const [wanted, found] = [expected.options, packet.options].map((options) =>
      options === 'any' ? undefined : options.find(({ kind }) => kind === 'TS'),
    );
    if (wanted?.kind === 'TS' && found?.kind === 'TS') dialogue.learnVal(wanted.val, found.val);
  }

  private seeWindow({ flags, window }: Departure, { ack }: PacketAction): void {
    if ((flags & RST) !== 0 || ack === undefined) return;
    const isScaled = (flags & SYN) === 0 && this.remoteScales;
    this.rightEdge = ack + (isScaled ? window << this.windowShift : window);
  }

  private ends(dialogue: Dialogue): { local: Endpoint; remote: Endpoint } {
    const { local, remote } = this.configuration;
    return {
      local: { address: local, port: this.localPort },
      remote: { address: remote, port: dialogue.remotePort },
    };
  }
}

const scaleOf = (options: PacketAction['options']): number | undefined => {
  if (options === 'any') return undefined;
  const option = options.find(({ kind }) => kind === 'wscale');
  return option?.kind === 'wscale' ? option.value : undefined;
};
