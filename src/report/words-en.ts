import type { CauseId } from '../causes/ids.ts';
import { grouped } from './numbers.ts';
import type { Words } from './words.ts';

export const count = (number: number, one: string, many = `${one}s`): string =>
  `${grouped(number)} ${number === 1 ? one : many}`;

const and = (items: readonly string[]): string =>
  items.length < 2
    ? (items[0] ?? '')
    : `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;

/** What each benign cause is called when it is only counted. */
const BENIGN: Partial<Record<CauseId, readonly [string, string]>> = {
  'health-check': ['health check', 'health checks'],
  'port-scan': ['port-scan probe', 'port-scan probes'],
  'client-abort': ['client that left early', 'clients that left early'],
  'reset-ignored': ['reset that was ignored', 'resets that were ignored'],
  'repeated-reset': ['repeated reset', 'repeated resets'],
  'lost-last-ack': ['last ACK that got lost', 'last ACKs that got lost'],
};

const CALLS: Readonly<Record<string, string>> = {
  EOF: 'end of file (EOF)',
  nothing: 'no error',
  unknown: 'not known',
};

export const english: Words = {
  language: 'en',
  confidence: { certain: 'certain', likely: 'likely', possible: 'possible' },
  shape: {
    active: 'an aborted socket (RST,ACK at its own next sequence number)',
    reply: 'an answer to a segment no socket wanted (bare RST)',
    'reply-to-syn': 'a refusal (RST,ACK in answer to a SYN)',
    malformed: 'not a reset that TCP itself would build',
  },
  failure: {
    'syn-unanswered': 'nobody answered the SYN',
    unreachable: 'an ICMP error answered',
    'closed-before-response': 'closed with FIN before any answer',
    silence: 'the other end fell silent',
  },
  effect: {
    accepted: 'the receiver accepted it: the connection was gone',
    ignored: 'the receiver ignored it, and the connection lived on',
    challenged: 'the receiver asked back with a challenge ACK (RFC 5961) and kept the connection',
    unknown: 'the capture does not show what the receiver did with it',
  },
  problem: {
    empty: 'the file is empty',
    'not-a-capture': 'not a packet capture',
    'unsupported-version': 'a version of the format that is not supported',
    'cut-short': 'the capture is cut short',
    'bad-block-length': 'a block length that cannot be true',
    'bad-record-length': 'a record length that cannot be true',
    'bad-compression': 'the compressed data is damaged',
    'unknown-link-type': 'an unknown link type',
    'unknown-interface': 'a packet of an interface that was never described',
    unreadable: 'could not be read',
  },
  role: { client: 'client', server: 'server' },
  labels: {
    saw: (role, several) => `${role === 'client' ? 'Client' : 'Server'}${several ? 's' : ''} saw`,
    who: 'Who',
    effect: 'Effect',
    lost: 'Lost',
    evidence: 'Evidence',
    against: 'Against it',
    couldBe: (certain) => (certain ? 'Perhaps as' : 'Could be'),
    settle: 'To settle',
    change: 'Change',
    look: 'Look',
    wireshark: 'Wireshark',
    note: 'Note',
    problem: 'Trouble',
  },
  standardInput: 'standard input',
  comma: ', ',
  colon: ': ',
  and,

  headline(summary, connectionsReset) {
    const parts = [
      count(summary.counts.packets, 'packet'),
      count(summary.connections, 'connection'),
      summary.resets === 0
        ? 'no resets'
        : `${count(summary.resets, 'reset')} in ${grouped(connectionsReset)} of them`,
    ];
    if (summary.failures > 0) parts.push(`${grouped(summary.failures)} broken without a reset`);
    return parts.join(', ');
  },
  tally({ resets, failures }) {
    const broken = count(failures, 'connection');
    if (failures === 0) return count(resets, 'reset');
    return resets === 0 ? broken : `${count(resets, 'reset')} and ${broken} without one`;
  },
  repeats: (number) =>
    `${count(number, 'further reset only repeats', 'further resets only repeat')} what is counted here`,
  times: (name, number) => `${name} (${grouped(number)})`,
  more: (number) => `${grouped(number)} more`,
  who({ failure, origin }, senders, receivers) {
    if (failure === 'syn-unanswered') return `${senders} never answered ${receivers}`;
    if (failure === 'unreachable') return `${receivers} could not reach ${senders}`;
    if (failure === 'closed-before-response') return `${senders} hung up on ${receivers}`;
    if (failure === 'silence') return `${senders} fell silent on ${receivers}`;
    if (origin === 'endpoint') return `${senders} reset ${receivers}`;
    return origin === 'middlebox'
      ? `something on the path reset ${receivers} in the name of ${senders}`
      : `${senders} reset ${receivers}, or something on the path did so in its name`;
  },
  hosts: (number, role) => count(number, role),
  calls({ read, write }) {
    if (read === 'unknown' && write === 'unknown') return undefined;
    return read === write
      ? (CALLS[read] ?? read)
      : `read: ${CALLS[read] ?? read}; write: ${CALLS[write] ?? write}`;
  },
  outOf: (number, all) => `${grouped(number)} of ${grouped(all)}`,
  lost(min, max, connections) {
    const least = min === 0 ? 'up to ' : `${grouped(min)} to `;
    const bytes = `${min === max ? '' : least}${count(max, 'byte')}`;
    const where = connections > 1 ? ` over ${grouped(connections)} connections` : '';
    return `${bytes}${where}: sent by one application, never received by the other`;
  },
  connection: (id, client, server) => `connection ${id}, ${client} to ${server}`,
  frame: (frame) => `frame ${frame}`,
  alternative: (id, title, confidence, share) =>
    `${id} (${confidence}${share === '' ? '' : `, ${share}`}): ${title}`,
  evenSo: 'but',
  look: (connection, frame, cause) =>
    `--connection ${connection}, frame ${frame}; resetlab cause ${cause}`,
  folded: (items) => `folded: ${items} (--all shows them)`,
  benign(id, number) {
    const [one, many] = BENIGN[id] ?? [`harmless ${id}`, `harmless ${id}`];
    return count(number, one, many);
  },
  further: (number) => `${count(number, 'further cause')}, by name only (--all tells them in full)`,
  nothing(summary, folded) {
    if (summary.counts.packets === 0) return ['The capture holds no packets.'];
    if (summary.counts.tcp === 0) {
      return [
        'None of these packets is TCP, so there is nothing here that could be reset. Was the capture filter right?',
      ];
    }
    if (folded) return ['Nothing here did any harm, and no connection broke without a reset.'];
    return [
      'Nothing was reset here, and no connection broke without a reset.',
      'If an application reported ECONNRESET all the same, the reset passed elsewhere or at another time. Capture on the host that reported it, while it happens:',
      "tcpdump -i any -s 256 -w resets.pcap 'tcp port 443'",
      'Or ask what the error text itself can mean: resetlab explain "read ECONNRESET"',
    ];
  },
  place: (frame, offset) =>
    frame > 0 ? `frame ${frame}, byte ${grouped(offset)}` : `byte ${grouped(offset)}`,
  endsHere: 'nothing after this could be read',
  interrupted: 'Interrupted: this is what was found up to that point.',
  ladder: {
    frame: 'frame',
    time: 'seconds',
    title: (connection, communityId) => `${connection} (community ID ${communityId})`,
    omitted: (number) => `${count(number, 'segment')} left out`,
    brokeHere: (title, confidence) => `${title} (${confidence})`,
  },
  markdown: {
    title: (file) => `Resets in \`${file}\``,
    table: ['Cause', 'How many', 'How sure', 'Who'],
    examples: (connections) => `Connections: ${connections}`,
    filter: 'Wireshark display filter',
    made: (version) => `Written by resetlab ${version}.`,
  },
  errorText: {
    wire: {
      reset: 'a real reset',
      fin: 'a FIN, no reset needed',
      either: 'a FIN or a reset',
      refused: 'a refused connect',
      silence: 'silence, then a timeout',
      local: 'this end gave up',
      'above-tcp': 'above TCP',
    },
    happened: 'On the wire',
    canMean: 'Can mean',
    cannotMean: 'Not',
    next: 'Next',
    more: 'Also',
    unknown: (words) =>
      `no such file, and no error text that is known here: "${words}"; give the words as the program printed them, such as "read ECONNRESET"`,
  },
  comment: {
    head: (id, confidence, title) => `resetlab: ${id}, ${confidence}: ${title}`,
    elsewhere: (frame) => `frame ${frame} of the whole capture`,
    written: (packets, comments) => `${count(packets, 'packet')}, ${count(comments, 'comment')}`,
    unplaced: (verdicts) =>
      `${count(verdicts, 'verdict has no comment: its packet is', 'verdicts have no comment: their packets are')} in simple packet blocks, which have no room for any`,
  },
  check: {
    finding: (verdict, title) =>
      `${english.who(verdict, verdict.sender, verdict.receiver)}: ${title}`,
    clean: (file, allowed) =>
      allowed === 0
        ? `${file}: nothing unexpected`
        : `${file}: nothing unexpected (${grouped(allowed)} allowed or harmless)`,
    suite: 'no unexpected reset',
  },
};
