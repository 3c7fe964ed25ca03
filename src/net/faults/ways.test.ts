import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Machine, openMachine } from '../../device/machine.ts';
import { MemoryCable } from '../../device/memory-cable.ts';
import { loadLibc } from '../../live/libc.ts';
import type { ResetSent } from '../../tcp/reset-event.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import { type Network, openNetwork } from '../network.ts';
import {
  type Caller,
  kernelCaller,
  optionsFor,
  ourCaller,
  RESPONSE,
  seen,
} from './asking.fixture.ts';
import * as faults from './index.ts';
import { type Way, WAYS } from './ways.ts';

/**
 * Every way against what the table says of it: on this kernel, whose client is a socket of the C library,
 * so that what it sees is what the kernel returns; and on our TCP, to a client on another host of ours.
 */

const libc = await loadLibc();
if (typeof libc === 'string') console.warn(`skipped: ${libc}`);
const onLinux = typeof libc !== 'string' && process.platform === 'linux';

const serve = (stream: NodeJS.ReadWriteStream): unknown =>
  stream.on('data', () => stream.write(RESPONSE));

/** What nobody can be told of: there was no connection. */
const UNTOLD = new Set(['closed-port', 'connect-timeout']);

const holds = async (
  way: Way,
  options: Partial<faults.ServerOptions>,
  caller: Caller,
): Promise<{ readonly port: number }> => {
  const server = await faults.server({ ...optionsFor(way), serve, ...options });
  const { address, port } = server;
  try {
    expect(await seen(way, caller, address, port)).toEqual(way.sees);
    const { cause, moment } = way;
    const told = UNTOLD.has(cause) ? [] : [{ connection: 1, cause, moment }];
    expect(server.broken).toMatchObject(told);
    expect(server.broken).toHaveLength(told.length);
  } finally {
    await server.close();
  }
  return { port };
};

describe.skipIf(!onLinux)("on the kernel's sockets", () => {
  const here = WAYS.filter(({ making }) => making === 'sockets' || making === 'listener');

  it.for(here)('$cause, $moment', async (way) => {
    await holds(way, {}, kernelCaller(libc as Exclude<typeof libc, string>));
  });
});

/** What the engine itself can know of causes that only an onlooker sees, or that leave no reset of their own. */
const MINTED: Partial<Record<Way['cause'], readonly string[]>> = {
  'connect-timeout': [],
  'early-response': ['close-with-unread-data'],
  'tls-rejected': ['linger-zero'],
  'keepalive-race': ['data-after-close'],
  'closed-before-response': ['data-after-close'],
  'repeated-reset': ['linger-zero', 'repeated-reset'],
};

describe('on our TCP', () => {
  const here = WAYS.filter(({ making }) => making !== 'proxy');
  let network: Network;
  let client: Machine;
  const resets: ResetSent[] = [];

  beforeAll(() => {
    const { ends } = new MemoryCable();
    network = openNetwork({
      device: faults.tap(ends[0]),
      addresses: ['10.0.0.2'],
      onReset: (event) => {
        if (event.kind === 'sent') resets.push(event);
      },
    });
    client = openMachine(ends[1], { addresses: [parseAddress('10.0.0.1')!] });
  });
  afterAll(async () => {
    await network.close();
    await client.close();
  });

  it.for(here)('$cause, $moment', async (way) => {
    const { port } = await holds(way, { network, host: '10.0.0.2' }, ourCaller(client));
    const expected = MINTED[way.cause] ?? [way.cause];
    // Connections of the ways before may still be resetting.
    const minted = resets.filter(({ path }) => path.local.port === port).map(({ cause }) => cause);
    expect(minted.slice(0, Math.max(1, expected.length))).toEqual(expected);
  });
});
