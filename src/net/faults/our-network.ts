import type { Network as OwnNetwork } from '../network.ts';
import { hostSocketOf, type Socket } from '../socket.ts';
import type { Network } from './network.ts';
import { closeAsDataComes, ourStrikes } from './our-strikes.ts';
import { ourUnaccepting } from './our-unaccepting.ts';
import { Tap } from './tap.ts';

/** Our TCP, where a server can do more than ordinary sockets allow; with a tap, most. */
export const ourNetwork = (network: OwnNetwork): Network => {
  const { machine } = network;
  const tap = machine.device instanceof Tap ? machine.device : undefined;
  const strikes = ourStrikes(machine, tap);
  return {
    createServer: (options, onConnection) => network.createServer(options, onConnection),
    queueOf: (socket) => {
      const connection = hostSocketOf(socket as Socket)?.connection;
      if (connection === undefined) return 'gone';
      const { receiveBuffer, sendBuffer, finReceived } = connection;
      return {
        unread: receiveBuffer.readable,
        unsent: sendBuffer.length,
        peerClosed: finReceived || connection.state === 'CLOSED',
      };
    },
    strikeOf: ({ cause, making }) => {
      const isRace = cause === 'keepalive-race' && making === 'our TCP, tapped';
      if (isRace) return tap === undefined ? undefined : closeAsDataComes(tap);
      return strikes[cause];
    },
    openUnaccepting: ourUnaccepting(network, tap),
  };
};
