import { defineCause } from '../cause.ts';
import type { Observation } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { against, expected, impossible, possible, seen } from '../finding.ts';
import {
  answersNothing,
  foreignSigns,
  hadNoEffect,
  hasOtherTtl,
  looksForeign,
  looksGenuine,
  senderWentOn,
} from '../signs.ts';
import { isKeptOnTheWay } from '../other-end.ts';
import { facts } from './facts.ts';

export const injected = defineCause({
  id: 'injected',
  facts,
  particular: true,
  recognise(e) {
    if (hadNoEffect(e)) return endedNothing(e);
    if (looksForeign(e)) {
      const signs = foreignSigns(e);
      if (isKeptOnTheWay(e)) {
        const lets = against(
          e.reset.frame,
          'who injects resets lets the segments themselves pass',
          '注入 RST 的设备会放行报文段本身',
        );
        return possible(...signs, lets);
      }
      const tells =
        e.otherEnd?.sent === 'no' ||
        senderWentOn(e) ||
        e.aftermath.risingSequence ||
        hasOtherTtl(e) ||
        signs.length >= 2;
      return tells ? expected(...signs, ...afterHello(e)) : possible(...signs);
    }
    if (e.shape === 'malformed') return expected(malformed(e));
    if (e.shape === 'reply' && answersNothing(e)) {
      return expected(
        seen(
          e.reset.frame,
          'a bare RST, as if to answer, at a number that nothing captured acknowledges',
          '单独的 RST，貌似应答，但没有抓到任何报文段确认过这个序号',
        ),
        against(
          e.reset.frame,
          "its TTL and the rest of its header agree with the sender's",
          'TTL 等头部字段与发送方一致',
        ),
      );
    }
    if (e.shape === 'reply-to-syn') {
      return impossible(
        e.reset.frame,
        'a device that answers a SYN in the place of its host is a rejecting firewall',
        '代替主机应答 SYN 的设备，就是执行拒绝规则的防火墙',
      );
    }
    if (e.reset.mptcp !== undefined || (isExplained(e) && looksGenuine(e))) {
      return impossible(
        e.reset.frame,
        "TTL, options and numbers are all the sender's own, and it fell silent at once",
        'TTL、选项和序号都与发送方一致，且发送方随即沉默',
      );
    }
    return possible(
      against(
        e.reset.frame,
        'nothing in its header differs from what the host itself would send',
        '其头部与该主机自己会发的毫无区别',
      ),
    );
  },
});

/** Who sent it is then the lesser question, and the host itself may have, from another socket. */
function endedNothing(e: Evidence) {
  const noHarm = against(
    e.reset.frame,
    'it ended nothing: both ends went on',
    '它没有断开任何连接：双方都在继续',
  );
  const signs = foreignSigns(e).filter(({ frame }) => frame === e.reset.frame);
  return signs.length > 0 ? expected(...signs, noHarm) : possible(noHarm);
}

/** The sender's own stack has reason enough to reset here. */
const isExplained = (e: Evidence): boolean =>
  e.shape === 'active' || e.sender.fin !== undefined || e.sender.state === 'SYN-SENT';

function afterHello(e: Evidence): readonly Observation[] {
  const hello = e.receiver.lastData;
  if (!e.application.clientHelloLast || hello === undefined) return [];
  return [
    seen(
      hello.frame,
      'the last the other end had sent was a TLS ClientHello, which names the site it wants',
      '对端最后发送的是 TLS ClientHello，其中写明了要访问的域名',
    ),
  ];
}

const malformed = (e: Evidence): Observation =>
  seen(
    e.reset.frame,
    'flags or window that no TCP puts on a reset (RFC 9293 §3.5.2)',
    '标志位或窗口不是任何 TCP 协议栈发出的 RST 应有的样子（RFC 9293 §3.5.2）',
  );
