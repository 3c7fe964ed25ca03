import type { Observation } from './cause.ts';
import type { EndFacts, Evidence, Trigger } from './evidence.ts';
import { against, duration, impossible, seen, type Impossible } from './finding.ts';
import { signsAtOtherEnd } from './other-end.ts';

/**
 * Signs that several recognisers ask for, and how they are told. Each takes the evidence and
 * answers with an observation or a finding; none weighs one cause against another.
 */

/** Path changes move a TTL by one now and then; more is another machine. */
const TTL_TELLS = 2;
/** An application that waits for data has read it by then. */
const READING_MS = 5;
/** Packets of one host overtake each other on their way to a capture by no more than this. */
const REORDER_MS = 2;
/** So many packets on, it was no overtaking. */
const WENT_ON_FOR = 3;
/** Nothing restarts, and no middlebox forgets, within this time of a host's last segment. */
const TOO_SOON_MS = 200;

/** Many causes ask the same of one reset; it is worked out once. */
export function once<Answer>(work: (e: Evidence) => Answer): (e: Evidence) => Answer {
  let asked: Evidence | undefined;
  let answer: Answer;
  return (e) => {
    if (e !== asked) {
      answer = work(e);
      asked = e;
    }
    return answer;
  };
}

// ---- what the reset is -------------------------------------------------------------------------

export const activeShape = once((e: Evidence): Observation =>
  seen(
    e.reset.frame,
    `RST,ACK at the sender's own next sequence number${e.reset.window > 0 ? ', its window live' : ''}: a socket was aborted, nothing was answered`,
    `RST,ACK，序号正是发送方的下一个序号${e.reset.window > 0 ? '，窗口仍有效' : ''}：这是主动中止套接字，不是对某个报文段的应答`,
  ),
);

export const replyShape = (e: Evidence, trigger: Trigger): Observation =>
  seen(
    e.reset.frame,
    trigger.isSure
      ? `bare RST, window 0, its SEQ is the ACK of frame ${trigger.frame}, ${duration(trigger.beforeMs)} before: an answer to that segment`
      : 'bare RST, window 0, its SEQ is the ACK of the data then under way: an answer to a segment of it',
    trigger.isSure
      ? `单独的 RST，窗口为 0，序号等于第 ${trigger.frame} 帧（${duration(trigger.beforeMs)} 之前）的确认号：是对该报文段的应答`
      : '单独的 RST，窗口为 0，序号等于当时在途数据的确认号：是对其中某个报文段的应答',
  );

/**
 * No segment that the capture has can have drawn it. What is under way may be late, behind queues that the
 * handshake knew nothing of.
 */
export const answersNothing = (e: Evidence): boolean =>
  e.trigger === undefined &&
  e.capture.receiverSeen &&
  e.capture.gapless &&
  e.receiver.bytesSent === e.receiver.bytesAcknowledged;

/** Whichever of the two shapes it has, told. */
export const shapeTold = (e: Evidence): readonly Observation[] => {
  if (e.shape === 'active') return [activeShape(e)];
  return e.shape === 'reply' && e.trigger !== undefined ? [replyShape(e, e.trigger)] : [];
};

export const notActive = once((e: Evidence) =>
  impossible(
    e.reset.frame,
    "not built as an abort, which is RST,ACK at the sender's own next sequence number",
    '不是主动中止的样子：主动中止应为 RST,ACK，序号是发送方自己的下一个序号',
  ),
);

export const notReply = once((e: Evidence) =>
  impossible(
    e.reset.frame,
    'not built as an answer, which is a bare RST at the number that the answered segment acknowledges',
    '不是应答的样子：应答应为单独的 RST，序号是所应答报文段的确认号',
  ),
);

// ---- who sent it -------------------------------------------------------------------------------

/** The sender spoke on as if it knew nothing of its reset: a socket that reset cannot. */
export const senderWentOn = once((e: Evidence): boolean => {
  const { senderSentNew, senderWentOnIn, newSynIn } = e.aftermath;
  if (!senderSentNew || senderWentOnIn === undefined) return false;
  if (e.sender.state === 'SYN-SENT' || e.sender.state === 'SYN-RECEIVED') return false;
  if (newSynIn !== undefined && newSynIn.frame < senderWentOnIn.frame) return false;
  return e.aftermath.senderWentOn >= WENT_ON_FOR || -senderWentOnIn.beforeMs > REORDER_MS;
});

/**
 * The reset missed, and both ends went on with each other: the connection lived. Says nothing of
 * who sent it: the host itself may have, for another segment than one of this connection.
 */
export const hadNoEffect = once(
  (e: Evidence): boolean =>
    (e.effect === 'ignored' || e.effect === 'challenged') &&
    e.exact === false &&
    e.aftermath.receiverWentOn > 0 &&
    e.aftermath.otherEndReset === undefined &&
    senderWentOn(e),
);

/** Whatever makes it doubtful that the host named in the reset sent it. */
export const foreignSigns = once(foreignSignsOf);

const NO_SIGNS: readonly Observation[] = [];

/** Whether there are any, before a word is put together. */
export const looksForeign = (e: Evidence): boolean =>
  e.otherEnd?.sent === 'no' ||
  senderWentOn(e) ||
  e.aftermath.risingSequence ||
  hasOtherTtl(e) ||
  (isBare(e) && !isHabit(e)) ||
  e.identity.fasterThanHandshake ||
  hasOtherIpId(e);

function foreignSignsOf(e: Evidence): readonly Observation[] {
  if (!looksForeign(e)) return NO_SIGNS;
  const { identity, reset, aftermath } = e;
  const signs: Observation[] = [...signsAtOtherEnd(e)];
  if (senderWentOn(e) && aftermath.senderWentOnIn) {
    signs.push(
      seen(
        aftermath.senderWentOnIn.frame,
        `the "sender" went on with the connection ${duration(-aftermath.senderWentOnIn.beforeMs)} after "its" reset`,
        `“发送方”在“自己的” RST 之后 ${duration(-aftermath.senderWentOnIn.beforeMs)} 仍在继续这个连接`,
      ),
    );
  }
  if (aftermath.risingSequence) {
    signs.push(
      seen(
        reset.frame,
        'further resets follow with sequence numbers beyond everything the sender ever sent',
        '随后还有 RST，其序号超出发送方曾发送的一切',
      ),
    );
  }
  if (hasOtherTtl(e)) {
    signs.push(
      seen(
        reset.frame,
        `TTL ${reset.ttl} differs by ${Math.abs(identity.ttlDelta ?? 0)} from the sender's other packets`,
        `TTL 为 ${reset.ttl}，与发送方其他报文相差 ${Math.abs(identity.ttlDelta ?? 0)}`,
      ),
    );
  }
  if (identity.timestampsMissing && !isHabit(e)) {
    signs.push(
      seen(
        reset.frame,
        'no timestamp option, though the sender put one on every other segment',
        '没有时间戳选项，而发送方的其他报文段都带有时间戳',
      ),
    );
  }
  if (identity.windowDead && !identity.timestampsMissing && !isHabit(e)) {
    signs.push(
      seen(
        reset.frame,
        "window 0, though the sender's window was open, as Linux never sends it",
        '窗口为 0，而发送方的窗口此前是打开的：Linux 从不这样发送',
      ),
    );
  }
  if (identity.fasterThanHandshake) {
    signs.push(
      seen(
        reset.frame,
        `answered in ${duration(e.replyDelayMs ?? 0)}, less than half of what the host took in the handshake`,
        `${duration(e.replyDelayMs ?? 0)} 内就有应答，不到握手时该主机用时的一半`,
      ),
    );
  }
  if (hasOtherIpId(e)) {
    signs.push(
      seen(
        reset.frame,
        `IP identification ${reset.ipId} does not continue the sender's count`,
        `IP 标识 ${reset.ipId} 不接续发送方的计数`,
      ),
    );
  }
  return signs;
}

export const hasOtherTtl = (e: Evidence): boolean =>
  e.identity.ttlDelta !== undefined &&
  !e.identity.ttlUnsteady &&
  Math.abs(e.identity.ttlDelta) >= TTL_TELLS;

/**
 * The sender's packets and its reset agree in all that can be compared, and for an abort that
 * includes something a stranger would have to copy with care: timestamps, or the count of IP IDs.
 */
export const looksGenuine = (e: Evidence): boolean => {
  const { identity } = e;
  if (identity.ttlDelta !== 0) return false;
  if (e.shape !== 'active') return !identity.fasterThanHandshake;
  const copies = e.reset.hasTimestamps || identity.ipId === 'continues';
  return copies && (!isBare(e) || isHabit(e));
};

/** Signs of a stranger, turned round: they speak against every cause in which the host itself reset. */
export const doubts = once((e: Evidence): readonly Observation[] => {
  const signs = foreignSigns(e);
  if (signs.length > 0) return signs.map((sign) => ({ ...sign, supports: false }));
  return isBare(e) ? [habitTold(e)] : NO_SIGNS;
});

// ---- how its sender's system writes an abort ---------------------------------------------------

/** An abort that lacks what Linux puts on its own: the window, or the connection's timestamps. */
const isBare = ({ identity }: Evidence): boolean =>
  identity.timestampsMissing || identity.windowDead;

/** Windows begins at 128 and counts its packets to everybody; all others that abort begin at 64 or 255. */
const isLikeWindows = ({ reset }: Evidence): boolean => reset.ttl > 64 && reset.ttl <= 128;

/**
 * Bare, and still the sender's own: its IP identifications go on, or that is how its system writes
 * an abort. Windows: window 0, no options (as recorded, Windows 7 to Server 2019). FreeBSD: window 0,
 * with timestamps. macOS and the other BSDs: the window, without timestamps (4.4BSD tcp_output).
 */
const isHabit = (e: Evidence): boolean => {
  const { ttlDelta, ipId, timestampsMissing, windowKept } = e.identity;
  if (ttlDelta !== 0) return false;
  if (ipId === 'continues' || isLikeWindows(e)) return true;
  return ipId !== 'jumps' && (!timestampsMissing || windowKept);
};

const habitTold = (e: Evidence): Observation => {
  const { ttl } = e.reset;
  if (e.identity.ipId === 'continues') {
    return seen(
      e.reset.frame,
      "bare of window or timestamps, but its IP identification continues the sender's count: its own",
      '没有窗口或时间戳，但其 IP 标识接续发送方的计数：是发送方自己的',
    );
  }
  return isLikeWindows(e)
    ? seen(
        e.reset.frame,
        `window 0 and no options, as Windows aborts, and with the sender's TTL of ${ttl}`,
        `窗口为 0 且没有选项，正是 Windows 中止连接的样子，TTL 也与发送方一致（${ttl}）`,
      )
    : seen(
        e.reset.frame,
        'written as other systems than Linux write an abort: Windows and FreeBSD with window 0, macOS without timestamps',
        '正是 Linux 以外的系统中止连接的样子：Windows 与 FreeBSD 窗口为 0，macOS 不带时间戳',
      );
};

const hasOtherIpId = (e: Evidence): boolean =>
  e.identity.ipId === 'jumps' && e.shape === 'active' && !isLikeWindows(e);

/** The host that reset cannot have gone on; undefined where it did not. */
export const ruledOutByGoingOn = once((e: Evidence): Impossible | undefined => {
  const { senderWentOnIn } = e.aftermath;
  if (!senderWentOn(e) || senderWentOnIn === undefined) return undefined;
  return impossible(
    senderWentOnIn.frame,
    'the sender went on with the connection: it had not reset it',
    '发送方仍在继续这个连接：它并没有复位',
  );
});

// ---- where the connection stood ----------------------------------------------------------------

const isSynchronized = (end: EndFacts): boolean =>
  end.state !== 'SYN-SENT' && end.state !== 'LISTEN' && end.state !== 'CLOSED';

/** Both ends have gone through the handshake, or are seen in mid-connection. */
export const isEstablished = (e: Evidence): boolean =>
  isSynchronized(e.receiver) && e.receiver.state !== 'SYN-RECEIVED' && isSynchronized(e.sender);

/** The sender has shown nothing but its SYN,ACK: its side of the handshake was never completed. */
export const serverOnlyOffered = (e: Evidence): boolean =>
  e.sender.role === 'server' &&
  e.sender.syn !== undefined &&
  e.sender.bytesSent === 0 &&
  e.sender.fin === undefined &&
  e.sender.segments === e.sender.synCount;

/** No data in either direction. */
export const nothingSaid = (e: Evidence): boolean =>
  e.sender.bytesSent === 0 && e.receiver.bytesSent === 0;

/** The receiver's data is the newest: the sender's application never answered it. */
export const receiverSpokeLast = (e: Evidence): boolean => {
  const { lastData } = e.receiver;
  if (lastData === undefined) return false;
  return e.sender.lastData === undefined || lastData.frame > e.sender.lastData.frame;
};

/** A client that got what it had asked for, whole as far as can be told, and had time to read it. */
const gotItsAnswer = (e: Evidence): boolean =>
  e.sender.role === 'client' &&
  e.sender.lastData !== undefined &&
  e.receiver.bytesSent === e.receiver.bytesAcknowledged &&
  e.application.responseComplete !== false &&
  (e.receiver.lastData?.beforeMs ?? 0) >= READING_MS;

/** Data of the receiver's that the sender neither answered nor, being its client, had asked for. */
export const leftUnanswered = (e: Evidence): boolean => receiverSpokeLast(e) && !gotItsAnswer(e);

/** The sender took part too short a while ago to have restarted, or been forgotten, since. */
export const wasJustThere = (e: Evidence): boolean =>
  e.sender.last !== undefined && e.sender.last.beforeMs < TOO_SOON_MS;

/** The sender probes a closed window: a FIN of its waits behind what it may not send. */
export const finIsHeldBack = (e: Evidence): boolean =>
  e.sender.fin === undefined && e.sender.windowProbes > 0 && e.receiver.zeroWindow !== undefined;

export const finBefore = (e: Evidence): Observation | undefined => {
  const { fin } = e.sender;
  return (
    fin &&
    seen(
      fin.frame,
      `the sender had closed with FIN ${duration(fin.beforeMs)} before its reset`,
      `发送方在 RST 之前 ${duration(fin.beforeMs)} 已用 FIN 关闭`,
    )
  );
};

export const noFin = (e: Evidence): Observation =>
  against(e.reset.frame, 'no FIN of the sender was seen before', '此前没有看到发送方的 FIN');
