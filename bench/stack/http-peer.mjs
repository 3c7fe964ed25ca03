/**
 * One and the same `http.createServer`, for bench/stack.mjs, on port 80: on our TCP over a TUN device,
 * or on the kernel's.
 *
 *     node http-peer.mjs tun DEVICE ADDRESS | kernel ADDRESS
 *
 * Ends with its input.
 */
import { createServer } from 'node:http';
import { openTunDevice } from '../../dist/device/tun-device.js';
import { openNetwork } from '../../dist/net/index.js';

const PORT = 80;
const text = 'x'.repeat(1000);
const server = createServer((_, response) => {
  response.setHeader('content-length', text.length);
  response.end(text);
});

const [where, ...words] = process.argv.slice(2);
if (where === 'tun') {
  const [name, address = ''] = words;
  const device = await openTunDevice(name ?? 'rl0');
  const network = openNetwork({ device, addresses: [address] });
  network.serve(server).listen(PORT);
} else {
  // The address is there once the device is up.
  server.listen(PORT, '0.0.0.0');
}

process.stdin.on('end', () => process.exit()).resume();
console.log('ready');
