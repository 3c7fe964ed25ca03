import { Conversation } from './application.ts';
import { End, NEVER } from './end.ts';

/** The two ends of a connection, by the order of their hashes (`ConnectionKey.side`). */
export type Side = 0 | 1;

/** All that the wire has shown of a connection up to some moment. */
export class Story {
  /** The two ends, by the order of their hashes (`ConnectionKey.side`). */
  readonly lower: End;
  readonly upper: End;
  readonly conversation: Conversation;
  synAckFrame = NEVER;
  synAckAt = 0;
  handshakeAckFrame = NEVER;
  handshakeAckAt = 0;
  /** An ACK acknowledged what the capture never saw. */
  ackedUnseen = false;
  /** A SYN,ACK that acknowledges another SYN than the newest, or echoes a timestamp never sent. */
  otherSynAckFrame = NEVER;
  otherSynAckAt = 0;
  impossibleEchoFrame = NEVER;
  /** A bare ACK where a SYN,ACK was due. */
  ackForSynFrame = NEVER;
  ackForSynAt = 0;
  /** A reset was seen at this point: it refers to this story, which may not change any more. */
  isKept = false;

  constructor(lower = new End(), upper = new End(), conversation = new Conversation()) {
    this.lower = lower;
    this.upper = upper;
    this.conversation = conversation;
  }

  end(side: Side): End {
    return side === 0 ? this.lower : this.upper;
  }

  clear(): void {
    this.lower.clear();
    this.upper.clear();
    this.conversation.clear();
    this.synAckFrame = NEVER;
    this.synAckAt = 0;
    this.handshakeAckFrame = NEVER;
    this.handshakeAckAt = 0;
    this.ackedUnseen = false;
    this.otherSynAckFrame = NEVER;
    this.impossibleEchoFrame = NEVER;
    this.ackForSynFrame = NEVER;
  }

  copy(): Story {
    const copy = new Story(this.lower.copy(), this.upper.copy(), this.conversation.copy());
    const { lower, upper, conversation } = copy;
    return Object.assign(copy, this, { lower, upper, conversation, isKept: false });
  }
}
