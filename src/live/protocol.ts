import type { Outcome, Step } from '../causes/scenario.ts';

/** What runs between the laboratory and the process of a host: one JSON object a line, both ways. */

export type StepOf<Do extends Step['do']> = Extract<Step, { readonly do: Do }>;

/** Steps that a process carries out itself. */
export type ProcessStep = StepOf<
  | 'listen'
  | 'bind'
  | 'connect'
  | 'accept'
  | 'write'
  | 'read'
  | 'close'
  | 'shutdown'
  | 'setsockopt'
  | 'error'
  | 'disconnect'
  | 'collect'
  | 'forget'
  | 'heed SIGPIPE'
  | 'run'
>;

/** Where the process lives. */
export interface Whereabouts {
  readonly family: 4 | 6;
  readonly address: string;
}

export interface Order extends Whereabouts {
  readonly id: number;
  readonly step: ProcessStep | { readonly do: 'forget all' };
  /** Where connect() leads. */
  readonly target: string;
  /** A file of the sysctl that the step changes for one call. */
  readonly sysctl?: string;
}

/** A call that was made, by an order or by a program that runs. */
export interface Made {
  readonly call: string;
  readonly socket: string;
  readonly outcome: Outcome;
}

/** The answer to an order, or the news of a program. */
export type Answer =
  | {
      readonly id: number;
      /** Undefined where the step is no call that a scenario watches, or was left pending. */
      readonly made?: Made;
      /** Local port of the socket, once it has one. */
      readonly port?: number;
      /** The step could not be carried out. */
      readonly failed?: string;
    }
  | { readonly news: Made };

/** Every whole line in what has come so far; the rest is kept for the next piece. */
export class Lines {
  private rest = '';

  push(piece: string): readonly string[] {
    const lines = (this.rest + piece).split('\n');
    this.rest = lines.pop() ?? '';
    return lines.filter((line) => line !== '');
  }
}
