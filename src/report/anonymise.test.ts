import { describe, expect, it } from 'vitest';
import { text } from '../causes/text.ts';
import { Anonymiser, anonymised } from './anonymise.ts';
import { findings, ladder, verdict } from './verdicts.fixture.ts';

describe('addresses in a text', () => {
  const anonymiser = new Anonymiser();
  const of = (words: string) => anonymiser.text(words);

  it('are replaced by the same ones again, neighbours by neighbours, with their ports', () => {
    expect(of('10.0.0.1:40000 to 10.0.0.7:8080')).toBe('198.18.0.1:40000 to 198.18.0.2:8080');
    expect(of('172.16.9.4, then 10.0.0.7.')).toBe('198.18.1.1, then 198.18.0.2.');
  });

  it('are found as IPv6 however it is written, and one address is one', () => {
    expect(of('[fd00:99::10]:39410')).toBe('[2001:db8:0:0::1]:39410');
    expect(of('fd00:0099:0:0:0:0:0:10 and FD00:99::11')).toBe(
      '2001:db8:0:0::1 and 2001:db8:0:0::2',
    );
    expect(of('::ffff:10.0.0.7')).toBe('2001:db8:0:1::1');
    expect(of('::1')).toBe('2001:db8:0:1::2');
    expect(of('on fd00:99::10: if; via:fd00:99::10, fd00:99::.')).toBe(
      'on 2001:db8:0:0::1: if; via:2001:db8:0:0::1, 2001:db8:0:0::3.',
    );
  });

  it('are found as hardware addresses too', () => {
    expect(of('from 3c:52:82:AA:01:02, 3c-52-82-aa-01-02')).toBe(
      'from 02:00:00:00:00:01, 02:00:00:00:00:01',
    );
  });

  it('are not seen in what is none', () => {
    const words =
      "at 03:04:05.123456 RFC 9293 §3.10.7.4, version 1.2.3, 1.2.3.4.5, 300.1.1.1, a::b::c, std::string 'tcp port 443'";
    expect(of(words)).toBe(words);
  });

  it('stay apart, however many there are', () => {
    const many = new Anonymiser();
    const seen = new Set<string>();
    for (let network = 0; network < 700; network++) {
      for (const host of [1, 2, 255]) {
        seen.add(many.text(`10.${network >> 8}.${network & 255}.${host}`));
      }
    }
    expect(seen.size).toBe(2100);
    // 512 networks of RFC 2544, then those that RFC 1112 reserves.
    expect([...seen].every((one) => /^(198\.1[89]|240\.\d+)\.\d+\.\d+$/.test(one))).toBe(true);
  });
});

describe('findings', () => {
  const ADDRESS = '10.0.0.';
  const told = verdict({
    evidence: [
      { frame: 9, say: text('the router 10.0.0.254 answered', '10.0.0.254 应答'), supports: true },
    ],
  });

  it('name nobody any more, in no language, and hash nobody', () => {
    const whole = anonymised(findings([told], { file: 'from-10.0.0.1.pcap' }), [ladder()]);
    const json = JSON.stringify(whole);
    expect(json).not.toContain(ADDRESS);
    expect(json).not.toContain(told.connection.communityId);
    expect(whole.findings.verdicts[0]?.evidence[0]?.say.en).toMatch(/the router 198\.18\.0\.\d+/);
    expect(whole.findings.verdicts[0]?.settle?.zh).toContain('198.18.0.');
  });

  it('keep who is who', () => {
    const [one] = anonymised(findings([told]), []).findings.verdicts;
    expect(one?.sender).toBe(one?.connection.server);
    expect(one?.receiver).toBe(one?.connection.client);
    expect(one?.sender).toMatch(/:8080$/);
  });

  it('lose their payloads', () => {
    const rows = ladder().rows.map((row) =>
      'frame' in row ? { ...row, payload: Uint8Array.of(1) } : row,
    );
    const [after] = anonymised(findings([told]), [{ ...ladder(), rows }]).ladders;
    expect(after?.rows.some((row) => 'payload' in row)).toBe(false);
  });
});
