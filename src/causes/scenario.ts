import type { CauseId } from './ids.ts';
import type { Text } from './text.ts';

/**
 * A scenario as plain data: what two hosts, their applications and the wire between them do, step
 * by step, so that one cause happens. It says nothing about who carries it out: the simulator does,
 * and a real kernel can.
 */
export interface Scenario {
  /** A cause's id, or a name of its own where it shows something else. */
  readonly id: string;
  readonly title: Text;
  readonly variants: readonly [Variant, ...Variant[]];
}

/** One way to make it happen. */
export interface Variant {
  readonly name: string;
  /** What is done, one sentence without the final stop. */
  readonly what: Text;
  /** What breaks the connection first; `none`: nothing does. */
  readonly makes: CauseId | 'none';
  /**
   * What the host that sends the reset can know of it, where `makes` is a special form that only an
   * onlooker sees (a health check is an abort to its host) or leaves no reset of its own.
   */
  readonly knownAs?: CauseId;
  /** Causes of further resets. */
  readonly follows?: readonly CauseId[];
  /** Causes that leave the same packets: naming one of them first is no mistake. */
  readonly sameWire?: readonly CauseId[];
  /** Causes that look like this one, and yet the packets tell them apart: never to be named first. */
  readonly lookalikes: readonly CauseId[];
  /** What differs in a capture taken at one end. */
  readonly seenAt?: { readonly [At in Role]?: SeenFrom };
  /** Rows of the claims that it shows, as `A10`. */
  readonly claims: readonly string[];
  /** Settings of ours (`resetlab.*`) take part: Linux cannot be made to do this. */
  readonly beyondLinux?: true;
  /** It takes what our engine does not speak: only the kernel can do this. */
  readonly beyondEngine?: true;
  readonly between?: Between;
  /** What the router, if there is one, keeps of connections. */
  readonly table?: ConnectionTable;
  /** One way, in milliseconds; 5 if not said. */
  readonly delayMs?: number;
  /** Where only one of the two makes sense. */
  readonly timestamps?: boolean;
  readonly family?: 4 | 6;
  /** Set before anything happens, by public name, as `net.ipv4.tcp_rfc1337`. */
  readonly sysctls?: { readonly [On in Role]?: Readonly<Record<string, number | string>> };
  readonly steps: readonly Step[];
}

/** How a capture at one end differs: what it cannot show is not asked of it. */
export interface SeenFrom {
  readonly makes?: CauseId | 'none';
  readonly sameWire?: readonly CauseId[];
}

export type Role = 'client' | 'server';

/** A cable, or a router with a packet filter. */
export type Between = 'cable' | 'router';

/** Connections idle for so long are forgotten. */
export type ConnectionTable =
  /** A firewall, which resets or drops what it does not know. */
  | { readonly kind: 'firewall'; readonly idleMs: number; readonly unknown: 'drop' | 'reset' }
  /** An address of the router's that leads to this port of the server, as Kubernetes has services. */
  | { readonly kind: 'service'; readonly idleMs: number; readonly port: number };

export type Flag = 'FIN' | 'SYN' | 'RST' | 'ACK';

/** Which segments; everything given must hold. */
export interface Match {
  readonly toward?: Role;
  /** Exactly these (PSH and URG aside). */
  readonly flags?: readonly Flag[];
  /** These at least. */
  readonly has?: readonly Flag[];
  /** With text, or without. */
  readonly text?: boolean;
  /** The text has this in it. */
  readonly contains?: string;
  /** Of the connections of these sockets, as they are named in the steps. */
  readonly sockets?: readonly string[];
}

/**
 * What a call gave: bytes read or written; `EOF`; `ok`; `nothing` where it waited in vain; an errno
 * name; or the signal that killed the process.
 */
export type Outcome =
  | number
  | 'ok'
  | 'EOF'
  | 'nothing'
  | 'killed by SIGPIPE'
  /** An earlier call was to give the socket, and failed: with other settings than the scenario's. */
  | 'no socket'
  | `E${string}`;

/** A socket option by its Linux name; a list for structures (`SO_LINGER`: onoff, seconds). */
export interface SocketOption {
  readonly name: string;
  readonly value: number | readonly number[];
}

interface Call {
  /** What Linux gives. */
  readonly expect?: Outcome;
  /** How long a call waits before it gives `nothing`, 3 s if not said. */
  readonly withinMs?: number;
  /** The call is begun and left to itself; `collect` fetches its outcome. */
  readonly pending?: true;
}

/** TCP if not said; Multipath TCP: IPPROTO_MPTCP. */
export type Protocol = 'mptcp';

/**
 * A sysctl whose last (or only) number is another one for a single call. Linux has some of them for the
 * whole machine: no other call of the machine shall meet the change, if it can be helped.
 */
export interface UnderSysctl {
  readonly name: string;
  readonly last: number;
}

/** What an application does; every socket has a name of the scenario's own. */
type SocketStep =
  | {
      readonly do: 'listen';
      readonly on: Role;
      readonly socket: string;
      readonly port: number;
      readonly backlog?: number;
      readonly options?: readonly SocketOption[];
      readonly protocol?: Protocol;
    }
  /** A socket with a port that does not listen. */
  | { readonly do: 'bind'; readonly on: Role; readonly socket: string; readonly port: number }
  | (Call & {
      readonly do: 'connect';
      readonly on: Role;
      readonly socket: string;
      readonly port: number;
      /** At the router's address that leads to the server; else at the server's own. */
      readonly to?: 'service';
      /** The local port; an ephemeral one if not said. */
      readonly from?: number;
      /** The initial sequence number, unsigned (Linux: TCP_REPAIR). */
      readonly initialSequence?: number;
      readonly options?: readonly SocketOption[];
      readonly protocol?: Protocol;
    })
  | (Call & { readonly do: 'accept'; readonly listener: string; readonly socket: string })
  /** A number writes so many bytes of no meaning. */
  | (Call & { readonly do: 'write'; readonly socket: string; readonly text: string | number })
  | (Call & {
      readonly do: 'read';
      readonly socket: string;
      /** At most so many bytes, 65536 if not said. */
      readonly length?: number;
    })
  | (Call & { readonly do: 'close'; readonly socket: string; readonly under?: UnderSysctl })
  | (Call & {
      readonly do: 'shutdown';
      readonly socket: string;
      readonly how: 'SHUT_RD' | 'SHUT_WR' | 'SHUT_RDWR';
    })
  | ({ readonly do: 'setsockopt'; readonly socket: string } & SocketOption)
  /** getsockopt(SO_ERROR): the errno, or `ok`. */
  | (Call & { readonly do: 'error'; readonly socket: string })
  /** connect() to AF_UNSPEC. */
  | (Call & { readonly do: 'disconnect'; readonly socket: string })
  /** The outcome of the call that was left pending on this socket. */
  | (Call & { readonly do: 'collect'; readonly socket: string });

/** What happens to a host or its processes. Each host has one process with all its sockets. */
type HostStep =
  /** `ss -K`: SOCK_DESTROY. */
  | { readonly do: 'destroy'; readonly socket: string }
  /** The connection is forgotten without a segment (Linux: TCP_REPAIR, then close). */
  | { readonly do: 'forget'; readonly socket: string }
  | { readonly do: 'kill'; readonly on: Role }
  /** Whether SIGPIPE kills the process, as it does in C; ignored if not said, as most runtimes do. */
  | { readonly do: 'heed SIGPIPE'; readonly on: Role }
  /** Gone from one instant to the next, all its memory with it. */
  | { readonly do: 'cut power'; readonly on: Role }
  | { readonly do: 'boot'; readonly on: Role }
  | {
      readonly do: 'sysctl';
      readonly on: Role;
      readonly name: string;
      readonly value: number | string;
    }
  /** How many further subflows a connection of this host may have (`ip mptcp limits`), 2 if not said. */
  | { readonly do: 'limit subflows'; readonly on: Role; readonly most: number }
  /** A second address, from which each MPTCP connection of this host opens a further subflow. */
  | { readonly do: 'add endpoint'; readonly on: Role }
  /** Starts one of the programs of the laboratory and lets it run. */
  | {
      readonly do: 'run';
      readonly on: Role;
      readonly program: ProgramName;
      readonly port: number;
      /** What is typed into it, without the line feed. */
      readonly line?: string;
    };

/** The programs of the first document, as they stand there. */
export type ProgramName =
  | 'poll server, SO_LINGER 0'
  | 'poll server, reads 5 bytes'
  | 'poll server, closes after read'
  | 'client'
  | 'client that writes twice';

/** What happens on the way. */
type WireStep =
  | { readonly do: 'wait'; readonly ms: number }
  /** From now on, matching segments vanish: all, or the first so many. */
  | { readonly do: 'lose'; readonly match: Match; readonly times?: number }
  /** From now on, the first so many matching segments (one if not said) wait for `release`. */
  | { readonly do: 'hold'; readonly match: Match; readonly times?: number }
  | { readonly do: 'release' }
  /** What is held never arrives. */
  | { readonly do: 'discard' }
  /** No more is lost. */
  | { readonly do: 'heal' }
  /** Time goes on until such a segment has entered the wire, at most 5 s. */
  | { readonly do: 'await'; readonly match: Match }
  | ({ readonly do: 'inject' } & Forgery)
  | ({ readonly do: 'send raw' } & RawSegment)
  /** A packet filter, on the router or on the server's own host. */
  | {
      readonly do: 'filter';
      readonly at: 'router' | 'server';
      readonly match: Match;
      readonly port?: number;
      readonly action: 'drop' | 'reset' | 'port-unreachable' | 'admin-prohibited';
    };

/** A segment that somebody on the way makes out of one that he saw. */
export interface Forgery {
  /** The newest such segment. */
  readonly like: Match;
  /** In the name of its receiver: addresses and ports turned, SEQ its ACK, ACK after its end. */
  readonly answer?: true;
  /** At the end of its text instead of its beginning, and without the text. */
  readonly after?: true;
  readonly flags: readonly Flag[];
  /** Added to the numbers. */
  readonly seqPlus?: number;
  readonly ackPlus?: number;
  readonly text?: string;
  /** As in the header; as in the original if not said. */
  readonly window?: number;
  readonly ttl?: number;
  /** The options of the original, TSecr moved by so many (0: unchanged); without them if not said. */
  readonly options?: { readonly echoPlus: number };
}

/** A segment of no connection, by a raw socket of the client. Numbers are absolute. */
export interface RawSegment {
  readonly from: number;
  readonly port: number;
  readonly flags: readonly Flag[];
  readonly seq: number;
  readonly ack?: number;
  readonly text?: string;
  readonly mss?: number;
}

export type Step = SocketStep | HostStep | WireStep;
