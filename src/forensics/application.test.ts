import { describe, expect, it } from 'vitest';
import { bytes, text, type Bytes } from '../../test/packets.ts';
import { Packet } from '../wire/packet.ts';
import { Conversation } from './application.ts';
import { Opening, readOpening } from './opening.ts';

/** One segment's payload; `captured`: so much of it the capture kept. */
interface Said {
  readonly by: 'client' | 'server';
  readonly payload: Bytes;
  readonly captured?: number;
}

const client = (payload: string | Bytes, captured?: number): Said =>
  said('client', payload, captured);
const server = (payload: string | Bytes, captured?: number): Said =>
  said('server', payload, captured);
const said = (by: Said['by'], payload: string | Bytes, captured?: number): Said => ({
  by,
  payload: typeof payload === 'string' ? text(payload) : payload,
  ...(captured === undefined ? {} : { captured }),
});

/** What is known after these segments, in frames 1, 2, 3 and so on. */
const after = (...segments: readonly Said[]) => {
  const conversation = new Conversation();
  const opening = new Opening();
  segments.forEach(({ by, payload, captured = payload.length }, index) => {
    // The capture goes on behind the payload with bytes of others.
    const packet = Object.assign(new Packet(), {
      bytes: bytes([7, 7, 7], payload.subarray(0, captured), text('0\r\n\r\nHTTP/1.1 500 ')),
      payloadOffset: 3,
      payloadCaptured: captured,
      payloadLength: payload.length,
    });
    readOpening(packet, opening);
    conversation.hears(by === 'client', index + 1, index, payload.length, opening);
  });
  return { ...conversation.facts(segments.length), unanswered: conversation.unanswered };
};

const get = client('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
const post = (fields: string, body = '') =>
  client(`POST /a HTTP/1.1\r\nHost: a\r\n${fields}\r\n${body}`);
const answer = (status: number, fields = '', body = '') =>
  server(`HTTP/1.1 ${status} Some Words\r\n${fields}\r\n${body}`);

describe('a request (RFC 9112 §6.3)', () => {
  it.each([
    ['without a length has no body', [get], true],
    ['whole in its first segment', [post('Content-Length: 4\r\n', 'abcd')], true],
    ['with a body to come', [post('Content-Length: 10\r\n', 'abcd')], false],
    [
      'with the body in pieces',
      [post('Content-Length: 10\r\n'), client('abcd'), client('efghij')],
      true,
    ],
    ['one byte short', [post('Content-Length: 10\r\n'), client('abcd'), client('efghi')], false],
    [
      'however the field is written',
      [post('CONTENT-LENGTH:   10\r\n'), client('abcdefghij')],
      true,
    ],
    ['chunked, unfinished', [post('Transfer-Encoding: chunked\r\n', '4\r\nabcd\r\n')], false],
    ['chunked, whole', [post('Transfer-Encoding: chunked\r\n', '4\r\nabcd\r\n0\r\n\r\n')], true],
    [
      'chunked, ended later',
      [post('Transfer-Encoding: chunked\r\n'), client('4\r\nabcd\r\n'), client('0\r\n\r\n')],
      true,
    ],
    ['of length zero', [post('Content-Length: 0\r\n')], true],
    [
      'whose head goes on in another segment',
      [client('POST /a HTTP/1.1\r\nHost: a\r\nCont')],
      undefined,
    ],
  ])('%s', (_name, segments, complete) => {
    expect(after(...segments).requestComplete).toBe(complete);
  });

  it('counts what the wire carried, not what the capture kept', () => {
    const whole = post('Content-Length: 2000\r\n', 'x'.repeat(1000));
    const rest = client('y'.repeat(1000), 4);
    expect(after({ ...whole, captured: 100 }).requestComplete).toBe(false);
    expect(after({ ...whole, captured: 100 }, rest).requestComplete).toBe(true);
  });

  it('does not take what lies behind a cut payload for its end', () => {
    const cut = client('4\r\nabcd\r\n0\r\n\r\n', 9);
    expect(after(post('Transfer-Encoding: chunked\r\n'), cut).requestComplete).toBe(false);
  });

  it('is the last one, of several on a connection', () => {
    const facts = after(get, answer(200, 'Content-Length: 0\r\n'), post('Content-Length: 9\r\n'));
    expect(facts).toMatchObject({ requests: 2, requestComplete: false, request: { frame: 3 } });
    expect(facts).toMatchObject({ answered: false, unanswered: true });
  });
});

describe('a response (RFC 9112 §6.3)', () => {
  it.each([
    ['whole', [answer(200, 'Content-Length: 2\r\n', 'ok')], true],
    ['half', [answer(200, 'Content-Length: 200\r\n', 'ok')], false],
    [
      'chunked, in pieces',
      [answer(200, 'Transfer-Encoding: chunked\r\n'), server('0\r\n\r\n')],
      true,
    ],
    ['until the close', [answer(200, '', 'some')], undefined],
    ['204 ends with its head', [answer(204)], true],
    [
      '304 ends with its head, whatever length it names',
      [answer(304, 'Content-Length: 9\r\n')],
      true,
    ],
  ])('%s', (_name, segments, complete) => {
    expect(after(get, ...segments).responseComplete).toBe(complete);
  });

  it('to HEAD has no body, whatever length it names', () => {
    const head = client('HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(after(head, answer(200, 'Content-Length: 5000\r\n')).responseComplete).toBe(true);
  });

  it('tells its status', () => {
    expect(after(get, answer(413)).responseStatus).toBe(413);
  });

  it('of 1xx is not yet the response (RFC 9110 §15.2)', () => {
    const put = post('Expect: 100-continue\r\nContent-Length: 3\r\n');
    expect(after(put, answer(100))).toMatchObject({ unanswered: true, responseStatus: undefined });
    const done = after(put, answer(100), client('abc'), answer(201, 'Content-Length: 0\r\n'));
    expect(done).toMatchObject({ answered: true, responseStatus: 201, response: { frame: 4 } });
    expect(done.requestComplete).toBe(true);
  });

  it('of 101 is the last word of HTTP on the connection (RFC 9110 §15.2.2)', () => {
    expect(after(get, answer(101, 'Upgrade: websocket\r\n')).unanswered).toBe(false);
  });
});

describe('TLS (RFC 8446 §4, §5.1)', () => {
  const record = (type: number, ...content: number[]) =>
    Uint8Array.of(type, 3, 3, 0, content.length, ...content);
  const clientHello = client(record(22, 1, 0, 0, 1, 0));
  const serverHello = server(record(22, 2, 0, 0, 1, 0));

  it('a ClientHello that nobody answered', () => {
    expect(after(clientHello)).toMatchObject({
      protocol: 'tls',
      clientHelloLast: true,
      serverHelloSeen: false,
    });
  });

  it('a ServerHello, and what the client says next', () => {
    const facts = after(clientHello, serverHello, client(record(20, 1)));
    expect(facts).toMatchObject({ clientHelloLast: false, serverHelloSeen: true });
  });

  it('an alert in clear', () => {
    expect(after(clientHello, server(record(21, 2, 40))).tlsAlert).toMatchObject({ frame: 2 });
    expect(after(get, server(record(21, 2, 40))).tlsAlert).toBeUndefined();
  });

  it('a ClientHello cut by the snap length before its type is none', () => {
    expect(after(client(record(22, 1, 0, 0, 1, 0), 5)).clientHelloLast).toBe(false);
  });
});

describe('other protocols by their first bytes', () => {
  it.each([
    ['http2', client('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
    ['ssh', server('SSH-2.0-OpenSSH_9.7\r\n')],
    // A greeting of protocol 10, version 8.4.0.
    ['mysql', server(bytes([0x4a, 0, 0, 0, 10], text('8.4.0\0')))],
    // StartupMessage 3.0, and SSLRequest 80877103.
    ['postgres', client(Uint8Array.of(0, 0, 0, 9, 0, 3, 0, 0, 0))],
    ['postgres', client(Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47))],
    ['redis', client('*1\r\n$4\r\nPING\r\n')],
    ['unknown', client('hello')],
    ['unknown', client('GET')],
  ])('%s', (protocol, first) => {
    expect(after(first).protocol).toBe(protocol);
  });

  it('is what it began as', () => {
    expect(after(server('SSH-2.0-x\r\n'), client('GET / HTTP/1.1\r\n\r\n')).protocol).toBe('ssh');
  });
});
