import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { read, ROOT } from '../../../test/tree.ts';
import { waysTable } from './tell.ts';
import { WAYS } from './ways.ts';

/** `UPDATE_DOCS=1` writes the page as it must be. */

const PATH = 'docs/faults.md';

const PAGE = `# Ways to be reset, made on purpose

A server, or a proxy in front of yours, whose connections end by a named cause at a named moment, so that a test can see what your client makes of it.

    resetlab faults --list
    resetlab faults --listen 5433 --upstream 5432 --cause keepalive-race --after-ms 5000

In a test-suite (\`examples/ways-to-be-reset.test.mjs\` is one to copy):

    import * as faults from 'resetlab/faults';

    const server = await faults.server({ cause: 'linger-zero', moment: 'mid-response' });
    await assert.rejects(get(\`http://127.0.0.1:\${server.port}/\`), { code: 'ECONNRESET' });
    await server.close();

\`faults.server\` answers HTTP with \`200 OK\`, or serves what \`serve\` makes of each connection; \`faults.proxy\` passes every byte to \`upstream\`. Both end all connections unless \`every\` or \`probability\` with \`seed\` choose some, and tell each in \`broken\`.

**On our TCP.** Ordinary sockets cannot do everything: they lose no segment, forget no connection, and have not all options. Where the table says so, give a network of \`resetlab/net\`; where it says tapped, its device must be tapped:

    const network = openNetwork({ device: faults.tap(device), addresses: ['10.99.0.2'] });
    const server = await faults.server({ network, host: '10.99.0.2', cause: 'half-open-restart' });

The device is a TUN (root), Ethernet over a stream, or memory. What ordinary sockets make, it makes too. \`resetlab stack\` has a page that resets who asks it to.

What the client sees is what the calls of its socket return on Linux, when it writes a request, reads until there is no more, and writes again: what came of the response, then \`read\`, then \`write\`. The connection itself succeeds where nothing is said. A client that writes before it reads is told ECONNRESET by that \`write\`, and its \`read\` gives the end of file.

${waysTable(WAYS, 'en')}
## What the table cannot say

- **Node's close() reads first.** A socket of \`node:net\` takes from the kernel what comes, even if nobody listens for it, so that \`destroy()\` in a server mostly sends a FIN. Only what stays in the kernel's receive queue turns it into a reset: here nothing is read before the moment (\`pauseOnConnect\`), or reading stops for good, which \`pause()\` alone does not do.
- **A reset overtakes.** A client that finds data and a reset at the same instant may never see one of them: libuv reports the end of file then, in place of ECONNRESET. So a reset after a response waits until the client has acknowledged it, and 20 ms more.
- **No reset, and yet ECONNRESET.** \`closed-before-response\` puts no reset on the wire; Node's \`http\` calls it \`socket hang up\`, code ECONNRESET.
- **A race needs two.** After \`keepalive-race\` a client that looks at its idle sockets finds the end of file and takes another connection. To lose the race for certain, within one process: \`server.breakNow()\`, and the request in the same turn of the event loop.
- **Unread data must be there.** The end waits until the client has sent what is to stay unread; a client that goes away before is not ended. Linux tells by \`/proc/self/net/tcp\`; elsewhere 20 ms must do.
`;

it(`${PATH} is current`, () => {
  const path = join(ROOT, PATH);
  if (process.env['UPDATE_DOCS'] === '1') {
    mkdirSync(join(ROOT, 'docs'), { recursive: true });
    writeFileSync(path, PAGE);
  }
  expect(existsSync(path)).toBe(true);
  expect(read(PATH)).toBe(PAGE);
});

it('calls no way by the names of another', () => {
  const names = WAYS.map(({ cause, moment }) => `${cause} ${moment}`);
  expect(new Set(names).size).toBe(names.length);
});
