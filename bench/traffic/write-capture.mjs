import { CaptureWriter } from './capture-writer.mjs';
import { STORIES, TROUBLE, kindsOf } from './mix.mjs';
import { fillerBlock } from './payload.mjs';
import { Random } from './random.mjs';
import { SECOND } from './stories/parts.mjs';
import { Timeline } from './timeline.mjs';
import { World } from './world.mjs';

/** @typedef {import('./stories/healthy.mjs').Talk} Talk */
/** @typedef {import('./timeline.mjs').Task} Task */
/**
 * @typedef {object} Plan
 * @property {string} path
 * @property {number} seed
 * @property {number} connections how many begin, 500 a second
 * @property {number} snaplen bytes kept of each frame
 * @property {Talk} talk of healthy connections
 * @property {Record<string, number>} [trouble] shares of all connections by kind
 */
/**
 * What is truly in a capture.
 * @typedef {object} Truth
 * @property {number} seed
 * @property {number} bytes of the file
 * @property {number} packets
 * @property {number} connections
 * @property {number} liveAtOnce at most
 * @property {number} seconds from the first packet to the last
 * @property {number} resets packets with the RST flag
 * @property {number} connectionsWithResets
 * @property {{ ipv4: number, ipv6: number, vlan: number }} resetsByLink
 * @property {Record<string, { connections: number, resets: number }>} byKind
 */

const ARRIVAL_MICROS = SECOND / 500;
/** Hosts beyond the ordinary clients, which check and scan. */
const CHECKER_HOSTS = 7000;
const SCANNER_HOSTS = 8000;
const CHECK_PERIOD = 5 * SECOND;
const PORTS_A_SCAN = 200;

/**
 * Writes one capture.
 * @param {Plan} plan
 * @returns {{ truth: Truth, resets: { frame: number, kind: string }[] }} the resets in file order
 */
export const writeCapture = (plan) => {
  const timeline = new Timeline();
  const random = new Random(plan.seed);
  const writer = new CaptureWriter(plan.path, plan.snaplen, fillerBlock(plan.seed));
  const world = new World(timeline, random, writer);
  beginAll(timeline, world, plan);
  timeline.run();
  writer.close();
  return { truth: truthOf(plan, timeline, world, writer), resets: world.resets };
};

/**
 * @param {Timeline} timeline
 * @param {World} world
 * @param {Plan} plan
 */
const beginAll = (timeline, world, plan) => {
  const {
    'health-check': checks = 0,
    'port-scan': scans = 0,
    ...trouble
  } = plan.trouble ?? TROUBLE;
  const spanMicros = plan.connections * ARRIVAL_MICROS;
  const checkCount = Math.round(checks * plan.connections);
  const scanCount = Math.round(scans * plan.connections);
  const others = plan.connections - checkCount - scanCount;
  const drawKind = kindsOf(world.random, trouble);
  timeline.add(0, arrivals(timeline, world, others, spanMicros / others, drawKind, plan.talk));
  const checkers =
    checkCount > 0 ? Math.max(1, Math.round((checkCount * CHECK_PERIOD) / spanMicros)) : 0;
  for (let i = 0; i < checkers; i++) {
    const turns = Math.floor((checkCount + i) / checkers);
    timeline.add(
      world.random.between(0, CHECK_PERIOD),
      checker(timeline, world, i, turns, plan.talk),
    );
  }
  for (let first = 0, host = 0; first < scanCount; first += PORTS_A_SCAN, host++) {
    const ports = Math.min(PORTS_A_SCAN, scanCount - first);
    timeline.add(
      world.random.fraction() * spanMicros,
      scanner(timeline, world, host, ports, plan.talk),
    );
  }
};

/**
 * @param {Timeline} timeline
 * @param {World} world
 * @param {number} count
 * @param {number} meanMicros between two
 * @param {() => string} drawKind
 * @param {Talk} talk
 * @returns {Task}
 */
function* arrivals(timeline, world, count, meanMicros, drawKind, talk) {
  for (let i = 0; i < count; i++) {
    const connection = world.connect(drawKind());
    timeline.add(0, STORIES[connection.kind](connection, talk));
    yield world.random.exponential(meanMicros);
  }
}

/**
 * A balancer's check of one server, at a fixed period.
 * @param {Timeline} timeline
 * @param {World} world
 * @param {number} number
 * @param {number} turns
 * @param {Talk} talk
 * @returns {Task}
 */
function* checker(timeline, world, number, turns, talk) {
  for (let turn = 0; turn < turns; turn++) {
    const host = CHECKER_HOSTS + number;
    const connection = world.connectTo('health-check', host, 1 + (number % 40), 8080);
    connection.client.port = 32_768 + (turn % 28_232);
    timeline.add(0, STORIES['health-check'](connection, talk));
    yield CHECK_PERIOD;
  }
}

/**
 * One host that tries the ports of one server, in order.
 * @param {Timeline} timeline
 * @param {World} world
 * @param {number} number
 * @param {number} ports
 * @param {Talk} talk
 * @returns {Task}
 */
function* scanner(timeline, world, number, ports, talk) {
  for (let port = 400; port < 400 + ports; port++) {
    const host = SCANNER_HOSTS + number;
    const connection = world.connectTo('port-scan', host, 1 + (number % 40), port);
    connection.client.port = 54_321;
    timeline.add(0, STORIES['port-scan'](connection, talk));
    yield world.random.between(500, 5000);
  }
}

/**
 * @param {Plan} plan
 * @param {Timeline} timeline
 * @param {World} world
 * @param {CaptureWriter} writer
 * @returns {Truth}
 */
const truthOf = (plan, timeline, world, writer) => {
  const kinds = [...world.byKind].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const withResets = kinds.filter(([, count]) => count.resets > 0);
  return {
    seed: plan.seed,
    bytes: writer.bytes,
    packets: writer.packets,
    connections: world.connections,
    liveAtOnce: timeline.peak,
    seconds: Math.round(timeline.now / SECOND),
    resets: world.resets.length,
    connectionsWithResets: withResets.reduce((sum, [, count]) => sum + count.connections, 0),
    resetsByLink: world.resetsByLink,
    byKind: Object.fromEntries(kinds),
  };
};
