import type { IpAddress } from '../wire/ip-address.ts';

/** A socket's claim to a port. */
export interface Binding {
  /** Undefined: all addresses of its families. */
  readonly address: IpAddress | undefined;
  readonly port: number;
  /** Wildcards only: which addresses it means. */
  readonly inet: boolean;
  readonly inet6: boolean;
  /** SO_REUSEADDR. */
  reuse: boolean;
  listening: boolean;
}

/** Connections on one local address and port, by whether their sockets had SO_REUSEADDR. */
interface Traffic {
  readonly address: IpAddress;
  strict: number;
  lenient: number;
  /** The same port at another address. */
  next: Traffic | undefined;
}

/**
 * Who uses which port, and who may yet (Linux's bind buckets, `inet_csk_bind_conflict`). Connections
 * count until they are over, TIME-WAIT included: that is why a server that is started again at once
 * wants SO_REUSEADDR.
 */
export class Ports {
  private readonly bindings = new Map<number, Binding[]>();
  private readonly traffic = new Map<number, Traffic>();

  /** Whether `wanted` may have its port next to all others; it may be in the table itself. */
  isFree(wanted: Binding): boolean {
    const others = this.bindings.get(wanted.port);
    if (others?.some((other) => other !== wanted && conflict(wanted, other)) === true) return false;
    let here = this.traffic.get(wanted.port);
    for (; here !== undefined; here = here.next) if (disturbs(here, wanted)) return false;
    return true;
  }

  /** A port that somebody bound by name is not given to connect(2). */
  isBound(port: number): boolean {
    return this.bindings.has(port);
  }

  bind(binding: Binding): void {
    const others = this.bindings.get(binding.port);
    if (others === undefined) this.bindings.set(binding.port, [binding]);
    else others.push(binding);
  }

  unbind(binding: Binding): void {
    const here = this.bindings.get(binding.port) ?? [];
    here.splice(here.indexOf(binding), 1);
    if (here.length === 0) this.bindings.delete(binding.port);
  }

  connectionBegins(address: IpAddress, port: number, reuse: boolean): void {
    const first = this.traffic.get(port);
    let here = at(first, address);
    if (here === undefined) {
      here = { address, strict: 0, lenient: 0, next: first };
      this.traffic.set(port, here);
    }
    if (reuse) here.lenient += 1;
    else here.strict += 1;
  }

  connectionEnds(address: IpAddress, port: number, reuse: boolean): void {
    const first = this.traffic.get(port);
    const here = at(first, address);
    if (here === undefined) throw new Error(`no connection on port ${port}`);
    if (reuse) here.lenient -= 1;
    else here.strict -= 1;
    // Others of the port keep their counts at 0 until the last of them goes.
    let each = first;
    for (; each !== undefined; each = each.next) if (each.strict + each.lenient > 0) return;
    this.traffic.delete(port);
  }
}

const at = (first: Traffic | undefined, address: IpAddress): Traffic | undefined => {
  let here = first;
  while (here !== undefined && !here.address.equals(address)) here = here.next;
  return here;
};

/** Whether a packet to this address may be meant for this binding. */
export const covers = (binding: Binding, address: IpAddress): boolean => {
  if (binding.address !== undefined) return binding.address.equals(address);
  return address.version === 4 ? binding.inet : binding.inet6;
};

const conflict = (a: Binding, b: Binding): boolean =>
  overlap(a, b) && !(a.reuse && b.reuse && !b.listening);

const overlap = (a: Binding, b: Binding): boolean => {
  if (a.address !== undefined) return covers(b, a.address);
  if (b.address !== undefined) return covers(a, b.address);
  return (a.inet && b.inet) || (a.inet6 && b.inet6);
};

const disturbs = ({ address, strict, lenient }: Traffic, wanted: Binding): boolean =>
  covers(wanted, address) && (strict > 0 || (lenient > 0 && !wanted.reuse));
