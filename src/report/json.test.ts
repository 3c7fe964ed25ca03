import { describe, expect, it } from 'vitest';
import { JsonRows } from './json.ts';
import { summary, verdict } from './verdicts.fixture.ts';

describe('a row', () => {
  it('has the documented fields in the documented order', () => {
    const line = new JsonRows('en').row(verdict());
    expect(line.endsWith('}\n')).toBe(true);
    expect(line.slice(0, -1)).toBe(
      '{"type":"reset","frame":1882,"time":"2026-01-02T03:04:05.123456Z",' +
        '"connection":{"id":17,"communityId":"1:LQU9qZlK+B5F3KDmev6m5PMibrg=",' +
        '"client":"10.0.0.1:40000","server":"10.0.0.7:8080"},' +
        '"sender":"10.0.0.7:8080","receiver":"10.0.0.1:40000","shape":"active",' +
        '"cause":"early-response","confidence":"likely",' +
        '"alternatives":[{"cause":"linger-zero","confidence":"possible"}],' +
        '"origin":"endpoint","effect":"accepted",' +
        '"apps":{"sender":{"read":"nothing","write":"nothing"},' +
        '"receiver":{"read":"ECONNRESET","write":"EPIPE"}},' +
        '"bytesLost":{"min":0,"max":1448},' +
        '"evidence":[{"frame":1882,"text":"RST,ACK with SEQ 318, the byte after the 413, window and timestamps live","supports":true},' +
        '{"frame":1880,"text":"14 segments of the client had arrived and were not read: the window fell to 5,792","supports":true},' +
        '{"frame":0,"text":"the capture shows no application calls","supports":false}],' +
        '"advice":["Read the body to its end before closing: nginx `lingering_close always;`, Node `req.resume()` in place of `req.destroy()`."],' +
        '"settle":"On 10.0.0.7: `tcpdump -i any -s 256 -w s.pcap \'tcp port 8080\'`"}',
    );
  });

  it('says nanoseconds where the capture has them, and leading zeros', () => {
    const rows = new JsonRows('en');
    const time = (nanos: number, seconds = 1_767_323_045) =>
      JSON.parse(rows.row(verdict({ nanos, seconds }))).time;
    expect(time(1)).toBe('2026-01-02T03:04:05.000000001Z');
    expect(time(1000)).toBe('2026-01-02T03:04:05.000001Z');
    expect(time(0)).toBe('2026-01-02T03:04:05.000000Z');
    expect(time(999_999_999, 0)).toBe('1970-01-01T00:00:00.999999999Z');
    expect(() => time(0, 1e15)).not.toThrow();
  });

  it('has the kind of failure in place of a shape', () => {
    const failure = verdict({
      type: 'failure',
      shape: undefined,
      failure: 'syn-unanswered',
      settle: undefined,
    });
    const row = JSON.parse(new JsonRows('en').row(failure));
    expect(row).toMatchObject({ type: 'failure', failure: 'syn-unanswered', settle: null });
    expect(row).not.toHaveProperty('shape');
  });

  it('speaks the language asked for, and stays JSON whatever a text holds', () => {
    const say = { en: 'a "quoted" \\ line\n', zh: '引号 "x"' };
    const one = verdict({ evidence: [{ frame: 1, say, supports: true }], advice: [say] });
    expect(JSON.parse(new JsonRows('en').row(one)).evidence[0].text).toBe(say.en);
    expect(JSON.parse(new JsonRows('zh').row(one)).advice).toEqual([say.zh]);
  });

  it('names the connection of each verdict, also when they alternate', () => {
    const rows = new JsonRows('en');
    const other = { ...verdict().connection, id: 18, client: '[fd00::1]:40001' };
    const ids = [verdict(), verdict({ connection: other }), verdict()].map(
      (one) => JSON.parse(rows.row(one)).connection.client,
    );
    expect(ids).toEqual(['10.0.0.1:40000', '[fd00::1]:40001', '10.0.0.1:40000']);
  });
});

describe('the summary', () => {
  it('comes in one line, with problems and their places', () => {
    const problem = {
      code: 'cut-short',
      frame: 9,
      offset: 1234,
      message: 'cut',
      fatal: true,
    } as const;
    const line = new JsonRows('en').summary(summary({ problems: [problem] }));
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(JSON.parse(line)).toEqual({
      type: 'summary',
      packets: 48_213,
      connections: 1204,
      resets: 1,
      failures: 0,
      byCause: { 'early-response': 1 },
      notes: [],
      problems: [problem],
    });
  });

  it('names the file where several captures share a stream', () => {
    const rows = new JsonRows('en', 'b "2".pcap');
    expect(JSON.parse(rows.row(verdict())).file).toBe('b "2".pcap');
    expect(JSON.parse(rows.summary(summary())).file).toBe('b "2".pcap');
  });
});
