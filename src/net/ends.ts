import type { AddressInfo } from 'node:net';
import type { Endpoint } from '../wire/ip-address.ts';

/** An end of a connection as `node:net` tells it. */
export const infoOf = ({ address, port }: Endpoint): AddressInfo => ({
  address: address.toString(),
  family: `IPv${address.version}`,
  port,
});

/** `IPv4` or `IPv6`. */
export const familyOf = (end: Endpoint | undefined): string | undefined =>
  end === undefined ? undefined : `IPv${end.address.version}`;
