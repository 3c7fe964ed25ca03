import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Socket } from '../../src/net/index.ts';
import { script } from './python.ts';
import { cannotMeet, endOf, OURS, PeerStage } from './stage.ts';
import { pass, until } from '../waiting.ts';

/** Ten thousand connections of the kernel's at once, from several addresses. */

const MANY = 10_000;
/** How many the client does something with at once: what the queues of listener and device hold. */
const AT_ONCE = 200;
const FILES = MANY + 100;
const SOURCES = [11, 12, 13, 14].map((last) => `10.96.0.${last}`);

/** Opens all, says so, and at the next line of its input asks each for its own number and leaves. */
const CLIENT = `
resource.setrlimit(resource.RLIMIT_NOFILE, (${FILES}, ${FILES}))
poll = select.epoll()
sources, waiting, sockets = ${JSON.stringify(SOURCES)}, set(), []
def settle(most):
    while len(waiting) > most:
        for fd, _ in poll.poll():
            s = by_fd[fd]; poll.unregister(fd); waiting.discard(fd)
            e = s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if e: raise OSError(e, 'connect')
by_fd = {}
for number in range(${MANY}):
    s = socket.socket(); s.setblocking(False)
    s.setsockopt(socket.IPPROTO_IP, 24, 1) # IP_BIND_ADDRESS_NO_PORT
    s.bind((sources[number % len(sources)], 0))
    s.connect_ex(('${OURS}', 7))
    by_fd[s.fileno()] = s; sockets.append(s); waiting.add(s.fileno())
    poll.register(s.fileno(), select.EPOLLOUT)
    settle(${AT_ONCE})
settle(0)
print('open', flush=True)
sys.stdin.readline()
wrong = 0
for first in range(0, ${MANY}, ${AT_ONCE}):
    wave = list(enumerate(sockets))[first:first + ${AT_ONCE}]
    for number, s in wave: s.setblocking(True); s.sendall(b'%d\\n' % number)
    for number, s in wave: wrong += s.recv(100) != b'%d\\n' % number; s.shutdown(socket.SHUT_WR)
    for _, s in wave: wrong += s.recv(1) != b''; s.close()
print('wrong', wrong)
`;

/** Files that one process may have open. */
const canOpenMany = (): boolean => {
  const can = spawnSync('sh', ['-c', `ulimit -n ${FILES}`]).status === 0;
  if (!can) console.warn(`skipped: a process may not open ${FILES} files here`);
  return can;
};

describe.skipIf(cannotMeet('python3') || !canOpenMany())('10,000 connections', () => {
  let stage: PeerStage;
  beforeAll(async () => {
    stage = await PeerStage.open();
    await stage.space.ip(...SOURCES.map((source) => `address add ${source}/24 dev rl0`));
  });
  afterAll(() => stage.close());

  it('are open at once, and each is served', { timeout: 120_000 }, async () => {
    const sockets = new Set<Socket>();
    const server = stage.network.createServer((socket) => {
      sockets.add(socket);
      socket.pipe(socket).once('close', () => sockets.delete(socket));
    });
    await once(server.listen(7), 'listening');
    const before = process.memoryUsage().rss;
    const child = stage.start(...script(CLIENT));
    const ended = endOf(child);
    await once(child.stdout, 'data');
    // The client has its connections as soon as it has our SYN,ACKs.
    const { host } = stage.network.machine;
    while (sockets.size < MANY) await pass(20);
    expect(host.counts()).toMatchObject({ connections: MANY, requests: 0 });
    // Node's streams and emitters among it.
    expect(process.memoryUsage().rss - before).toBeLessThan(MANY * 32_768);
    child.stdin.end('\n');
    expect((await ended).stdout).toBe('open\nwrong 0\n');
    // The last acknowledgements may come after the client has gone.
    await until(() => sockets.size === 0 && host.counts().connections === 0);
    // The client closed first, so that TIME-WAIT is the kernel's.
    expect(host.counts()).toMatchObject({ connections: 0, timeWaits: 0 });
  });
});
