import type { Endpoint, IpAddress } from '../wire/ip-address.ts';
import { abort } from '../tcp/ending.ts';
import type { Errno } from '../tcp/errno.ts';
import type { Call, Outcome } from './call.ts';
import { SettledCall } from './call.ts';
import { Listener } from './listener.ts';
import type { Binding } from './ports.ts';
import { wildcardOf } from './socket-address.ts';
import { ACCEPT_AGAIN, SocketError } from './socket-error.ts';
import type { Socket } from './socket.ts';

/** inet_bind. */
export const bind = (socket: Socket, { address, port }: Endpoint): Call<0> => {
  if (socket.phase === 'closed') return socket.fails('bind', 'EBADF');
  if (socket.phase !== 'unconnected' || socket.binding !== undefined) {
    return socket.fails('bind', 'EINVAL');
  }
  if (address.version === 6 && socket.family === 'inet')
    return socket.fails('bind', 'EAFNOSUPPORT');
  const own = ownAddress(socket, address);
  if (own === undefined && !address.isUnspecified) return socket.fails('bind', 'EADDRNOTAVAIL');
  const errno = claim(socket, own, port);
  return errno === undefined ? new SettledCall(0) : socket.fails('bind', errno);
};

/** The host's own object for its address. */
const ownAddress = ({ stack }: Socket, address: IpAddress): IpAddress | undefined =>
  stack.parts.addresses.find((each) => each.equals(address));

/** Takes the port, or an ephemeral one for 0. */
const claim = (socket: Socket, address: IpAddress | undefined, port: number): Errno | undefined => {
  const { stack, options, family } = socket;
  const candidate = (at: number): Binding => ({
    address,
    port: at,
    inet: family === 'inet' || !options.onlyIpv6,
    inet6: family === 'inet6',
    reuse: options.reuseAddress,
    listening: false,
  });
  const chosen = port === 0 ? freePort(socket, address, candidate) : port;
  if (chosen === undefined) return 'EADDRINUSE';
  const binding = candidate(chosen);
  if (!stack.ports.isFree(binding)) return 'EADDRINUSE';
  stack.ports.bind(binding);
  socket.binding = binding;
  return undefined;
};

const freePort = (
  { stack, family }: Socket,
  address: IpAddress | undefined,
  candidate: (port: number) => Binding,
): number | undefined =>
  stack.ephemeral.forBind(
    address ?? wildcardOf(family),
    stack.settings.ip_local_port_range,
    (port) => stack.ports.isFree({ ...candidate(port), reuse: false }),
  );

/** inet_listen; a socket without a port is given one. */
export const listen = (socket: Socket, backlog: number): Call<0> => {
  const { stack, phase } = socket;
  if (phase === 'closed') return socket.fails('listen', 'EBADF');
  if (phase === 'connecting' || phase === 'connected') return socket.fails('listen', 'EINVAL');
  // As unsigned, so a negative one is the most (__sys_listen).
  const most = Math.min((backlog | 0) >>> 0, stack.settings.somaxconn);
  if (socket.listener !== undefined) {
    socket.listener.backlog = most;
    return new SettledCall(0);
  }
  if (socket.binding === undefined && claim(socket, undefined, 0) !== undefined) {
    return socket.fails('listen', 'EADDRINUSE');
  }
  const binding = socket.binding!;
  binding.listening = true;
  binding.reuse = socket.options.reuseAddress;
  if (!stack.ports.isFree(binding)) {
    binding.listening = false;
    return socket.fails('listen', 'EADDRINUSE');
  }
  socket.listener = new Listener(binding, socket, most);
  socket.phase = 'listening';
  stack.listeners.add(socket.listener);
  return new SettledCall(0);
};

/** inet_csk_accept: also a connection that has ended meanwhile; its calls will say so. */
export const accept = (socket: Socket): Call<Socket> => {
  if (socket.phase === 'closed') return socket.fails('accept', 'EBADF');
  const attempt = (): Outcome<Socket> | undefined => {
    const { listener } = socket;
    if (listener === undefined) return new SocketError('accept', 'EINVAL');
    const attachment = listener.accepted.shift();
    if (attachment === undefined) {
      return socket.stack.isDown ? new SocketError('accept', 'ENETDOWN') : undefined;
    }
    attachment.listener = undefined;
    return socket.process.take(socket.family, listener.options, attachment);
  };
  return socket.perform(attempt, socket.nonBlocking ? ACCEPT_AGAIN : undefined);
};

/**
 * inet_csk_listen_stop: connections that wait to be accepted are reset, half-open ones are forgotten
 * in silence.
 */
export const stopListening = (socket: Socket, now: number): void => {
  const { stack, listener } = socket;
  if (listener === undefined) return;
  stack.listeners.remove(listener);
  listener.binding.listening = false;
  socket.listener = undefined;
  socket.phase = 'unconnected';
  for (const request of listener.requests) stack.dropRequest(request, 'listener-closed');
  for (const attachment of listener.accepted.splice(0)) {
    const { connection } = attachment;
    if (connection === undefined) continue;
    stack.egress.forgetReport();
    abort(connection, 'listener-closed', now);
    stack.settle(attachment, now);
  }
  socket.wake(now);
};

/** The socket's claim to its port ends. */
export const releaseBinding = (socket: Socket): void => {
  if (socket.binding === undefined) return;
  socket.stack.ports.unbind(socket.binding);
  socket.binding = undefined;
};
