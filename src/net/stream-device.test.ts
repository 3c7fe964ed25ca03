import { afterEach, beforeEach, expect, it } from 'vitest';
import { cablePlace } from '../device/cable.fixture.ts';
import { EthernetDevice } from '../device/ethernet-device.ts';
import { listenForStreams } from '../device/open-stream.ts';
import { parseSubnet } from '../device/subnet.ts';
import { openNetwork } from './network.ts';
import { openStreamDevice } from './stream-device.ts';

let cable: ReturnType<typeof cablePlace>;

beforeEach(() => {
  cable = cablePlace();
});

afterEach(() => cable.remove());

it('a network on a stream of frames meets another', async () => {
  const listener = await listenForStreams(cable.place);
  const coming = listener.next();
  const addresses = ['10.99.0.2/24'];
  const device = await openStreamDevice(cable.place.path, { addresses, mac: '52:54:00:00:00:02' });
  const subnets = [parseSubnet('10.99.0.1/24')!];
  const ours = openNetwork({ device, addresses: ['10.99.0.2'] });
  const theirs = openNetwork({
    device: new EthernetDevice(await coming, { subnets }),
    addresses: ['10.99.0.1'],
  });
  listener.close();
  const server = theirs.createServer((socket) => socket.end('hello')).listen(7);
  await new Promise((resolve) => server.once('listening', resolve));
  const heard = await new Promise((resolve, reject) => {
    ours.connect(7, '10.99.0.1').on('data', resolve).on('error', reject);
  });
  expect(String(heard)).toBe('hello');
  // The one that goes first takes the other's link with it.
  await Promise.all([new Promise((resolve) => server.close(resolve)), ours.close()]);
  await theirs.close();
});

it.each([
  ['no-place', { addresses: ['10.0.0.2/24'] }, "'no-place' is not a path with a slash"],
  ['./x', { addresses: ['10.0.0.2/33'] }, "'10.0.0.2/33' is not an address as 10.99.0.2/24"],
  ['./x', { addresses: ['10.0.0.2'], gateways: ['x'] }, "'x' is not an address"],
  ['./x', { addresses: ['10.0.0.2'], mac: 'x' }, "'x' is not a machine's MAC address"],
  ['./nobody', { addresses: ['10.0.0.2'] }, 'ENOENT'],
])('%s, %j: %s', async (place, options, message) => {
  await expect(openStreamDevice(place, options)).rejects.toThrow(message);
});
