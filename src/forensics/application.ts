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
  private askedForHead = false;
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
    this.askedForHead = false;
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
    if (fromClient) {
      this.requests++;
      this.askedForHead = opening.isHead;
      // A request that declares no length has no body.
      const remaining = opening.remaining === NO_LENGTH ? 0 : opening.remaining;
      this.request = { frame, at, remaining, complete: completeness(remaining) };
      return;
    }
    const { status } = opening;
    // 1xx are interim, but after 101 HTTP is over (RFC 9110 §15.2): a response proper is to come.
    if (status >= 100 && status < 200 && status !== 101) return;
    this.status = status === 0 ? undefined : status;
    const remaining = this.bodyOfResponse(opening);
    this.response = { frame, at, remaining, complete: completeness(remaining) };
  }

  /** RFC 9112 §6.3: some have none whatever they declare; without a length it lasts until the close. */
  private bodyOfResponse({ status, remaining }: Opening): number {
    if (this.askedForHead || status === 204 || status === 304) return 0;
    return remaining === NO_LENGTH ? UNKNOWN_LENGTH : remaining;
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

const completeness = (remaining: number): boolean | undefined =>
  remaining === UNKNOWN_LENGTH ? undefined : remaining === 0;
