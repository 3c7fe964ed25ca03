import { Connection } from './connection.mjs';
import { End, RST } from './segment.mjs';

/** @typedef {import('./segment.mjs').Segment} Segment */

const CLIENT_HOSTS = 6000;
const SERVER_HOSTS = 40;
const FIRST_EPHEMERAL = 32_768;
const EPHEMERAL_PORTS = 28_232;
const CLIENT_NETWORK = 0x0a140000; // 10.20.0.0/16
const SERVER_NETWORK = 0xc6120000 | 0; // 198.18.0.0/16
const CLIENT_NETWORK_V6 = 0x00010000;
const SERVER_NETWORK_V6 = 0x00020000;
const SHARE_TLS = 0.3;
const SHARE_V6 = 0.04;
const SHARE_VLAN = 0.03;
const SHARE_WITHOUT_TIMESTAMPS = 0.05;

/** Who is there, and the book of what happened: every packet passes through `emit`. */
export class World {
  /**
   * @param {import('./timeline.mjs').Timeline} timeline
   * @param {import('./random.mjs').Random} random
   * @param {import('./capture-writer.mjs').CaptureWriter} writer
   */
  constructor(timeline, random, writer) {
    this.timeline = timeline;
    this.random = random;
    this.writer = writer;
    this.connections = 0;
    /** @type {Map<string, { connections: number, resets: number }>} */
    this.byKind = new Map();
    this.resetsByLink = { ipv4: 0, ipv6: 0, vlan: 0 };
    /** @type {{ frame: number, kind: string }[]} */
    this.resets = [];
  }

  /**
   * @param {Connection} connection
   * @param {End} from
   * @param {End} to
   * @param {Segment} segment
   */
  emit(connection, from, to, segment) {
    this.writer.write(this.timeline.now, from, to, segment);
    if (segment.flags & RST) this.noteReset(connection);
  }

  /** @param {Connection} connection */
  noteReset(connection) {
    const { kind, client } = connection;
    this.resets.push({ frame: this.writer.packets, kind });
    this.countOf(kind).resets++;
    this.resetsByLink[client.vlan ? 'vlan' : client.v6 ? 'ipv6' : 'ipv4']++;
  }

  /** @param {string} kind */
  countOf(kind) {
    let count = this.byKind.get(kind);
    if (count === undefined) this.byKind.set(kind, (count = { connections: 0, resets: 0 }));
    return count;
  }

  /**
   * A four-tuple that was never used before.
   * @param {string} kind
   */
  connect(kind) {
    const { random } = this;
    const server = random.between(1, SERVER_HOSTS);
    const connection = this.connectTo(kind, this.connections % CLIENT_HOSTS, server, 80);
    connection.speak(random.chance(SHARE_TLS));
    return connection;
  }

  /**
   * @param {string} kind
   * @param {number} clientHost
   * @param {number} serverHost
   * @param {number} port
   */
  connectTo(kind, clientHost, serverHost, port) {
    const { random } = this;
    const v6 = random.chance(SHARE_V6);
    const client = this.end(v6, CLIENT_NETWORK_V6, (CLIENT_NETWORK + 256 + clientHost) | 0);
    const server = this.end(v6, SERVER_NETWORK_V6, (SERVER_NETWORK + serverHost) | 0);
    client.vlan = server.vlan = random.chance(SHARE_VLAN);
    client.mac = 1;
    client.ttl = 64 - random.between(5, 20);
    client.port = ephemeralPort(this.connections);
    server.mac = 256 + serverHost;
    server.near = true;
    server.port = port;
    const connection = new Connection(this, kind, client, server);
    connection.timestamps = !random.chance(SHARE_WITHOUT_TIMESTAMPS);
    connection.rtt = random.between(4000, 90_000);
    connection.near = random.between(30, 400);
    this.connections++;
    this.countOf(kind).connections++;
    return connection;
  }

  /**
   * @param {boolean} v6
   * @param {number} network
   * @param {number} host
   */
  end(v6, network, host) {
    const end = new End();
    end.live(v6, network, host);
    end.sndNxt = this.random.bits();
    end.tsOffset = this.random.bits();
    end.tsLast = end.tsOffset;
    end.ipId = this.random.bits() & 0xffff;
    return end;
  }
}

/**
 * Different for all connections of one client host: each host has every 6000th number.
 * @param {number} number
 */
const ephemeralPort = (number) => {
  const turn = Math.floor(number / CLIENT_HOSTS);
  return FIRST_EPHEMERAL + ((turn * 4999 + (number % CLIENT_HOSTS) * 7) % EPHEMERAL_PORTS);
};
