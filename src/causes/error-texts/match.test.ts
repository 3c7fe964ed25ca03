import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ERROR_TEXTS } from './entries.ts';
import type { WireEnd } from './entry.ts';
import { explainErrorText } from './match.ts';

// Where the expected ends come from. "captured": the program was run against a server that closed
// with FIN (all read) or with an RST (SO_LINGER 0, or data unread), tcpdump beside it, on Linux
// 6.18: Node 20.20, Python 3.11 with requests 2.34, curl 7.88, OpenSSL 3.0, OpenSSH 9.2, psql 15,
// Java 17, nginx 1.22. "documented": from the program's own documentation or source.
const WORDINGS: readonly (readonly [text: string, id: string, wire: WireEnd])[] = [
  // Node.js: captured, but for connect ETIMEDOUT (documented)
  ['Error: read ECONNRESET', 'node-read-econnreset', 'reset'],
  ['Error: write ECONNRESET', 'node-write-econnreset', 'reset'],
  ['Error: write EPIPE', 'node-write-epipe', 'reset'],
  ['Error: socket hang up', 'node-socket-hang-up', 'fin'],
  ["Error: socket hang up { code: 'ECONNRESET' }", 'node-socket-hang-up', 'fin'],
  ["Error: aborted\n  code: 'ECONNRESET'", 'node-aborted', 'fin'],
  ['Error: connect ECONNREFUSED 127.0.0.1:80', 'node-connect-refused', 'refused'],
  ['Error: connect ETIMEDOUT 10.0.0.2:443', 'node-connect-timeout', 'silence'],
  [
    'Error: Client network socket disconnected before secure TLS connection was established',
    'node-tls-disconnected',
    'fin',
  ],
  ['TypeError: fetch failed', 'fetch-failed', 'either'],
  ['SocketError: other side closed', 'undici-other-side-closed', 'fin'],
  ["code: 'UND_ERR_SOCKET'", 'undici-other-side-closed', 'fin'],
  // Node.js libraries: documented
  ['ConnectTimeoutError: UND_ERR_CONNECT_TIMEOUT', 'undici-connect-timeout', 'silence'],
  ['HeadersTimeoutError: UND_ERR_HEADERS_TIMEOUT', 'undici-headers-timeout', 'silence'],
  ['AxiosError: timeout of 5000ms exceeded, code ECONNABORTED', 'axios-timeout', 'local'],
  ['ECONNABORTED', 'code-econnaborted', 'local'],
  ['ECONNRESET', 'code-econnreset', 'either'],
  // Go: documented
  [
    'read tcp 10.0.0.1:51234->10.0.0.2:443: read: connection reset by peer',
    'go-connection-reset',
    'reset',
  ],
  ['write tcp 10.0.0.1:80->10.0.0.2:5123: write: broken pipe', 'go-broken-pipe', 'reset'],
  ['Get "http://10.0.0.2:8080/": EOF', 'go-eof', 'fin'],
  ['unexpected EOF', 'go-unexpected-eof', 'fin'],
  ['http: server closed idle connection', 'go-idle-closed', 'fin'],
  ['dial tcp 10.0.0.2:443: i/o timeout', 'go-dial-timeout', 'silence'],
  ['read tcp 10.0.0.1:51234->10.0.0.2:443: i/o timeout', 'go-io-timeout', 'silence'],
  ['dial tcp 10.0.0.2:443: connect: connection refused', 'go-refused', 'refused'],
  [
    'read tcp 10.0.0.1:1->10.0.0.2:2: use of closed network connection',
    'go-closed-network-connection',
    'local',
  ],
  // Java: captured, but for Apache HttpClient, time-outs and premature EOF (documented)
  ['java.net.SocketException: Connection reset', 'java-connection-reset', 'reset'],
  ['java.io.IOException: Connection reset by peer', 'java-connection-reset', 'reset'],
  ['java.net.SocketException: Broken pipe', 'java-broken-pipe', 'reset'],
  [
    'java.net.SocketException: Unexpected end of file from server',
    'java-unexpected-end-of-file',
    'fin',
  ],
  ['java.io.IOException: HTTP/1.1 header parser received no bytes', 'java-header-parser', 'either'],
  [
    'org.apache.http.NoHttpResponseException: 10.0.0.2:80 failed to respond',
    'java-no-http-response',
    'fin',
  ],
  ['java.io.IOException: Premature EOF', 'java-premature-eof', 'fin'],
  ['java.net.ConnectException: Connection refused', 'java-connection-refused', 'refused'],
  ['java.net.SocketTimeoutException: Read timed out', 'java-read-timed-out', 'silence'],
  ['java.net.SocketTimeoutException: Connect timed out', 'java-connect-timed-out', 'silence'],
  // Python: captured, but for aiohttp and httpx (documented)
  [
    'ConnectionResetError: [Errno 104] Connection reset by peer',
    'python-connection-reset',
    'reset',
  ],
  ['BrokenPipeError: [Errno 32] Broken pipe', 'python-broken-pipe', 'reset'],
  [
    "RemoteDisconnected('Remote end closed connection without response')",
    'python-remote-disconnected',
    'fin',
  ],
  [
    "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
    'python-remote-disconnected',
    'fin',
  ],
  [
    "('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))",
    'python-connection-reset',
    'reset',
  ],
  ['IncompleteRead(3 bytes read, 97 more expected)', 'python-incomplete-read', 'fin'],
  [
    'ConnectionAbortedError: [Errno 103] Software caused connection abort',
    'python-connection-aborted-error',
    'local',
  ],
  ['ConnectionAbortedError', 'python-connection-aborted-error', 'local'],
  [
    'aiohttp.client_exceptions.ServerDisconnectedError: Server disconnected',
    'aiohttp-server-disconnected',
    'fin',
  ],
  [
    'httpx.RemoteProtocolError: Server disconnected without sending a response.',
    'httpx-server-disconnected',
    'fin',
  ],
  ['[CRITICAL] WORKER TIMEOUT (pid:12)', 'gunicorn-worker-timeout', 'local'],
  // Rust: documented
  ['Connection reset by peer (os error 104)', 'rust-connection-reset', 'reset'],
  ['hyper::Error(IncompleteMessage)', 'hyper-incomplete-message', 'fin'],
  ['connection closed before message completed', 'hyper-incomplete-message', 'fin'],
  ['Connection reset without closing handshake', 'tungstenite-reset-without-closing', 'fin'],
  // nginx: captured, but for 499 and SSL_do_handshake() (documented)
  [
    'recv() failed (104: Connection reset by peer) while reading response header from upstream, client: 127.0.0.1',
    'nginx-upstream-reset',
    'reset',
  ],
  [
    'readv() failed (104: Connection reset by peer) while reading upstream',
    'nginx-upstream-reset',
    'reset',
  ],
  [
    'upstream prematurely closed connection while reading response header from upstream',
    'nginx-upstream-prematurely-closed',
    'fin',
  ],
  [
    'connect() failed (111: Connection refused) while connecting to upstream',
    'nginx-upstream-refused',
    'refused',
  ],
  ['(111: Connection refused)', 'nginx-upstream-refused', 'refused'],
  [
    'peer closed connection in SSL handshake while SSL handshaking to upstream',
    'nginx-ssl-handshake-closed',
    'fin',
  ],
  [
    'peer closed connection in SSL handshake (104: Connection reset by peer) while SSL handshaking',
    'nginx-ssl-handshake-reset',
    'reset',
  ],
  [
    'SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number)',
    'nginx-ssl-handshake-failed',
    'above-tcp',
  ],
  ['"GET / HTTP/1.1" 499 0 "-"', 'nginx-499', 'either'],
  ['499', 'nginx-499', 'either'],
  // Envoy, gRPC, HAProxy, ALB: documented
  [
    'upstream connect error or disconnect/reset before headers. reset reason: connection termination',
    'envoy-connection-termination',
    'either',
  ],
  [
    'upstream connect error or disconnect/reset before headers. reset reason: connection failure',
    'envoy-connection-failure',
    'refused',
  ],
  ['"GET / HTTP/1.1" 503 UC upstream', 'envoy-connection-termination', 'either'],
  ['"response_flags":"UF"', 'envoy-connection-failure', 'refused'],
  ['"GET / HTTP/1.1" 503 UF,URX', 'envoy-connection-failure', 'refused'],
  ['URX', 'envoy-urx', 'either'],
  ['"response_flags":"DC"', 'envoy-dc', 'either'],
  ['http2: stream error: stream ID 1; INTERNAL_ERROR', 'envoy-stream-reset', 'above-tcp'],
  ['14 UNAVAILABLE: read ECONNRESET', 'grpc-unavailable-reset', 'reset'],
  [
    'rpc error: code = Unavailable desc = error reading from server: EOF',
    'grpc-unavailable-closed',
    'fin',
  ],
  ['0/0/1/-1/5 502 204 - - SH-- 1/1/0/0/0 0/0', 'haproxy-sh', 'either'],
  ['haproxy[12]: 10.0.0.1:40000 fe be/s1 0/0/5 120 SD 1/1/0/0/0 0/0', 'haproxy-sd', 'either'],
  ['CD--', 'haproxy-cd', 'either'],
  ['SC--', 'haproxy-sc', 'refused'],
  ['sH--', 'haproxy-timeout-sh', 'silence'],
  ['0.001 0.002 -1 502 - 120 0', 'alb-502', 'either'],
  // curl: captured, but for 55 (documented); browsers: documented
  ['curl: (56) Recv failure: Connection reset by peer', 'curl-56-reset', 'reset'],
  ['curl: (52) Empty reply from server', 'curl-52', 'fin'],
  ['curl: (18) transfer closed with 97 bytes remaining to read', 'curl-18', 'fin'],
  [
    "curl: (7) Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server",
    'curl-7',
    'refused',
  ],
  [
    'curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to 127.0.0.1:7001',
    'curl-35-syscall',
    'fin',
  ],
  ['curl: (35) Recv failure: Connection reset by peer', 'curl-35-reset', 'reset'],
  ['curl: (55) Send failure: Broken pipe', 'curl-55', 'reset'],
  ['curl: (28) Operation timed out after 5000 milliseconds', 'curl-28', 'silence'],
  ['net::ERR_EMPTY_RESPONSE', 'browser-empty-response', 'fin'],
  // Windows: documented
  [
    'System.Net.Sockets.SocketException (10054): An existing connection was forcibly closed by the remote host.',
    'windows-forcibly-closed',
    'reset',
  ],
  ['WSAECONNRESET 10054', 'windows-forcibly-closed', 'reset'],
  ['WinError 10054', 'windows-forcibly-closed', 'reset'],
  // Databases: psql captured (the same words for both ends), the others documented
  ['ERROR 2006 (HY000): MySQL server has gone away', 'mysql-gone-away', 'either'],
  ['Lost connection to MySQL server during query', 'mysql-lost-connection', 'either'],
  ['server closed the connection unexpectedly', 'postgres-closed-unexpectedly', 'either'],
  [
    'LOG:  could not receive data from client: Connection reset by peer',
    'postgres-client-reset',
    'reset',
  ],
  [
    'LOG:  unexpected EOF on client connection with an open transaction',
    'postgres-client-eof',
    'fin',
  ],
  [
    "redis.exceptions.ConnectionError: Error while reading from 10.0.0.2:6379 : (104, 'Connection reset by peer')",
    'redis-connection-reset',
    'reset',
  ],
  // OpenSSL and OpenSSH: captured
  ['OpenSSL SSL_read: SSL_ERROR_SYSCALL, errno 104', 'openssl-syscall-reset', 'reset'],
  ['write:errno=104', 'openssl-syscall-reset', 'reset'],
  ['SSL_ERROR_SYSCALL', 'openssl-syscall', 'either'],
  [
    'error:0A000126:SSL routines:ssl3_read_n:unexpected eof while reading',
    'openssl-unexpected-eof',
    'fin',
  ],
  ['kex_exchange_identification: read: Connection reset by peer', 'ssh-kex-reset', 'reset'],
  ['kex_exchange_identification: Connection closed by remote host', 'ssh-kex-closed', 'fin'],
  // The system's own words: captured through Python's errno
  ['Connection reset by peer', 'os-connection-reset', 'reset'],
  ['Broken pipe', 'os-broken-pipe', 'reset'],
  ['Connection refused', 'os-refused', 'refused'],
  // Relatives of the above: documented
  ['Error: This socket has been ended by the other party', 'node-ended-by-other-party', 'fin'],
  ['Error: read ETIMEDOUT', 'node-read-timeout', 'silence'],
  ['Error: connect EHOSTUNREACH 10.0.0.2:443', 'node-unreachable', 'refused'],
  ['Error [ERR_STREAM_PREMATURE_CLOSE]: Premature close', 'node-premature-close', 'either'],
  ['TypeError: terminated', 'fetch-terminated', 'either'],
  [
    'ConnectTimeoutError: Connect Timeout Error (attempted address: 10.0.0.2:443, timeout: 10000ms)',
    'undici-connect-timeout',
    'silence',
  ],
  ['dial tcp 10.0.0.2:443: connect: no route to host', 'go-no-route', 'refused'],
  [
    'javax.net.ssl.SSLHandshakeException: Remote host terminated the handshake',
    'java-remote-terminated-handshake',
    'fin',
  ],
  ['java.net.NoRouteToHostException: No route to host', 'java-no-route', 'refused'],
  ["('Connection aborted.', OSError(0, 'Error'))", 'python-connection-aborted-tuple', 'either'],
  ['ConnectionRefusedError: [Errno 111] Connection refused', 'python-refused', 'refused'],
  ['TimeoutError: [Errno 110] Connection timed out', 'python-timed-out', 'silence'],
  ['Broken pipe (os error 32)', 'rust-broken-pipe', 'reset'],
  ['Connection refused (os error 111)', 'rust-refused', 'refused'],
  ['error sending request for url (http://10.0.0.2/)', 'reqwest-sending-request', 'either'],
  [
    'recv() failed (104: Connection reset by peer) while sending to client',
    'nginx-client-reset',
    'reset',
  ],
  [
    'upstream timed out (110: Connection timed out) while connecting to upstream',
    'nginx-upstream-timed-out',
    'silence',
  ],
  ['HTTP 460', 'alb-460', 'either'],
  ['code = Unavailable desc = connection refused', 'grpc-unavailable-refused', 'refused'],
  ['sC--', 'haproxy-timeout-sc', 'silence'],
  ['sD--', 'haproxy-timeout-sd', 'silence'],
  ['CH--', 'haproxy-ch', 'either'],
  ['CC--', 'haproxy-cc', 'either'],
  ['CR--', 'haproxy-cr', 'either'],
  ['cD--', 'haproxy-timeout-cd', 'silence'],
  ['cR--', 'haproxy-timeout-cr', 'silence'],
  ['curl: (35) error:0A00010B:SSL routines::wrong version number', 'curl-35', 'above-tcp'],
  ['net::ERR_CONNECTION_RESET', 'browser-reset', 'reset'],
  [
    'Error: Connection lost: The server closed the connection. PROTOCOL_CONNECTION_LOST',
    'mysql-node-connection-lost',
    'fin',
  ],
  ['Error: Connection terminated unexpectedly', 'postgres-node-terminated', 'fin'],
  ['redis.exceptions.ConnectionError: Connection closed by server.', 'redis-closed', 'fin'],
  ['client_loop: send disconnect: Broken pipe', 'ssh-broken-pipe', 'reset'],
  [
    'An established connection was aborted by the software in your host machine',
    'windows-aborted',
    'local',
  ],
  [
    'No connection could be made because the target machine actively refused it',
    'windows-refused',
    'refused',
  ],
  ['The response ended prematurely. (ResponseEnded)', 'dotnet-response-ended', 'fin'],
  ['Connection timed out', 'os-timed-out', 'silence'],
  ['No route to host', 'os-no-route', 'refused'],
  ['Software caused connection abort', 'os-software-caused-abort', 'local'],
  ['EPIPE', 'code-epipe', 'reset'],
  ['ECONNREFUSED', 'code-econnrefused', 'refused'],
  ['ETIMEDOUT', 'code-etimedout', 'silence'],
  ['EHOSTUNREACH', 'code-unreachable', 'refused'],
];

describe('each wording, and what was on the wire when it was printed', () => {
  test.each(WORDINGS)('%s', (text, id, wire) => {
    const best = explainErrorText(text)[0];
    expect(best?.entry.id).toBe(id);
    expect(best?.entry.wire).toBe(wire);
  });
});

test('every known wording has a case above', () => {
  const covered = new Set(WORDINGS.map(([, id]) => id));
  expect(ERROR_TEXTS.map(({ id }) => id).filter((id) => !covered.has(id))).toEqual([]);
});

describe('what is not a known wording', () => {
  test.each([
    '',
    'hello',
    'Segmentation fault',
    'The meeting was reset to 10054 attendees',
    'SELECT 499 FROM t',
    'CRIT SHOW SHED CHAR',
    'the pipe is broken',
    'RST',
  ])('%j explains nothing', (text) => {
    expect(explainErrorText(text)).toEqual([]);
  });
});

describe('a whole stack trace', () => {
  test('names the cause inside fetch before the wrapper around it', () => {
    const ids = explainErrorText(
      "TypeError: fetch failed\n    at node:internal/deps/undici/undici:13185:13 {\n  [cause]: SocketError: other side closed\n    code: 'UND_ERR_SOCKET',\n",
    ).map(({ entry }) => entry.id);
    expect(ids).toEqual(['undici-other-side-closed', 'fetch-failed']);
  });

  test('tells a FIN from an RST behind the same outer words', () => {
    const wires = ['socket hang up', 'read ECONNRESET'].map((words) =>
      explainErrorText(`Error: ${words}\n  errno: -104,\n  code: 'ECONNRESET'\n`).map(
        ({ entry }) => entry.wire,
      ),
    );
    expect(wires).toEqual([['fin'], ['reset']]);
  });

  test('keeps the flag that tells, and drops the one that only counts retries', () => {
    const ids = explainErrorText('503 UF,URX').map(({ entry }) => entry.id);
    expect(ids).toEqual(['envoy-connection-failure']);
  });

  test('keeps two different errors of one paste', () => {
    const ids = explainErrorText(
      'upstream prematurely closed connection while reading upstream\nError: write EPIPE\n',
    ).map(({ entry }) => entry.id);
    expect(ids).toEqual(['nginx-upstream-prematurely-closed', 'node-write-epipe']);
  });
});

describe('the next capture', () => {
  const nextOf = (text: string): string | undefined => explainErrorText(text)[0]?.next.en;

  test.each([
    ['Error: connect ECONNREFUSED 127.0.0.1:80', 'tcp port 80'],
    ['Error: connect ECONNREFUSED ::1:8080', 'tcp port 8080'],
    ['read tcp 10.0.0.1:51234->10.0.0.2:443: read: connection reset by peer', 'tcp port 443'],
    ['read tcp [fd00::1]:51234->[fd00::2]:443: read: connection reset by peer', 'tcp port 443'],
    [
      'upstream prematurely closed connection while reading upstream, client: 10.0.0.1, upstream: "http://10.0.0.3:9000/x"',
      'tcp port 9000',
    ],
    ['connection to server at "127.0.0.1", port 5432 failed: Connection refused', 'tcp port 5432'],
  ])('of %s names the port', (text, filter) => {
    expect(nextOf(text)).toContain(filter);
  });

  test('says PORT where the text names none, and takes no other line for it', () => {
    const trace = 'Error: read ECONNRESET\n    at TCP.onStreamRead (node:net:343:12)';
    expect(nextOf(trace)).toContain('tcp port PORT');
    expect(nextOf(`${trace}\nlistening on http://localhost:3000`)).toContain('tcp port PORT');
  });

  test("is for the remote port that undici's error carries", () => {
    const trace = 'SocketError: other side closed\n  localPort: 37578,\n  remotePort: 8443,\n';
    expect(nextOf(trace)).toContain('tcp port 8443');
  });

  test('of no entry leaves a placeholder behind', () => {
    for (const [text] of WORDINGS) {
      for (const { next } of explainErrorText(text)) expect(next.en + next.zh).not.toMatch(/[{}]/);
    }
  });
});

describe('the entries', () => {
  test('have ids of their own', () => {
    const ids = ERROR_TEXTS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(ERROR_TEXTS.map((entry) => [entry.id, entry] as const))(
    '%s: its pattern keeps no state and cannot repeat without bound over other repetition',
    (_, { pattern }) => {
      expect(pattern.flags).not.toMatch(/[gy]/);
      expect(pattern.source).not.toMatch(/[^\\][*+](?!\))/);
    },
  );

  test('name no cause twice', () => {
    const twice = ERROR_TEXTS.filter(({ canMean }) => new Set(canMean).size < canMean.length);
    expect(twice.map(({ id }) => id)).toEqual([]);
  });

  test('that say FIN warn that no reset need be there', () => {
    const silent = ERROR_TEXTS.filter(
      ({ wire, cannotMean }) => wire === 'fin' && !cannotMean.some(({ en }) => /reset/i.test(en)),
    );
    expect(silent.map(({ id }) => id)).toEqual([]);
  });
});

test('any text at all is answered without throwing, and what matched is really in it', () => {
  const words = WORDINGS.map(([text]) => text);
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom(...words)), { maxLength: 6 }),
      (parts) => {
        const text = parts.join('\n');
        for (const { matched, at } of explainErrorText(text)) {
          expect(text.startsWith(matched, at)).toBe(true);
        }
      },
    ),
  );
});
