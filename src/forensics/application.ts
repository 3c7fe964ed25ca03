import type { ApplicationFacts, Protocol, Sighting } from '../causes/evidence.ts';
import { CHUNKED, NO_LENGTH, UNKNOWN_LENGTH, type Opening, type Start } from './opening.ts';

/** One direction's current message. */
interface Message {
  frame: number;
  at: number;
  /** Bytes still to come; negative: not known, or told by chunks. */
  remaining: number;
  complete: boolean | undefined;
}

/**
 * What two applications say to one another, from the first bytes of their segments: enough to
 * tell a request that was answered from one that was not. Never more than the head is read.
 */
export class Conversation {
  protocol: Protocol = 'unknown';
  private request: Message | undefined;
  private response: Message | undefined;
  private requests = 0;
  private status: number | undefined;
  private clientHelloLast = false;
  private serverHello = false;
  private alert: { frame: number; at: number } | undefined;

  /** New data from one end, `length` bytes of it, and what it begins with. */
  hears(fromClient: boolean, frame: number, at: number, length: number, opening: Opening): void {
    if (fromClient) this.clientHelloLast = false;
    const { start } = opening;
    if (start !== undefined) this.names(start, fromClient, frame, at);
    if (start === 'http') this.begins(fromClient, frame, at, opening);
    else this.continues(fromClient, length, opening);
  }

  clear(): void {
    this.protocol = 'unknown';
    this.request = undefined;
    this.response = undefined;
    this.requests = 0;
    this.status = undefined;
    this.clientHelloLast = false;
    this.serverHello = false;
    this.alert = undefined;
  }

  copy(): Conversation {
    const copy: Conversation = Object.assign(new Conversation(), this);
    copy.request = this.request && { ...this.request };
    copy.response = this.response && { ...this.response };
    return copy;
  }

  /** The last request began and no response after it. */
  get unanswered(): boolean {
    return (
      this.request !== undefined &&
      (this.response === undefined || this.response.frame < this.request.frame)
    );
  }

  facts(now: number): ApplicationFacts {
    const seen = (thing: { frame: number; at: number } | undefined): Sighting | undefined =>
      thing && { frame: thing.frame, beforeMs: (now - thing.at) * 1000 };
    const answered = this.request !== undefined && !this.unanswered;
    return {
      protocol: this.protocol,
      request: seen(this.request),
      requestComplete: this.request?.complete,
      requests: this.requests,
      response: seen(this.response),
      responseStatus: this.status,
      responseComplete: this.response?.complete,
      answered,
      clientHelloLast: this.clientHelloLast,
      serverHelloSeen: this.serverHello,
      tlsAlert: seen(this.alert),
    };
  }

  private names(start: Start, fromClient: boolean, frame: number, at: number): void {
    if (start === 'client-hello') {
      this.protocol = 'tls';
      this.clientHelloLast = fromClient;
    } else if (start === 'server-hello') {
      this.protocol = 'tls';
      this.serverHello = true;
    } else if (start === 'tls-alert') {
      if (this.protocol === 'tls') this.alert = { frame, at };
    } else if (this.protocol === 'unknown') {
      this.protocol = start;
    }
  }

  private begins(fromClient: boolean, frame: number, at: number, opening: Opening): void {
    const remaining = bodyRemaining(opening.remaining, fromClient);
    const message: Message = { frame, at, remaining, complete: completeness(remaining) };
    if (fromClient) {
      this.requests++;
      this.request = message;
      return;
    }
    const { status } = opening;
    // 1xx are interim (RFC 9110 §15.2): the response proper is still to come.
    if (status >= 100 && status < 200) return;
    this.status = status === 0 ? undefined : status;
    this.response = message;
  }

  private continues(fromClient: boolean, length: number, opening: Opening): void {
    const message = fromClient ? this.request : this.response;
    if (message === undefined || message.remaining === UNKNOWN_LENGTH) return;
    if (message.remaining === CHUNKED) {
      if (opening.endsChunks) message.complete = true;
      return;
    }
    message.remaining = Math.max(0, message.remaining - length);
    message.complete = message.remaining === 0;
  }
}

/** A request that declares no length has no body; such a response lasts until the close. */
const bodyRemaining = (declared: number, fromClient: boolean): number =>
  declared === NO_LENGTH ? (fromClient ? 0 : UNKNOWN_LENGTH) : declared;

const completeness = (remaining: number): boolean | undefined =>
  remaining === UNKNOWN_LENGTH ? undefined : remaining === 0;
