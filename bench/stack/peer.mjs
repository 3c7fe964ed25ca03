/**
 * Our TCP on a TUN device, for bench/stack.mjs: discard on port 9, chargen on port 19.
 *
 *     node peer.mjs DEVICE ADDRESS [offload]
 *
 * Ends with its input.
 */
import { openMachine } from '../../dist/device/machine.js';
import { openTunDevice } from '../../dist/device/tun-device.js';
import { parseAddress } from '../../dist/wire/ip-address.js';

const [name = 'rl0', address = '10.99.0.2', offload] = process.argv.slice(2);

const device = await openTunDevice(name, { offload: offload === 'offload' });
const machine = openMachine(device, { addresses: [parseAddress(address)] });
const application = machine.host.process('bench');
application.handle('SIGPIPE', 'ignore');

/** @param {number} port @param {(socket: any) => void} then */
const serve = (port, then) =>
  machine.act(() => {
    const listener = application.socket();
    listener.bind({ address: parseAddress('0.0.0.0'), port });
    listener.listen();
    const next = () => {
      listener.accept().whenSettled((/** @type {any} */ socket) => {
        if (socket instanceof Error) return;
        then(socket);
        next();
      });
    };
    next();
  });

/** Makes the same call as long as it succeeds; then the socket is closed. @param {any} socket @param {() => any} call */
const repeat = (socket, call) => {
  for (;;) {
    const made = call();
    if (!made.settled) {
      made.whenSettled((/** @type {any} */ result) => {
        if (result instanceof Error || result === 0) socket.close();
        else repeat(socket, call);
      });
      return;
    }
    if (made.result instanceof Error || made.result === 0) return void socket.close();
  }
};

const into = new Uint8Array(1 << 18);
const text = new Uint8Array(1 << 18);
serve(9, (socket) => repeat(socket, () => socket.read(into)));
serve(19, (socket) => repeat(socket, () => socket.write(text)));

process.stdin.on('end', () => void machine.close()).resume();
console.log(`ready, offload ${JSON.stringify(device.offload)}`);
