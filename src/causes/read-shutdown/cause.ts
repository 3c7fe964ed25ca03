import { notLateData } from '../after-close.ts';
import { defineCause } from '../cause.ts';
import { impossible, possible } from '../finding.ts';
import { doubts, finBefore, notReply } from '../signs.ts';
import { facts } from './facts.ts';

export const readShutdown = defineCause({
  id: 'read-shutdown',
  facts,
  recognise(e) {
    if (e.shape !== 'reply') return notReply(e);
    const fin = finBefore(e);
    if (fin === undefined) {
      return impossible(
        e.reset.frame,
        'the sender had sent no FIN: shutting down reading alone draws no reset',
        '发送方没有发过 FIN：只关闭读方向不会引出 RST',
      );
    }
    return notLateData(e) ?? possible(fin, ...doubts(e));
  },
});
