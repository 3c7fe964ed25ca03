import type { Match, SocketOption } from '../causes/scenario.ts';
import type { Language } from '../causes/text.ts';
import type { SilentStep } from './moment.ts';

/** What a step does that is no call, in a few words. */
export const stepText = (step: SilentStep, language: Language): string =>
  language === 'zh' ? chinese(step) : english(step);

const english = (step: SilentStep): string => {
  switch (step.do) {
    case 'listen':
      return `listen on port ${step.port}, backlog ${step.backlog ?? 16}`;
    case 'bind':
      return `bind port ${step.port}, without listening`;
    case 'setsockopt':
      return optionText(step);
    case 'destroy':
      return `ss -K: ${step.socket} is destroyed`;
    case 'forget':
      return `${step.socket} is forgotten without a segment`;
    case 'kill':
      return 'the process is killed';
    case 'heed SIGPIPE':
      return 'SIGPIPE is not ignored';
    case 'cut power':
      return 'the power fails';
    case 'boot':
      return 'boots again, its memory empty';
    case 'sysctl':
      return `sysctl ${step.name} = ${step.value}`;
    case 'run':
      return `starts: ${step.program}`;
    case 'lose':
      return `From here on ${timesText(step.times)}${matchText(step.match)} are lost`;
    case 'hold':
      return `From here on ${timesText(step.times ?? 1)}${matchText(step.match)} are held back`;
    case 'release':
      return 'What was held back goes on';
    case 'discard':
      return 'What was held back is thrown away';
    case 'heal':
      return 'No more is lost';
    case 'inject':
      return `Somebody on the way puts in ${step.flags.join(',')}`;
    case 'send raw':
      return `A raw socket sends ${step.flags.join(',')} to port ${step.port}`;
    case 'filter':
      return `A filter at the ${step.at} begins: ${matchText(step.match)} → ${step.action}`;
    case 'limit subflows':
      return 'ip mptcp limits';
    case 'add endpoint':
      return 'ip mptcp endpoint add';
  }
};

const chinese = (step: SilentStep): string => {
  switch (step.do) {
    case 'listen':
      return `监听端口 ${step.port}，backlog ${step.backlog ?? 16}`;
    case 'bind':
      return `只绑定端口 ${step.port}，不监听`;
    case 'setsockopt':
      return optionText(step);
    case 'destroy':
      return `ss -K：销毁 ${step.socket}`;
    case 'forget':
      return `${step.socket} 被遗忘，不发报文`;
    case 'kill':
      return '进程被杀死';
    case 'heed SIGPIPE':
      return '不忽略 SIGPIPE';
    case 'cut power':
      return '断电';
    case 'boot':
      return '重新启动，内存全空';
    case 'sysctl':
      return `sysctl ${step.name} = ${step.value}`;
    case 'run':
      return `启动程序：${step.program}`;
    case 'lose':
      return `此后${timesText(step.times)}${matchText(step.match)} 丢失`;
    case 'hold':
      return `此后${timesText(step.times ?? 1)}${matchText(step.match)} 被扣住`;
    case 'release':
      return '放行扣住的报文';
    case 'discard':
      return '丢弃扣住的报文';
    case 'heal':
      return '不再丢失报文';
    case 'inject':
      return `途中有人注入 ${step.flags.join(',')}`;
    case 'send raw':
      return `原始套接字向端口 ${step.port} 发 ${step.flags.join(',')}`;
    case 'filter':
      return `${step.at === 'router' ? '路由器' : '服务端'}上的过滤器生效：${matchText(step.match)} → ${step.action}`;
    case 'limit subflows':
      return 'ip mptcp limits';
    case 'add endpoint':
      return 'ip mptcp endpoint add';
  }
};

const optionText = ({ name, value, socket }: SocketOption & { readonly socket: string }): string =>
  `${socket}: ${name} = ${typeof value === 'number' ? value : value.join(' ')}`;

const timesText = (times: number | undefined): string => (times === undefined ? '' : `${times} × `);

/** `client → server SYN,ACK`, `… with data`. */
const matchText = ({ toward, flags, has, text, contains }: Match): string => {
  const parts = [
    toward === undefined ? '' : `→ ${toward}`,
    flags?.join(',') ?? '',
    has === undefined ? '' : `${has.join(',')}+`,
    text === undefined ? '' : text ? 'data' : '',
    contains === undefined ? '' : JSON.stringify(contains),
  ].filter((part) => part !== '');
  return parts.length === 0 ? '*' : parts.join(' ');
};
