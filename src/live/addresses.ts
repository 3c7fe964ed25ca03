import type { Role } from '../causes/scenario.ts';

/** An address in a network, and the router's there. */
interface Place {
  readonly address: string;
  /** Its second one, once it has that. */
  readonly second: string;
  readonly prefix: number;
  readonly router: string;
}

/** Where everyone lives, in networks that are the slot's alone. */
export interface Plan {
  readonly family: 4 | 6;
  readonly client: Place;
  readonly server: Place;
  /** The router's own, that leads to the server. */
  readonly service: string;
}

/** One network, or two with a router between them; IPv6 as RFC 5952 and the kernel write it. */
export const planFor = (slot: number, family: 4 | 6, routed: boolean): Plan => {
  if (family === 4) {
    const network = `10.98.${slot}`;
    const prefix = routed ? 25 : 24;
    return {
      family,
      client: { address: `${network}.10`, second: `${network}.11`, prefix, router: `${network}.1` },
      server: {
        address: `${network}.200`,
        second: `${network}.201`,
        prefix,
        router: `${network}.129`,
      },
      service: `${network}.77`,
    };
  }
  const near = `fd00:98:1:${slot.toString(16)}:`;
  const far = routed ? `fd00:98:2:${slot.toString(16)}:` : near;
  return {
    family,
    client: { address: `${near}:10`, second: `${near}:11`, prefix: 64, router: `${near}:1` },
    server: { address: `${far}:200`, second: `${far}:201`, prefix: 64, router: `${far}:2` },
    service: `${near}:77`,
  };
};

/** Fixed, so that neighbours need not ask for one another. */
export const MACS: Readonly<Record<Role, string>> = {
  client: '02:00:00:00:00:10',
  server: '02:00:00:00:02:00',
};
