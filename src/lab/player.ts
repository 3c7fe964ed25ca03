import type { Match, Role, Step, Variant } from '../causes/scenario.ts';
import { Application } from './application.ts';
import { forgeFrom, rawPacket } from './forgery.ts';
import { type Fits, fitting } from '../causes/scenario-match.ts';
import { startProgram } from './programs.ts';
import type { CallRecord } from './run.ts';
import type { Stage } from './stage.ts';

/** `await` gives up after so long: the scenario cannot go on. */
const AWAIT_MS = 5000;

type StepOf<Do extends Step['do']> = Extract<Step, { readonly do: Do }>;

/** Carries out the steps of a scenario on a stage, one after the other. */
export class Player {
  readonly calls: CallRecord[] = [];
  private readonly stage: Stage;
  private readonly applications: Readonly<Record<Role, Application>>;
  /** Whose a socket is, by its name. */
  private readonly owners = new Map<string, Application>();
  private readonly onStep: (step: Step) => void;

  /** `onStep` is told of each step that was carried out. */
  constructor(stage: Stage, onStep: (step: Step) => void) {
    this.stage = stage;
    this.onStep = onStep;
    this.applications = {
      client: new Application(stage, 'client', this.calls),
      server: new Application(stage, 'server', this.calls),
    };
  }

  play({ steps }: Variant): void {
    for (const [at, step] of steps.entries()) {
      try {
        this.step(step);
        this.onStep(step);
      } catch (error) {
        const place = `step ${at + 1} (${step.do})`;
        throw new Error(`${place}: ${(error as Error).message}`, { cause: error });
      }
    }
  }

  private step(step: Step): void {
    if ('socket' in step) this.call(step);
    else if ('on' in step) this.happens(step);
    else this.onTheWay(step);
  }

  /** What an application does, or suffers, with a socket of its own. */
  private call(step: Extract<Step, { readonly socket: string }>): void {
    const owner = this.ownerFor(step);
    const needed = neededBy(step);
    if (needed !== undefined && !owner.has(needed)) {
      owner.lacks(step);
      return;
    }
    switch (step.do) {
      case 'listen':
        owner.listen(step);
        return;
      case 'bind':
        owner.bind(step);
        return;
      case 'connect':
        owner.connect(step);
        return;
      case 'accept':
        owner.accept(step);
        return;
      case 'setsockopt':
        owner.set(step.socket, step);
        return;
      case 'error':
        owner.error(step);
        return;
      case 'collect':
        owner.collect(step);
        return;
      case 'destroy':
        owner.destroy(step.socket);
        return;
      case 'forget':
        owner.forget(step.socket);
        return;
      case 'write':
      case 'read':
      case 'close':
      case 'shutdown':
      case 'disconnect':
        owner.call(step);
        return;
    }
  }

  private ownerFor(step: Extract<Step, { readonly socket: string }>): Application {
    const known = this.owners.get(step.do === 'accept' ? step.listener : step.socket);
    const owner = 'on' in step ? this.applications[step.on] : known;
    if (owner === undefined) throw new Error(`no socket is called ${step.socket}`);
    this.owners.set(step.socket, owner);
    return owner;
  }

  /** What happens to a host or its process. */
  private happens(
    step: StepOf<
      | 'kill'
      | 'heed SIGPIPE'
      | 'cut power'
      | 'boot'
      | 'sysctl'
      | 'limit subflows'
      | 'add endpoint'
      | 'run'
    >,
  ): void {
    const application = this.applications[step.on];
    const machine = this.stage.machine(step.on);
    switch (step.do) {
      case 'kill':
        application.kill();
        return;
      case 'heed SIGPIPE':
        application.heedSigpipe();
        return;
      case 'cut power':
        machine.powerOff();
        return;
      case 'boot':
        machine.powerOn();
        application.begin();
        return;
      case 'sysctl':
        this.stage.sysctl(step.on, step.name, String(step.value));
        return;
      case 'run':
        startProgram(this.stage, step, this.calls);
        return;
      case 'limit subflows':
      case 'add endpoint':
        throw new Error('our engine speaks no Multipath TCP');
    }
  }

  private onTheWay(step: Exclude<Step, { readonly socket: string } | { readonly on: Role }>): void {
    const { stage } = this;
    const { wire } = stage;
    switch (step.do) {
      case 'wait':
        stage.advance(step.ms);
        return;
      case 'lose':
        wire.lose(this.fits(step.match), step.times ?? Number.POSITIVE_INFINITY);
        return;
      case 'hold':
        wire.hold(this.fits(step.match), step.times ?? 1);
        return;
      case 'release':
        wire.release();
        return;
      case 'discard':
        wire.discard();
        return;
      case 'heal':
        wire.heal();
        return;
      case 'await':
        this.await(step.match);
        return;
      case 'inject':
        this.inject(step);
        return;
      case 'send raw':
        this.sendRaw(step);
        return;
      case 'filter':
        stage.filter(step.at, this.fits(step.match), step.port, step.action);
        return;
    }
  }

  private await(match: Match): void {
    const fits = this.fits(match);
    const { wire } = this.stage;
    const came = this.stage.runUntil(() => wire.newest(fits) !== undefined, AWAIT_MS);
    // With other settings than the scenario's it may well not come.
    if (!came && !this.stage.isChanged)
      throw new Error(`in ${AWAIT_MS} ms no segment came that is ${JSON.stringify(match)}`);
  }

  private inject(step: StepOf<'inject'>): void {
    const { wire, now } = this.stage;
    const original = wire.newest(this.fits(step.like));
    if (original === undefined) throw new Error(`no segment was ${JSON.stringify(step.like)}`);
    const { packet, toward } = forgeFrom(original.packet, original.toward, step, now);
    wire.inject(packet, toward);
  }

  private sendRaw(step: StepOf<'send raw'>): void {
    const source = { address: this.stage.addressOf('client'), port: step.from };
    const target = { address: this.stage.addressOf('server'), port: step.port };
    this.stage.sendFrom('client', rawPacket(step, source, target, this.stage.now));
  }

  private fits(match: Match): Fits {
    return fitting(match, (socket) => {
      const owner = this.owners.get(socket);
      if (owner === undefined) throw new Error(`no socket is called ${socket}`);
      return owner.portOf(socket);
    });
  }
}

/** The socket that a step wants to find; undefined where it makes one. */
const neededBy = (step: Extract<Step, { readonly socket: string }>): string | undefined => {
  if (step.do === 'listen' || step.do === 'bind' || step.do === 'connect') return undefined;
  return step.do === 'accept' ? step.listener : step.socket;
};
