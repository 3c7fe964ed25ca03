import { type Endpoint, nameOf } from '../wire/ip-address.ts';

/** A connection's name on the wire, from the side of the host that has it. */
export interface FourTuple {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** `10.0.0.2:80 - 10.0.0.1:40000`, the local end first. */
export const tupleText = ({ local, remote }: FourTuple): string =>
  `${nameOf(local)} - ${nameOf(remote)}`;
