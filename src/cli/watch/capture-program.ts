import { isInstalled } from '../../live/requirements.ts';

/** Enough of each packet for any verdict. */
const SNAP_LENGTH = '256';

/** A program that captures, and what is particular about it. */
export interface CaptureProgram {
  readonly name: string;
  readonly debianPackage: string;
  /** What makes it write the packets of a device to its standard output, each as it comes. */
  readonly words: (device: string, filter: string) => readonly string[];
  /** The signal at which it says how many packets it lost; undefined: only its capture says so, at the end. */
  readonly tellsDropsAt: NodeJS.Signals | undefined;
  /** The lines of its standard error that are no complaint. */
  readonly chatter: RegExp;
}

/** The preferred one first: tcpdump says what it lost while it runs. */
const PROGRAMS: readonly CaptureProgram[] = [
  {
    name: 'tcpdump',
    debianPackage: 'tcpdump',
    words: (device, filter) => [
      '-i',
      device,
      '-n',
      '-U',
      '--immediate-mode',
      '-s',
      SNAP_LENGTH,
      '-w',
      '-',
      '--',
      filter,
    ],
    tellsDropsAt: 'SIGUSR1',
    chatter: /^(?:\d+ packet|tcpdump: (?:listening on|data link type))/,
  },
  {
    name: 'dumpcap',
    debianPackage: 'wireshark-common',
    // pcapng: its last block says how many packets were lost, and its times are nanoseconds.
    words: (device, filter) => [
      '-i',
      device,
      '-f',
      filter,
      '-s',
      SNAP_LENGTH,
      '-n',
      '-q',
      '-w',
      '-',
    ],
    tellsDropsAt: undefined,
    chatter: /^(?:Capturing on|File:|Packets |dumpcap: cap_set_proc)/,
  },
];

export const CAPTURE_PROGRAMS = PROGRAMS.map(({ name }) => name);

/** The one asked for, else the first that is installed; or one line that says what to install. */
export const captureProgram = (asked: string | undefined): CaptureProgram | string => {
  const wanted = PROGRAMS.filter(({ name }) => asked === undefined || name === asked);
  const found = wanted.find(({ name }) => isInstalled(name));
  if (found !== undefined) return found;
  const ways = wanted.map(({ debianPackage }) => `apt-get install ${debianPackage}`).join(', or ');
  return asked === undefined
    ? `neither ${CAPTURE_PROGRAMS.join(' nor ')} is installed: ${ways}`
    : `${asked} is not installed: ${ways}`;
};
