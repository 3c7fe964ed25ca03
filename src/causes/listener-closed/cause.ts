import { notAnAbort } from '../abort.ts';
import { defineCause } from '../cause.ts';
import { expected, impossible, possible, seen } from '../finding.ts';
import { activeShape, doubts } from '../signs.ts';
import { facts } from './facts.ts';

export const listenerClosed = defineCause({
  id: 'listener-closed',
  facts,
  particular: true,
  recognise(e) {
    const out = notAnAbort(e);
    if (out !== undefined) return out;
    if (e.sender.role === 'client') {
      return impossible(
        e.reset.frame,
        'the sender opened the connection',
        '发送方是主动打开的一方',
      );
    }
    if (e.sender.bytesSent > 0) {
      return impossible(
        e.sender.firstDataFrame ?? e.reset.frame,
        'the sender had sent data: the connection had been accepted',
        '发送方发送过数据：连接已被 accept',
      );
    }
    if (e.sender.fin !== undefined) {
      return impossible(e.sender.fin.frame, 'the sender had closed it itself', '发送方已自行关闭');
    }
    const because = [activeShape(e), ...doubts(e)];
    if (e.surroundings.refusedAfter > 0) {
      because.push(
        seen(
          0,
          'afterwards the same port refused connections: nobody listened any more',
          '之后同一端口拒绝连接：已无人监听',
        ),
      );
      return because.every((each) => each.supports) ? expected(...because) : possible(...because);
    }
    return possible(...because);
  },
});
