import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { Language } from '../causes/text.ts';
import { complain, type Complaint } from '../reading/complaint.ts';
import { reasonOf } from '../reading/errno-words.ts';
import { DONE, WRONG } from './exit-codes.ts';
import { Output, tell } from './output.ts';
import { isLoopback, newToken, workbenchServer, type WorkbenchFiles } from './serve-http.ts';
import { languageOf } from './terminal.ts';

export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly token?: string;
  /** Write the page's files there in place of serving them. */
  readonly static?: string;
  readonly lang?: string;
}

/** `resetlab serve`: the workbench in a browser, until Ctrl-C; returns the exit code. */
export const serve = async (options: ServeOptions): Promise<number> => {
  const language = languageOf(options.lang);
  const files = workbenchFiles();
  if (options.static !== undefined) return writeStatic(options.static, files, language);
  const token = options.token ?? (isLoopback(options.host) ? undefined : newToken());
  const server = workbenchServer(files, { host: options.host, token });
  const wrong = await listening(server, options);
  if (wrong !== undefined) return failed(wrong);
  const { port } = server.address() as AddressInfo;
  await say(servedText(addressOf(options.host, port, token), token, language));
  await interrupted(server);
  return DONE;
};

/** As the build made them. */
const workbenchFiles = (): WorkbenchFiles => {
  const read = (name: string): Buffer =>
    readFileSync(new URL(`../../dist/web/workbench/${name}`, import.meta.url));
  return {
    '/index.html': { type: 'text/html; charset=utf-8', bytes: read('index.html') },
    '/workbench.js': { type: 'text/javascript; charset=utf-8', bytes: read('workbench.js') },
    '/workbench-style.css': {
      type: 'text/css; charset=utf-8',
      bytes: read('workbench-style.css'),
    },
    '/analysis.js': { type: 'text/javascript; charset=utf-8', bytes: read('analysis.js') },
  };
};

const writeStatic = async (
  folder: string,
  files: WorkbenchFiles,
  language: Language,
): Promise<number> => {
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, { bytes }] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  } catch (error) {
    return failed(complain(`${folder}: ${reasonOf(error as NodeJS.ErrnoException)}`));
  }
  await say(
    language === 'zh'
      ? `${folder}：工作台已写好，用任意网页服务器提供即可\n`
      : `${folder}: the workbench, for any web server to serve\n`,
  );
  return DONE;
};

const listening = (server: Server, { host, port }: ServeOptions): Promise<Complaint | undefined> =>
  new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(complain(`${host}:${port}: ${WHY[error.code ?? ''] ?? error.message}`));
    });
    server.listen(port, host, () => resolve(undefined));
  });

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'somebody listens there already; choose another --port (0: any free one)',
  EADDRNOTAVAIL: 'this machine has no such address; choose another --host',
  EACCES: 'permission denied; choose a --port above 1023',
  ENOTFOUND: 'no such name; choose another --host',
};

const addressOf = (host: string, port: number, token: string | undefined): string => {
  const name = host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}/${token === undefined ? '' : `?token=${encodeURIComponent(token)}`}`;
};

const servedText = (address: string, token: string | undefined, language: Language): string => {
  if (language === 'zh') {
    const guard = token === undefined ? '只有这台机器能打开' : '知道令牌的人才能打开';
    return `${address}\n${guard}，抓包不会离开浏览器，Ctrl-C 结束\n`;
  }
  const guard =
    token === undefined ? 'Only this machine can open it' : 'Whoever has the token can open it';
  return `${address}\n${guard}; captures stay in the browser. Ctrl-C ends it.\n`;
};

/** Ctrl-C is how it is meant to end. */
const interrupted = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      server.close(() => resolve());
      server.closeAllConnections();
    };
    process.once('SIGINT', end);
    process.once('SIGTERM', end);
  });

const failed = ({ complaint }: Complaint): number => {
  tell(complaint);
  return WRONG;
};

const say = async (text: string): Promise<void> => {
  const output = new Output();
  await output.write(text);
  await output.flush();
};
