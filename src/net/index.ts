/**
 * `resetlab/net`: the `Socket` and `Server` of `node:net` on a TCP in which every reset says its cause.
 *
 *     import { openNetwork } from 'resetlab/net';
 *     const network = openNetwork();
 *     const server = network.createServer((socket) => socket.resetAndDestroy()).listen(7);
 *     network.connect(7).on('error', (error) => console.log(error.code, error.reset.cause));
 *     // ECONNRESET linger-zero
 */
export {
  BlockList,
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  isIP,
  isIPv4,
  isIPv6,
  setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout,
  SocketAddress,
} from 'node:net';
export type {
  ConnectOptions,
  CreateConnectionOptions,
  SocketOptions,
} from './connect-arguments.ts';
export type { SystemError } from './errors.ts';
export type { ListenOptions } from './listen-arguments.ts';
export { type Network, type NetworkOptions, openNetwork } from './network.ts';
export type { ResetAccount } from './reset-account.ts';
export type { DroppedConnection, Server, ServerOptions } from './server.ts';
export type { Socket } from './socket.ts';
export { openStreamDevice, type StreamDeviceOptions } from './stream-device.ts';
export { openTunDevice, type TunDeviceOptions } from '../device/tun-device.ts';
