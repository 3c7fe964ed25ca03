import { notLateData } from '../after-close.ts';
import { defineCause } from '../cause.ts';
import { possible } from '../finding.ts';
import { doubts, finBefore, noFin, notReply } from '../signs.ts';
import { facts } from './facts.ts';

export const readShutdown = defineCause({
  id: 'read-shutdown',
  facts,
  recognise(e) {
    if (e.shape !== 'reply') return notReply(e);
    return notLateData(e) ?? possible(finBefore(e) ?? noFin(e), ...doubts(e));
  },
});
