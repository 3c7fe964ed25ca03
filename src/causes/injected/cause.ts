import { defineCause } from '../cause.ts';
import { against, expected, impossible, possible } from '../finding.ts';
import { foreignSigns, hasOtherTtl, looksGenuine, senderWentOn } from '../signs.ts';
import { facts } from './facts.ts';

export const injected = defineCause({
  id: 'injected',
  facts,
  particular: true,
  recognise(e) {
    const signs = foreignSigns(e);
    if (senderWentOn(e) || e.aftermath.risingSequence || hasOtherTtl(e) || signs.length >= 2) {
      return expected(...signs);
    }
    if (e.shape === 'malformed') return expected(...signs);
    if (
      e.shape === 'reply' &&
      e.trigger === undefined &&
      e.capture.receiverSeen &&
      e.capture.gapless
    ) {
      return expected(
        against(e.reset.frame, "its header agrees with the sender's", '其头部与发送方一致'),
      );
    }
    if (signs.length > 0) return possible(...signs);
    if (
      looksGenuine(e) &&
      (e.shape === 'active' || e.sender.fin !== undefined || e.sender.state === 'SYN-SENT')
    ) {
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
