import type { Text } from '../causes/text.ts';
import type { Ladder, Verdict } from '../forensics/verdict.ts';
import type { Findings } from './model.ts';

/** RFC 2544's networks for measurements: 2^17 addresses that nobody has. */
const MEASURED = [198, 18] as const;
/** Beyond these, RFC 1112's networks for the future. */
const FUTURE = 240;

/** Not the number of a section. */
const IPV4 = /(?<![\d.§])(?:\d{1,3}\.){3}\d{1,3}(?![\d]|\.\d)/g;
const MAC = /(?<![\da-f:-])[\da-f]{2}(?:[:-][\da-f]{2}){5}(?![\da-f:-])/gi;
const IPV6 =
  /(?<![\da-z.])(?=[\da-f:]*:[\da-f]*:)[\da-f:]{2,39}(?:(?<=:)(?:\d{1,3}\.){3}\d{1,3})?(?![\da-z]|\.\d)/gi;

/**
 * Replaces addresses by others, the same one always by the same. Hosts of one network (/24, or /64)
 * stay together; ports stay as they are. What is written instead: 198.18.N.H, 2001:db8:0:N::H and
 * 02:00:00:00:00:NN, none of which anybody has.
 */
export class Anonymiser {
  readonly #ipv4 = new Neighbourhoods();
  readonly #ipv6 = new Neighbourhoods();
  readonly #macs = new Map<string, string>();

  /** A text with every address in it replaced. */
  text(text: string): string {
    return text
      .replace(MAC, (mac) => this.#mac(mac))
      .replace(IPV6, (word) => this.#ipv6Word(word))
      .replace(IPV4, (address) => this.#ipv4Address(address));
  }

  /** Both languages of a text. */
  words({ en, zh }: Text): Text {
    return { en: this.text(en), zh: this.text(zh) };
  }

  #ipv4Address(address: string): string {
    const bytes = address.split('.').map(Number);
    if (bytes.some((byte) => byte > 255)) return address;
    const [network, host] = this.#ipv4.place(bytes.slice(0, 3).join('.'), bytes.join('.'));
    // The hosts of a network have numbers from 1 to 256.
    const [second, third] = [network >> 8, network & 255];
    const last = host & 255;
    if (second < 2) return `${MEASURED[0]}.${MEASURED[1] + second}.${third}.${last}`;
    return `${FUTURE + (network >> 16)}.${second & 255}.${third}.${last}`;
  }

  /** Times and lists of numbers have colons too: it is an address if it has eight groups, or `::`. */
  #ipv6Word(word: string): string {
    // A colon of the sentence is none of the address.
    const colon = /[^:]:$/.test(word) ? ':' : '';
    const groups = groupsOf(word.slice(0, word.length - colon.length));
    if (groups === undefined) return word;
    const [network, host] = this.#ipv6.place(groups.slice(0, 4).join(':'), groups.join(':'));
    return `2001:db8:0:${network.toString(16)}::${host.toString(16)}${colon}`;
  }

  #mac(mac: string): string {
    const key = mac.toLowerCase().replaceAll('-', ':');
    const known = this.#macs.get(key);
    if (known !== undefined) return known;
    const number = (this.#macs.size + 1).toString(16).padStart(8, '0');
    const replaced = `02:00:${number.replace(/..(?=.)/g, '$&:')}`;
    this.#macs.set(key, replaced);
    return replaced;
  }
}

/** The eight groups of an IPv6 address without leading zeros; undefined: it is none. */
const groupsOf = (word: string): string[] | undefined => {
  const halves = word.toLowerCase().split('::');
  if (halves.length > 2 || word.includes(':::')) return undefined;
  const [before = [], after = []] = halves.map(groupsIn);
  const missing = 8 - before.length - after.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  return groups.every((group) => /^[\da-f]{1,4}$/.test(group))
    ? groups.map((group) => group.replace(/^0+(?=.)/, ''))
    : undefined;
};

/** An IPv4 address at the end counts as two. */
const groupsIn = (half: string): string[] =>
  half === ''
    ? []
    : half.split(':').flatMap((group) => {
        const [a, b, c, d] = group.split('.').map(Number);
        if (a === undefined || b === undefined || c === undefined || d === undefined) return group;
        return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
      });

/** Numbers networks from 0, and in each its hosts from 1, as they are met. */
class Neighbourhoods {
  readonly #networks = new Map<string, { readonly number: number; hosts: number }>();
  readonly #places = new Map<string, readonly [network: number, host: number]>();

  place(network: string, host: string): readonly [network: number, host: number] {
    const known = this.#places.get(host);
    if (known !== undefined) return known;
    let neighbours = this.#networks.get(network);
    if (neighbours === undefined) {
      neighbours = { number: this.#networks.size, hosts: 0 };
      this.#networks.set(network, neighbours);
    }
    const place = [neighbours.number, ++neighbours.hosts] as const;
    this.#places.set(host, place);
    return place;
  }
}

/** Findings and ladders of which nobody can tell whose they were. */
export const anonymised = (
  findings: Findings,
  ladders: readonly Ladder[],
): { findings: Findings; ladders: readonly Ladder[] } => {
  const anonymiser = new Anonymiser();
  const verdicts = findings.verdicts.map((verdict) => ofVerdict(verdict, anonymiser));
  const { summary } = findings;
  return {
    findings: {
      ...findings,
      file: anonymiser.text(findings.file),
      verdicts,
      summary: {
        ...summary,
        notes: summary.notes.map((note) => anonymiser.words(note)),
        problems: summary.problems.map((problem) => ({
          ...problem,
          message: anonymiser.text(problem.message),
        })),
      },
      ladder: undefined,
    },
    ladders: ladders.map((ladder) => ofLadder(ladder, anonymiser)),
  };
};

const ofVerdict = (verdict: Verdict, anonymiser: Anonymiser): Verdict => ({
  ...verdict,
  connection: ofConnection(verdict.connection, anonymiser),
  sender: anonymiser.text(verdict.sender),
  receiver: anonymiser.text(verdict.receiver),
  evidence: verdict.evidence.map((seen) => ({ ...seen, say: anonymiser.words(seen.say) })),
  settle: verdict.settle && anonymiser.words(verdict.settle),
});

/** A community ID is a hash of the addresses, and there are few enough of these to try them all. */
const ofConnection = (
  connection: Verdict['connection'],
  anonymiser: Anonymiser,
): Verdict['connection'] => ({
  id: connection.id,
  communityId: '',
  client: anonymiser.text(connection.client),
  server: anonymiser.text(connection.server),
});

const ofLadder = ({ connection, rows }: Ladder, anonymiser: Anonymiser): Ladder => ({
  connection: ofConnection(connection, anonymiser),
  rows: rows.map((row) => {
    if ('omitted' in row) return row;
    const { payload: _payload, ...rest } = row;
    return { ...rest, remark: rest.remark && anonymiser.text(rest.remark) };
  }),
  verdicts: [],
});
