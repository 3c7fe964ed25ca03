import { Counterpart, type Facts } from './counterpart.ts';
import type { Call, Sequence, Step } from './sequence.ts';
import { textAt } from './stream-text.ts';
import type { Meeting, Standing, Subject, Told } from './subject.ts';

/** What one step led to. */
export interface Outcome {
  /** What the call told; of a segment nothing. */
  readonly told: Told | undefined;
  /** What left, a text each. */
  readonly replies: readonly string[];
  readonly standing: Standing;
  readonly facts: Facts;
}

/** Plays a sequence to a subject: what came of each step; undefined if timers may have had a say. */
export const play = (
  sequence: Sequence,
  subject: Subject,
  meeting: Meeting,
): readonly Outcome[] | undefined => {
  for (const [name, value] of sequence.sysctls) subject.configure(name, value);
  subject.begin(meeting);
  try {
    const player = new Player(sequence, subject, meeting);
    const outcomes = sequence.steps.map((step) => player.step(step));
    return subject.isLate() ? undefined : outcomes;
  } finally {
    subject.end();
  }
};

class Player {
  private readonly subject: Subject;
  private readonly counterpart: Counterpart;
  /** Bytes that the application has written. */
  private written = 0;

  constructor(sequence: Sequence, subject: Subject, meeting: Meeting) {
    this.subject = subject;
    this.counterpart = new Counterpart(sequence, meeting);
  }

  step(step: Step): Outcome {
    const { subject, counterpart } = this;
    const told = step.do === 'segment' ? undefined : this.call(step);
    if (step.do === 'segment') subject.arrives(counterpart.packet(step));
    const replies = subject.departures().map((packet) => counterpart.saw(packet));
    return { told, replies, standing: subject.standing(), facts: counterpart.facts };
  }

  private call(call: Call): Told {
    const { subject } = this;
    switch (call.do) {
      case 'listen':
        return subject.listen();
      case 'connect':
        return subject.connect();
      case 'accept':
        this.written = 0;
        return subject.accept();
      case 'read':
        return subject.read(call.length);
      case 'write':
        return this.write(call.length);
      case 'shutdown':
        return subject.shutdown(call.how);
      case 'disconnect':
        return subject.disconnect();
      case 'close':
        return subject.close();
      case 'close listener':
        return subject.closeListener();
      case 'abort':
        subject.set('SO_LINGER', 0);
        return subject.close();
      case 'set':
        return subject.set(call.name, call.value);
      case 'error':
        return subject.error();
    }
  }

  private write(length: number): Told {
    const told = this.subject.write(textAt(this.written, length));
    if (typeof told === 'number') this.written += told;
    return told;
  }
}
