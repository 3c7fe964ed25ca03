import { type Text, text } from '../../causes/text.ts';

/** When in the life of a connection it is ended. */
export const MOMENTS = [
  'before-accept',
  'after-handshake',
  'after-bytes',
  'mid-response',
  'on-idle',
  'on-reuse',
  'after-fin',
] as const;

export type Moment = (typeof MOMENTS)[number];

export const isMoment = (word: string): word is Moment =>
  (MOMENTS as readonly string[]).includes(word);

export const MOMENT_WORDS: Readonly<Record<Moment, Text>> = {
  'before-accept': text('before accept()', 'accept() 之前'),
  'after-handshake': text('after the handshake, nothing read', '握手之后，什么都没读'),
  'after-bytes': text('after N bytes of the request', '收到请求的 N 字节之后'),
  'mid-response': text('after N bytes of the response', '发出响应的 N 字节之后'),
  'on-idle': text('idle for so long after a response', '响应之后空闲了一段时间'),
  'on-reuse': text('as the next request comes after a response', '响应之后下一个请求到来时'),
  'after-fin': text("after the server's own FIN", '服务端自己发出 FIN 之后'),
};
