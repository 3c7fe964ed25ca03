import { defineCause } from '../cause.ts';
import { expected, impossible, seen } from '../finding.ts';
import { facts } from './facts.ts';

/** RFC 8684 §3.6. */
const REASONS = [
  'unspecified error',
  'MPTCP-specific error',
  'lack of resources',
  'administratively prohibited',
  'too much outstanding data',
  'unacceptable performance',
  'middlebox interference',
];

export const mptcp = defineCause({
  id: 'mptcp',
  facts,
  particular: true,
  recognise(e) {
    const reason = e.reset.mptcp;
    const asked = e.receiver.fastclose;
    if (reason === undefined && asked !== undefined && e.shape === 'active') {
      return expected(
        seen(
          asked.frame,
          'the other end had sent MP_FASTCLOSE, which is answered with a reset (RFC 8684 §3.5)',
          '对端发过 MP_FASTCLOSE，对它的应答就是 RST（RFC 8684 §3.5）',
        ),
      );
    }
    if (reason === undefined) {
      return impossible(
        e.reset.frame,
        'the reset carries no MPTCP option',
        'RST 没有携带 MPTCP 选项',
      );
    }
    if (reason === 'fastclose') {
      return expected(
        seen(
          e.reset.frame,
          'it carries MP_FASTCLOSE: the whole MPTCP connection was aborted',
          '带有 MP_FASTCLOSE：整个 MPTCP 连接被中止',
        ),
      );
    }
    const name = REASONS[reason] ?? 'unknown reason';
    return expected(
      seen(
        e.reset.frame,
        `it carries MP_TCPRST, reason ${reason}: ${name}`,
        `带有 MP_TCPRST，原因 ${reason}：${name}`,
      ),
    );
  },
});
