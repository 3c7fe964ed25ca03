/**
 * A packetdrill script as plain data: the language of google/packetdrill with what the FreeBSD suite
 * uses of nplab/packetdrill's. Times are milliseconds; lines count from 1.
 */
export interface Script {
  /** `--name=value`, in their order. */
  readonly options: readonly ScriptOption[];
  /** The command before the first event, run before time begins. */
  readonly init: string | undefined;
  readonly events: readonly ScriptEvent[];
  /** When text is acknowledged is left to the host, so long as it is at all. */
  readonly acksAtWill?: boolean;
}

export interface ScriptOption {
  readonly line: number;
  readonly name: string;
  /** Empty where none was given. */
  readonly value: string;
}

export interface ScriptEvent {
  readonly line: number;
  readonly when: When;
  readonly action: Action;
}

/** `any`: whenever it comes. `relative`: counted from the event before. */
export type When =
  | { readonly kind: 'absolute' | 'relative'; readonly atMs: number }
  | {
      readonly kind: 'range';
      readonly relative: boolean;
      readonly fromMs: number;
      readonly untilMs: number;
    }
  | { readonly kind: 'any' };

export type Action =
  | PacketAction
  | IcmpAction
  | CallAction
  | CommandAction
  | CodeAction
  | Unsupported;

export type Direction = 'in' | 'out';

export interface PacketAction {
  readonly kind: 'packet';
  readonly direction: Direction;
  /** As in the header: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128, and AE 256. */
  readonly flags: number;
  /** Unsigned; undefined: `...`, whatever it is. */
  readonly seq: number | undefined;
  /** Counted from the right edge of the window last offered, in place of `seq`. */
  readonly pastWindow?: number;
  /** `!`: as on the wire, not counted from the initial sequence number. */
  readonly absolute: boolean;
  /** Bytes of text. */
  readonly length: number;
  readonly ack: number | undefined;
  readonly window: number | undefined;
  readonly urgent: number;
  /** `any`: `<...>`. */
  readonly options: readonly TcpOption[] | 'any';
  readonly ip: IpInfo;
  readonly sourcePort: number | undefined;
  readonly targetPort: number | undefined;
}

/** What is said of the IP header; undefined: not looked at, and zero in packets that come. */
export interface IpInfo {
  /** The ECN field, 0 to 3, or either of ECT(0) and ECT(1). */
  readonly ecn?: number | 'ect01';
  readonly ttl?: number;
  /** The whole byte of type of service or traffic class. */
  readonly tos?: number;
}

export type TcpOption =
  | { readonly kind: 'nop' | 'eol' | 'sackOK' }
  | { readonly kind: 'mss' | 'wscale'; readonly value: number }
  | { readonly kind: 'TS'; readonly val: number; readonly ecr: number }
  | { readonly kind: 'sack'; readonly blocks: readonly (readonly [number, number])[] }
  /** One that the engine does not speak. */
  | { readonly kind: 'foreign'; readonly name: string };

export interface IcmpAction {
  readonly kind: 'icmp';
  readonly direction: Direction;
  readonly type: string;
  readonly code: string | undefined;
  readonly mtu: number;
  /** Sequence number of the segment that is quoted, as in the script. */
  readonly quotedSeq: number;
}

export interface CallAction {
  readonly kind: 'call';
  /** `a...b`: it blocks until then. Counted as its beginning is. */
  readonly untilMs: number | undefined;
  readonly name: string;
  readonly args: readonly Expression[];
  readonly result: Expression;
  readonly errno: string | undefined;
}

export interface CommandAction {
  readonly kind: 'command';
  readonly command: string;
}

/** Python between `%{` and `}%`. */
export interface CodeAction {
  readonly kind: 'code';
  readonly code: string;
}

/** Understood as far as to know that it cannot be done here. */
export interface Unsupported {
  readonly kind: 'unsupported';
  readonly what: string;
}

export type Expression =
  | { readonly kind: 'any' }
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'word'; readonly name: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'or'; readonly parts: readonly Expression[] }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'struct'; readonly fields: readonly Field[] }
  | { readonly kind: 'apply'; readonly name: string; readonly args: readonly Expression[] };

/** In braces: `{onoff=1, linger=0}`; without a name where there is none. */
export interface Field {
  readonly name: string | undefined;
  readonly value: Expression;
}
