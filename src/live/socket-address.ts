import { type IpAddress, parseAddress } from '../wire/ip-address.ts';

export const AF_INET = 2;
export const AF_INET6 = 10;

/** struct sockaddr with AF_UNSPEC: a connect() to it ends a connection (connect(2)). */
export const UNSPECIFIED = new Uint8Array(16);

/** struct sockaddr_in or sockaddr_in6; throws for what is no IP address. */
export const socketAddress = (text: string, port: number): Uint8Array => {
  const address = sureAddress(text);
  const view = new DataView(new ArrayBuffer(address.version === 4 ? 16 : 28));
  view.setUint16(0, address.version === 4 ? AF_INET : AF_INET6, true);
  view.setUint16(2, port);
  if (address.version === 4) {
    view.setInt32(4, address.word0);
    return new Uint8Array(view.buffer);
  }
  view.setInt32(8, address.word0);
  view.setInt32(12, address.word1);
  view.setInt32(16, address.word2);
  view.setInt32(20, address.word3);
  return new Uint8Array(view.buffer);
};

/** The port stands at the same place in both. */
export const portIn = (address: Uint8Array): number =>
  new DataView(address.buffer, address.byteOffset).getUint16(2);

export const sureAddress = (text: string): IpAddress => {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`no IP address: ${text}`);
  return address;
};
