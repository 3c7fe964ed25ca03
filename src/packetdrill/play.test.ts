import { describe, expect, it } from 'vitest';
import { playScript } from './play.ts';

/** A connection that the script has opened, with descriptor 4; the window is 64240. */
const ACCEPTED = `
\`sysctl -q net.ipv4.tcp_timestamps=0\`
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 65535 <mss 1000>
+0 > S. 0:0(0) ack 1 <mss 1460>
+.01 < . 1:1(0) ack 1 win 65535
+0 accept(3, ..., ...) = 4
`;

const play = (rest: string) => playScript(`${ACCEPTED}${rest}`, 'linux');

describe('a script', () => {
  it('passes where all comes as it says', () => {
    expect(play('+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1\n')).toEqual({
      verdict: 'pass',
    });
  });

  it.each([
    ['+0 > . 1:11(10) ack 1', 'flags'],
    ['+0 > P. 2:12(10) ack 1', 'sequence number'],
    ['+0 > P. 1:11(10) ack 2', 'acknowledgement'],
    ['+0 > P. 1:11(10) ack 1 win 1', 'window'],
    ['+0 > P. 1:11(10) ack 1 <nop,nop,sack 1:2>', 'number of options'],
  ])('fails by the packet: %s', (line, what) => {
    expect(play(`+0 write(4, ..., 10) = 10\n${line}\n`)).toEqual({
      verdict: 'fail',
      line: 11,
      why: `another packet left: ${what}`,
      expected: line.slice(3),
      actual: '> P. 1:11(10) ack 1 win 64240',
    });
  });

  it('fails by the time, which may be off by four milliseconds', () => {
    const late = (when: string) => play(`+0 write(4, ..., 10) = 10\n${when} > P. 1:11(10) ack 1\n`);
    expect(late('+.004').verdict).toBe('pass');
    expect(late('+.005')).toMatchObject({ why: 'it left at another time' });
    expect(play('+0 > P. 1:11(10) ack 1\n')).toMatchObject({ why: 'nothing left' });
  });

  it('fails by what a call returns, and by a call that blocks', () => {
    expect(play('+0 write(4, ..., 10) = 9\n')).toMatchObject({ expected: '9', actual: '10' });
    expect(play('+0 read(4, ..., 10) = 10\n')).toMatchObject({ why: 'read() blocks' });
    expect(play('+0 bind(4, ..., ...) = 0\n')).toMatchObject({ actual: '-1 EINVAL' });
  });

  it('lets a call block just as long as it says', () => {
    const blocking = (until: string) =>
      play(
        `+0...${until} read(4, ..., 10) = 10\n+.1 < . 1:11(10) ack 1 win 65535\n+0 > . 1:1(0) ack 11\n`,
      );
    expect(blocking('.1').verdict).toBe('pass');
    expect(blocking('.2')).toMatchObject({ why: 'read() returned at another time' });
    expect(blocking('.05')).toMatchObject({ why: 'read() returned at another time' });
  });

  it('takes several segments in a row for one, unless it says --strict_segments', () => {
    const lines = '+0 write(4, ..., 3000) = 3000\n+0 > P. 1:3001(3000) ack 1\n';
    expect(play(lines).verdict).toBe('pass');
    expect(playScript(`--strict_segments\n${ACCEPTED}${lines}`, 'linux')).toMatchObject({
      why: 'another packet left: flags, length',
    });
  });

  it('wants the first of them in time as well as the last', () => {
    const lines = '+0 write(4, ..., 1000) = 1000\n+.1 write(4, ..., 1000) = 1000\n';
    expect(play(`${lines}+0 > P. 1:2001(2000) ack 1\n`)).toMatchObject({
      why: 'another packet left: length',
    });
  });

  it('fails by a packet that it does not speak of, also after its last line', () => {
    const verdict = play('+0 < . 1:11(10) ack 777 win 65535\n');
    expect(verdict).toMatchObject({ actual: '> . 1:1(0) ack 1 win 64240', beyond: true });
    expect(
      play('+0 < . 1:11(10) ack 777 win 65535\n+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n'),
    ).toMatchObject({
      why: 'another packet left: flags',
    });
  });

  it('does not mind what its own last calls send', () => {
    expect(play('+0 close(4) = 0\n').verdict).toBe('pass');
  });

  it('holds Python against the connection', () => {
    const assertion = (text: string) => play(`+0 %{ assert ${text} }%\n`);
    expect(assertion('tcpi_state == TCPI_ESTABLISHED and 5 < tcpi_snd_cwnd <= 10').verdict).toBe(
      'pass',
    );
    expect(assertion('tcpi_snd_cwnd == 11, tcpi_snd_cwnd')).toMatchObject({
      why: 'an assertion does not hold',
      actual: 'tcpi_snd_cwnd = 10',
    });
    expect(assertion('tcpi_moon == 1')).toMatchObject({ construct: 'Python: tcpi_moon' });
  });

  // The values are those of Linux 6.18 (TCP_INFO): a FIN counts as a byte received.
  it('reads the figures of TCP_INFO as Linux counts them', () => {
    const lines = [
      '+0 < P. 1:1001(1000) ack 1 win 257',
      '+0 > . 1:1(0) ack 1001',
      '+0 %{ assert tcpi_bytes_received == 1000 and tcpi_snd_wnd == 65535 }%',
      '+.05 < F. 1001:1001(0) ack 1 win 200',
      '+.04 > . 1:1(0) ack 1002',
      '+0 %{ assert tcpi_state == TCP_CLOSE_WAIT }%',
      '+0 %{ assert tcpi_bytes_received == 1001 and tcpi_snd_wnd == 200 and tcpi_pmtu == 1500 }%',
    ];
    expect(play(`${lines.join('\n')}\n`)).toEqual({ verdict: 'pass' });
  });

  it('takes sizes as a shell reckons them', () => {
    const set = '+0 `sysctl -q net.ipv4.tcp_rmem="4096 131072 $((32*1024*1024))"`\n';
    expect(play(set)).toEqual({ verdict: 'pass' });
    expect(play(set.replace('32*', '32+'))).toMatchObject({ verdict: 'unsupported' });
  });

  it('may make the device refuse all packets, and take them again', () => {
    const refuses = '+0 `tc qdisc replace dev tun0 root pfifo limit 0`\n';
    const takes = '+0 `tc qdisc replace dev tun0 root pfifo`\n';
    expect(play(`${refuses}+0 write(4, ..., 10) = 10\n+.1 > P. 1:11(10) ack 1\n`)).toMatchObject({
      why: 'nothing left',
    });
    // The first probe after the RTO of 200 ms and a round trip fails, and the next comes 500 ms later.
    const later = `${refuses}+0 write(4, ..., 10) = 10\n+.3 ${takes.slice(3)}+.41 > P. 1:11(10) ack 1\n`;
    expect(play(later).verdict).toBe('pass');
  });

  it('asks what held sending back, and ends records with MSG_EOR', () => {
    const lines = [
      '+0 send(4, ..., 10, MSG_EOR) = 10',
      '+0 > P. 1:11(10) ack 1',
      '+.1 %{ assert 99000 <= tcpi_busy_time <= 101000 and tcpi_rwnd_limited == 0 }%',
    ];
    expect(play(`${lines.join('\n')}\n`).verdict).toBe('pass');
  });

  it.each([
    ['+0 `reboot`', 'reboot'],
    ['+0 `sysctl -q net.ipv4.no_such=1`', 'sysctl net.ipv4.no_such=1'],
    ['+0 fork() = 0', 'fork()'],
    ['+0 setsockopt(4, SOL_TCP, TCP_FASTOPEN, [1], 4) = 0', 'socket option TCP_FASTOPEN'],
    ['+0 < . 1:1(0) ack 1 win 5 <FO 1234>', 'TCP option FO'],
  ])('is not held against us for what is not there: %s', (line, construct) => {
    expect(play(`${line}\n`)).toEqual({ verdict: 'unsupported', line: 10, construct });
  });

  it('that cannot be read says where', () => {
    expect(play('+0 close 4\n')).toMatchObject({ verdict: 'fail', line: 10 });
  });
});

describe('numbers', () => {
  it('of TS values are those of the script once one has left', () => {
    const script = (ecr: number) => `
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
+0 > S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 10>
+.1 < S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 700 ecr ${ecr}>
+0 > . 1:1(0) ack 1 <nop,nop,TS val 200 ecr 700>
`;
    expect(playScript(script(100), 'linux').verdict).toBe('pass');
    expect(playScript(script(99), 'linux')).toMatchObject({
      why: 'no TS val 99 has left that could be echoed',
    });
  });
});

describe("a script of FreeBSD's suite", () => {
  const script = (what: string) => `
0 \`sysctl -w net.inet.tcp.rfc1323=1\`
+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 fcntl(3, F_SETFL, O_RDWR | O_NONBLOCK) = 0
+0 getsockopt(3, SOL_SOCKET, SO_RCVBUF, [65536], [4]) = 0
+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
+0 > S 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0>
+.1 < S. 0:0(0) ack 1 win 32767 <mss 1460,sackOK,eol,eol>
+0 > . 1:1(0) ack 1 win 65535
${what}
`;
  const lastIn = '+.1 < R 65700:65700(0) win 0\n+0 > . 1:1(0) ack 1 win 65535';
  const beyond =
    '+.1 < R 65701:65701(0) win 0\n+.1 getsockopt(3, SOL_SOCKET, SO_ERROR, [0], [4]) = 0';

  it("is held against Linux's order of options and sizes of windows", () => {
    expect(playScript(script(lastIn), 'linux').verdict).toBe('pass');
    expect(playScript(script(beyond), 'linux').verdict).toBe('pass');
  });

  it('differs in CLOSE-WAIT by the profile', () => {
    const reset = '+.1 < F. 1:1(0) ack 1 win 32767\n+0 > . 1:1(0) ack 2\n+.1 < R 2:2(0) win 0\n';
    const told = `${reset}+0 getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNRESET], [4]) = 0`;
    expect(playScript(script(told), 'freebsd').verdict).toBe('pass');
    expect(playScript(script(told), 'linux')).toMatchObject({ actual: 'EPIPE' });
  });
});
