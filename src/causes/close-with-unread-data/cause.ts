import { defineCause } from '../cause.ts';
import { abortWithUnread } from '../abort.ts';
import { facts } from './facts.ts';

export const closeWithUnreadData = defineCause({
  id: 'close-with-unread-data',
  facts,
  recognise: abortWithUnread,
});
