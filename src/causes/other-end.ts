import type { CauseFacts, Finding, Observation } from './cause.ts';
import type { Evidence, OtherEndFacts } from './evidence.ts';
import { against, impossible, type Impossible, seen } from './finding.ts';
import type { CauseId } from './ids.ts';

/**
 * What a second capture, at the other end, rules out: a reset that its host sent was not sent by
 * anything on the way, and the other way round. The one place that asks for it.
 */

/** These keep the segment that they answer to themselves. */
const KEEP_WHAT_THEY_ANSWER: ReadonlySet<CauseId> = new Set<CauseId>([
  'firewall-reject',
  'middlebox-idle-timeout',
]);

export const ruledOutByOtherEnd = (
  id: CauseId,
  { origin }: CauseFacts,
  e: Evidence,
): Impossible | undefined => {
  const { otherEnd, reset } = e;
  if (otherEnd === undefined) return undefined;
  // A host may have a packet filter of its own, which answers in its place and from its address.
  if (otherEnd.sent === 'yes' && origin === 'middlebox' && id !== 'firewall-reject') {
    return impossible(
      reset.frame,
      'captured where it left its host: nothing on the way sent it',
      '在其主机出口处就抓到了：不是途中设备发的',
    );
  }
  if (otherEnd.sent !== 'no') return undefined;
  if (origin === 'endpoint') {
    return impossible(
      reset.frame,
      'its host never sent it: the capture there shows so',
      '该主机从未发送它：那一端的抓包可以证明',
    );
  }
  if (otherEnd.triggerArrived === true && KEEP_WHAT_THEY_ANSWER.has(id)) {
    return impossible(
      reset.frame,
      'the segment that it answers was let through to its host',
      '它所应答的报文段被放行，到达了主机',
    );
  }
  return undefined;
};

/** A finding with what the other end puts in doubt. */
export const doubtedByOtherEnd = (
  { origin }: CauseFacts,
  e: Evidence,
  finding: Exclude<Finding, Impossible>,
): Exclude<Finding, Impossible> => {
  const { otherEnd, reset } = e;
  if (otherEnd?.sent !== 'missing' || origin !== 'endpoint') return finding;
  const doubt = against(
    reset.frame,
    "the capture at the sender's end does not have it",
    '发送方一端的抓包里没有它',
  );
  return { ...finding, because: [...finding.because, doubt] };
};

/** What the other end adds to whatever is concluded. */
export const seenAtOtherEnd = (e: Evidence): readonly Observation[] =>
  e.otherEnd === undefined ? NOTHING : [...arrivals(e.reset.frame, e.otherEnd)];

/** What shows there that the host itself did not send it. */
export const signsAtOtherEnd = (e: Evidence): readonly Observation[] =>
  e.otherEnd?.sent === 'no' ? [...absences(e.reset.frame, e.otherEnd)] : NOTHING;

/** Whether something on the way kept the segment that the reset answers. */
export const isKeptOnTheWay = ({ otherEnd }: Evidence): boolean =>
  otherEnd?.sent === 'no' && otherEnd.triggerArrived === false;

const NOTHING: readonly Observation[] = [];

function* arrivals(frame: number, there: OtherEndFacts): Generator<Observation> {
  if (there.vantage === 'receiver' && there.sent === 'yes') {
    yield seen(
      frame,
      `the capture at the sender's end has it as well (frame ${there.frameThere} there): the host itself sent it`,
      `发送方一端也抓到了它（那边的第 ${there.frameThere} 帧）：确是主机自己发的`,
    );
  }
  if (there.vantage === 'sender' && there.arrived === 'missing') {
    yield seen(
      frame,
      'it never arrived at the other end, by the capture there',
      '从另一端的抓包看，它从未到达',
    );
  }
}

function* absences(frame: number, there: OtherEndFacts): Generator<Observation> {
  const wentOn = there.wentOnFrame;
  yield seen(
    frame,
    `the capture at the sender's end does not have it${wentOn === undefined ? '' : `, and the host went on with the connection (frame ${wentOn} there)`}: something on the way sent it in the host's name`,
    `发送方一端的抓包里没有它${wentOn === undefined ? '' : `，而且主机仍在继续这条连接（那边的第 ${wentOn} 帧）`}：是途中某个设备冒名发的`,
  );
  if (there.triggerArrived === false) {
    yield seen(
      frame,
      'the segment that it answers never reached the host either: the same thing kept it',
      '它所应答的报文段也没有到达主机：被同一个设备拦下了',
    );
  }
}
