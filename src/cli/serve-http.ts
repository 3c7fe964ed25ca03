import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** The files of the page by their path; nothing else is ever served. */
export type WorkbenchFiles = Readonly<
  Record<string, { readonly type: string; readonly bytes: Uint8Array }>
>;

export interface Guard {
  /** What the server listens on, a name or an address. */
  readonly host: string;
  /** Undefined: whoever reaches it may see it. */
  readonly token: string | undefined;
}

const COOKIE = 'resetlab-token';

/**
 * The page may run its own script, style and worker, and reach nothing, so that no capture can leave
 * the browser; nobody may put it into a frame, or look into it.
 */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; worker-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
} as const;

/** 128 bits, which nobody guesses. */
export const newToken = (): string => randomBytes(16).toString('base64url');

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);

export const workbenchServer = (files: WorkbenchFiles, guard: Guard): Server =>
  createServer((request, response) => {
    // No request has a body that anybody wants.
    request.resume();
    const { status, headers, body } = answerTo(request, files, guard);
    response.writeHead(status, { ...HEADERS, ...headers, 'content-length': body.length });
    send(request, response, body);
  });

const send = (request: IncomingMessage, response: ServerResponse, body: Uint8Array): void => {
  if (request.method === 'HEAD') response.end();
  else response.end(body);
};

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const answerTo = (request: IncomingMessage, files: WorkbenchFiles, guard: Guard): Reply => {
  const { method, url = '/', headers } = request;
  if (!isOwnName(headers.host, guard.host))
    return said(421, 'This page is not served under that name.');
  if (method !== 'GET' && method !== 'HEAD')
    return said(405, 'Only GET and HEAD.', { allow: 'GET, HEAD' });
  const [path = '/', query = ''] = url.split('?', 2);
  const { token } = guard;
  if (token !== undefined) {
    const offered = new URLSearchParams(query).get('token');
    // Out of the address, where it could be seen and copied.
    if (offered !== null && isSame(offered, token))
      return said(303, '', { location: '/', 'set-cookie': cookieOf(token) });
    if (!isSame(tokenIn(headers.cookie), token))
      return said(401, 'A token is wanted: open the address that `resetlab serve` printed.');
  }
  const file = files[path === '/' ? '/index.html' : path];
  if (file === undefined) return said(404, 'There is no such file.');
  return { status: 200, headers: { 'content-type': file.type }, body: file.bytes };
};

const said = (
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Reply => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  body: Buffer.from(text === '' ? '' : `${text}\n`),
});

/**
 * Against DNS rebinding: a foreign name that its owner points at this machine is not ours. An address
 * is nobody's name.
 */
const isOwnName = (host: string | undefined, listening: string): boolean => {
  const name = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/.exec(host ?? '');
  const asked = (name?.[1] ?? name?.[2] ?? '').toLowerCase();
  if (isLoopback(listening)) return isLoopback(asked);
  return (
    isIP(asked) !== 0 ||
    [listening, hostname(), 'localhost'].some((own) => own.toLowerCase() === asked)
  );
};

const cookieOf = (token: string): string =>
  `${COOKIE}=${encodeURIComponent(token)}; HttpOnly; SameSite=Strict; Path=/`;

const tokenIn = (cookies: string | undefined): string => {
  for (const cookie of cookies?.split(';') ?? []) {
    const [name = '', value = ''] = cookie.trim().split('=', 2);
    if (name === COOKIE) return decoded(value);
  }
  return '';
};

const decoded = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    // Not as we wrote it, so it is not the token.
    return '';
  }
};

/** In the same time, wherever they differ. */
const isSame = (offered: string, token: string): boolean =>
  timingSafeEqual(digest(offered), digest(token));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
