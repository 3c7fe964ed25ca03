import type { CauseId } from '../../causes/ids.ts';
import type { Machine } from '../../device/machine.ts';
import type { Socket as HostSocket } from '../../host/socket.ts';

/** A connection of our TCP that a server has accepted. */
export interface Accepted {
  readonly machine: Machine;
  readonly socket: HostSocket;
}

/** What a server does to a connection, at once, so that it ends by a cause. */
type End = (accepted: Accepted) => void;

const PIECE = 65_536;

const takeAll = (socket: HostSocket): void => {
  const room = new Uint8Array(PIECE);
  for (;;) {
    const { result } = socket.read(room, { dontWait: true });
    if (typeof result !== 'number' || result === 0) return;
  }
};

/** With nothing left unread, which would be another cause. */
const afterReading =
  (end: End): End =>
  (accepted) =>
    accepted.machine.act(() => {
      takeAll(accepted.socket);
      end(accepted);
    });

const close = afterReading(({ socket }) => void socket.close());

const closeWithUnreadData: End = ({ machine, socket }) => {
  machine.act(() => socket.close());
};

const lingerZero = afterReading(({ socket }) => {
  socket.setsockopt('SO_LINGER', { onoff: true, seconds: 0 });
  socket.close();
});

const withoutFinWait2 = afterReading(({ socket }) => {
  socket.setsockopt('TCP_LINGER2', -1);
  socket.close();
});

/** For the time of this close the machine may have no orphans at all. */
const closeBeyondLimit = afterReading(({ machine, socket }) => {
  const { settings } = machine.host;
  const most = settings.tcp_max_orphans;
  settings.tcp_max_orphans = 0;
  try {
    socket.close();
  } finally {
    settings.tcp_max_orphans = most;
  }
});

/**
 * How a server can end a connection. The last three need something of the client too, which sends when
 * nobody is there to receive it.
 */
export const ENDINGS = {
  'close-with-unread-data': closeWithUnreadData,
  'early-response': closeWithUnreadData,
  'linger-zero': lingerZero,
  disconnect: afterReading(({ socket }) => void socket.disconnect()),
  destroyed: afterReading(({ machine, socket }) => machine.host.destroySocket(socket)),
  'linger2-abort': withoutFinWait2,
  'orphan-limit': closeBeyondLimit,
  'closed-before-response': close,
  'half-open-restart': afterReading(({ machine, socket }) => machine.host.vanish(socket)),
  'data-after-close': close,
  'keepalive-race': close,
} as const satisfies Partial<Record<CauseId, End>>;

export type EndingId = keyof typeof ENDINGS;

export const isEnding = (id: string): id is EndingId => Object.hasOwn(ENDINGS, id);
