import type { ConnectionName } from '../forensics/verdict.ts';
import { hostOf, portOf } from './model.ts';

const sameHost = (host: string): string =>
  host.includes(':') ? `ipv6.addr==${host}` : `ip.addr==${host}`;

/**
 * A display filter (Wireshark 3 and later) for everything between the two endpoints, whichever
 * encapsulation they come in: a connection that used the same four-tuple before is shown too. It
 * has spaces only where it may be broken into lines.
 */
export const connectionFilter = ({ client, server }: ConnectionName): string =>
  [
    sameHost(hostOf(client)),
    sameHost(hostOf(server)),
    `tcp.port==${portOf(client)}`,
    `tcp.port==${portOf(server)}`,
  ]
    .filter((term, index, terms) => terms.indexOf(term) === index)
    .join(' && ');
