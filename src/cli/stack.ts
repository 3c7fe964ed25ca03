import { openNetwork, type Network } from '../net/network.ts';
import { Services } from '../net/services/services.ts';
import { isComplaint } from '../reading/complaint.ts';
import { DONE, WRONG } from './exit-codes.ts';
import { ALL_ENDS, Interrupt } from './interrupt.ts';
import { Output, tell } from './output.ts';
import { type Asked, whatIsAsked } from './stack-call.ts';
import { jsonLines, type StackLines } from './stack-json.ts';
import { type Opened, openSource, type Source } from './stack-link.ts';
import { Tally } from './stack-tally.ts';
import { textLines } from './stack-text.ts';
import { languageOf, paintFor } from './terminal.ts';

export interface StackOptions {
  readonly tun?: string;
  readonly connect?: string;
  readonly listen?: string;
  readonly address: readonly string[];
  readonly kernelAddress: readonly string[];
  readonly gateway: readonly string[];
  readonly mac?: string;
  readonly mtu?: number;
  /** False for `--no-services`. */
  readonly services?: string | boolean;
  readonly set: readonly string[];
  readonly json?: true;
  readonly lang?: string;
  readonly color?: boolean;
}

/** `resetlab stack`: runs until Ctrl-C, or until the link is gone; returns the exit code. */
export const runStack = async (options: StackOptions): Promise<number> => {
  const asked = whatIsAsked(options);
  if (isComplaint(asked)) {
    tell(asked.complaint);
    return WRONG;
  }
  const output = new Output();
  /** Each line leaves at once: somebody watches, or a test waits for it. */
  const say = (line: string): void => {
    if (line === '') return;
    void output.write(line);
    void output.flush();
  };
  const lines = linesFor(options);
  const source = await openSource(asked, (address, mac) => say(lines.conflict(address, mac)));
  if (isComplaint(source)) {
    tell(source.complaint);
    return WRONG;
  }
  const code = await new Running(asked, lines, say).untilEnded(source);
  await output.flush();
  return code;
};

const linesFor = ({ json, lang, color }: StackOptions): StackLines => {
  const language = languageOf(lang);
  return json === true ? jsonLines() : textLines(language, paintFor(color));
};

/** One device after the other, until somebody ends it. */
class Running {
  private readonly asked: Asked;
  private readonly lines: StackLines;
  private readonly say: (line: string) => void;
  private readonly tally = new Tally();
  private readonly ended: Promise<'ended'>;
  /** Without services there may be nothing else that keeps the process. */
  private readonly stay = setInterval(() => undefined, 1 << 30);

  constructor(asked: Asked, lines: StackLines, say: (line: string) => void) {
    this.asked = asked;
    this.lines = lines;
    this.say = say;
    this.ended = new Promise((resolve) => {
      new Interrupt(ALL_ENDS).wake(() => resolve('ended'));
    });
  }

  /** The exit code: a link that is gone is an input that was wrong. */
  async untilEnded(source: Source): Promise<number> {
    const { attachment } = this.asked;
    let code = DONE;
    for (;;) {
      if (attachment.kind === 'listen') this.say(this.lines.waiting(attachment.place));
      const opened = await Promise.race([source.next(), this.ended]);
      if (opened === undefined || opened === 'ended') break;
      const end = await this.serve(opened);
      if (end === 'ended') break;
      this.say(this.lines.lost(end));
      if (attachment.kind !== 'listen') code = WRONG;
    }
    source.close();
    clearInterval(this.stay);
    this.say(this.lines.summary(this.tally));
    return code;
  }

  private async serve(opened: Opened): Promise<Error | 'ended'> {
    const { lines, say, tally } = this;
    const { settings, services: wanted } = this.asked;
    const { device, addresses } = opened;
    const network = openNetwork({
      device,
      addresses,
      settings,
      onReset: (event) => {
        tally.reset(event);
        say(lines.reset(event));
      },
    });
    const services = new Services(network, {
      opened: (life) => {
        tally.connections += 1;
        say(lines.opened(life));
      },
      closed: (life) => say(lines.closed(life)),
    });
    for (const { name, port } of wanted) await services.open(name, port);
    say(lines.up(opened, this.asked));
    const end = await Promise.race([this.ended, lossOf(network)]);
    services.close();
    await network.close();
    return end;
  }
}

const lossOf = (network: Network): Promise<Error> =>
  new Promise((resolve) => network.onLost(resolve));
