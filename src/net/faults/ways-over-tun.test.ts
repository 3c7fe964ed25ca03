import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTunDevice } from '../../device/tun-device.ts';
import { lacksTun } from '../../device/tun.fixture.ts';
import { type Libc, loadLibc } from '../../live/libc.ts';
import { Namespace } from '../../live/namespaces.ts';
import { whatIsMissing } from '../../live/requirements.ts';
import { type Network, openNetwork } from '../network.ts';
import { kernelCaller, optionsFor, RESPONSE, seen } from './asking.fixture.ts';
import * as faults from './index.ts';
import { type Way, WAYS } from './ways.ts';
import { namesOf, type Testimony, Witness } from './witness.fixture.ts';

/**
 * What only our TCP makes, to a client of the kernel through a TUN device: what its calls return, and
 * what `resetlab explain` names.
 */

const loaded = await loadLibc();
const missing = lacksTun() ?? whatIsMissing() ?? (typeof loaded === 'string' ? loaded : undefined);
if (missing !== undefined) console.warn(`skipped: ${missing}`);
const libc = loaded as Libc;

/** No other test file counts from here. */
const SLOT = 950;
const KERNEL = '10.97.0.1';
const OURS = '10.97.0.2';

const serve = (stream: NodeJS.ReadWriteStream): unknown =>
  stream.on('data', () => stream.write(RESPONSE));

const HERE = WAYS.filter(({ making }) => making.startsWith('our TCP'));

describe.skipIf(missing !== undefined)('our TCP to a client of the kernel', () => {
  const space = missing === undefined ? new Namespace(libc, SLOT, 'faults') : undefined;
  let network: Network;
  let witness: Witness;
  const ports = new Map<Way, number>();
  let testimony: Testimony;

  beforeAll(async () => {
    await space!.make();
    const device = await openTunDevice('rl0', { offload: false, namespace: space!.name });
    await space!.ip(`address add ${KERNEL}/24 dev rl0`, 'link set rl0 up');
    network = openNetwork({ device: faults.tap(device), addresses: [OURS] });
    witness = await Witness.on(space!.name, 'rl0');
  });
  afterAll(async () => {
    await network.close();
    await space!.remove();
  });

  it.for(HERE)('$cause, $moment: what its calls return', async (way) => {
    const server = await faults.server({ ...optionsFor(way), serve, network, host: OURS });
    ports.set(way, server.port);
    try {
      const caller = space!.enter(() => kernelCaller(libc));
      expect(await seen(way, caller, OURS, server.port)).toEqual(way.sees);
      expect(server.broken).toMatchObject([{ cause: way.cause, moment: way.moment }]);
    } finally {
      await server.close();
    }
  });

  it.for(HERE)('$cause, $moment: what explain names', async (way) => {
    testimony ??= await witness.says();
    const named = testimony.at(ports.get(way) ?? 'not played');
    const isNamed = named.some((one) => namesOf(way.cause).includes(one));
    expect(isNamed, `at port ${ports.get(way)}: ${named.join()}`).toBe(true);
  });
});
