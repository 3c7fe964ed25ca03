import type { Role, Step } from '../causes/scenario.ts';
import { Dissection, type InFlight } from '../sim/in-flight.ts';
import type { SimHost } from '../sim/sim-host.ts';
import type { ResetEvent } from '../tcp/reset-event.ts';
import { viewOf } from './end-view.ts';
import {
  connectionOf,
  type Happening,
  type Moment,
  type Passage,
  type SilentStep,
} from './moment.ts';
import { Numbering } from './numbering.ts';
import type { CallRecord } from './run.ts';
import type { Stage } from './stage.ts';
import type { Witness } from './witness.ts';

/** More than these are not kept: a run that long is no longer stepped through. */
const MOST = 5000;

/**
 * Writes a run down moment by moment: what left, what arrived, what calls returned, what the engine
 * said of resets. What belongs to one input of a host shows the host as it was when it had done.
 */
export class Chronicle implements Witness {
  readonly name = 'chronicle';
  readonly moments: Moment[] = [];
  /** Some moments were not kept. */
  isCut = false;
  private open: { readonly atMs: number; readonly happening: Happening }[] = [];
  private readonly passages = new Map<object, Passage>();
  private readonly numbering = new Numbering();
  private readonly look = new Dissection();
  private stage: Stage | undefined;
  private calls: readonly CallRecord[] = [];
  private toldCalls = 0;
  private toldEvents = 0;

  begin(stage: Stage, calls: readonly CallRecord[]): void {
    this.stage = stage;
    this.calls = calls;
  }

  departs(host: SimHost, packet: InFlight): void {
    const on = roleOf(host);
    const passage = this.passageOf(packet, on, on === 'client' ? 'server' : 'client');
    passage.sentAt ??= this.next;
    this.note({ kind: 'sent', on, passage });
  }

  arrives(host: SimHost, packet: InFlight): void {
    this.noteBoxes();
    const on = roleOf(host);
    const known = this.passages.get(packet.identity);
    const passage = known ?? this.passageOf(packet, undefined, on);
    passage.arrivedAt ??= this.next;
    this.note({ kind: 'arrived', on, passage });
  }

  tells(host: SimHost, event: ResetEvent): void {
    this.note({ kind: 'told', told: { who: host.name, event } });
  }

  settled(): void {
    this.noteCalls();
    this.noteBoxes();
    this.close();
  }

  step(step: Step): void {
    this.noteCalls();
    this.noteBoxes();
    if (isSilent(step)) this.note({ kind: 'step', step });
    this.close();
  }

  end(): void {
    this.noteCalls();
    this.noteBoxes();
    this.close();
  }

  private get next(): number {
    return this.moments.length + this.open.length;
  }

  private note(happening: Happening): void {
    this.open.push({ atMs: this.stage?.now ?? 0, happening });
  }

  private noteCalls(): void {
    for (; this.toldCalls < this.calls.length; this.toldCalls += 1) {
      const call = this.calls[this.toldCalls];
      if (call !== undefined) this.note({ kind: 'call', call });
    }
  }

  /** What hosts tell was noted when they told it. */
  private noteBoxes(): void {
    const events = this.stage?.world.events ?? [];
    for (; this.toldEvents < events.length; this.toldEvents += 1) {
      const told = events[this.toldEvents];
      if (told !== undefined && !isHost(told.who)) this.note({ kind: 'told', told });
    }
  }

  private close(): void {
    const { stage, open } = this;
    if (stage === undefined || open.length === 0) return;
    this.open = [];
    if (this.moments.length + open.length > MOST) {
      this.isCut = true;
      return;
    }
    const hosts = {
      client: viewOf(stage.machine('client'), 'client'),
      server: viewOf(stage.machine('server'), 'server'),
    };
    for (const one of open) this.moments.push({ ...one, hosts });
  }

  private passageOf(packet: InFlight, from: Role | undefined, toward: Role): Passage {
    const { look } = this;
    const ends = { from, toward, sentAt: undefined, arrivedAt: undefined };
    if (!look.read(packet))
      return this.keep(packet, { ...ends, segment: undefined, connection: '' });
    const { sourcePort, targetPort } = look.segment;
    const [client, server] =
      toward === 'server' ? [sourcePort, targetPort] : [targetPort, sourcePort];
    const connection = connectionOf(client, server);
    const segment = this.numbering.seen(connection, look.segment, toward, from !== undefined);
    return this.keep(packet, { ...ends, segment, connection });
  }

  private keep(packet: InFlight, passage: Passage): Passage {
    this.passages.set(packet.identity, passage);
    return passage;
  }
}

const isHost = (name: string): name is Role => name === 'client' || name === 'server';

const roleOf = ({ name }: SimHost): Role => (name === 'client' ? 'client' : 'server');

const isSilent = (step: Step): step is SilentStep => {
  switch (step.do) {
    case 'connect':
    case 'accept':
    case 'write':
    case 'read':
    case 'close':
    case 'shutdown':
    case 'error':
    case 'disconnect':
    case 'collect':
    case 'wait':
    case 'await':
      return false;
    case 'listen':
    case 'bind':
    case 'setsockopt':
    case 'destroy':
    case 'forget':
    case 'kill':
    case 'heed SIGPIPE':
    case 'cut power':
    case 'boot':
    case 'sysctl':
    case 'run':
    case 'lose':
    case 'hold':
    case 'release':
    case 'discard':
    case 'heal':
    case 'inject':
    case 'send raw':
    case 'filter':
    case 'limit subflows':
    case 'add endpoint':
      return true;
  }
};
