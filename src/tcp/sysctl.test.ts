import { describe, expect, test } from 'vitest';
import { defaultSettings, readSysctl, setSysctl } from './sysctl.ts';
import { SYSCTLS } from './sysctl-table.ts';

describe('defaults', () => {
  // Documentation/networking/ip-sysctl.rst and net/ipv4 of Linux 6.18.
  test.each([
    ['net.ipv4.tcp_rfc1337', '0'],
    ['net.ipv4.tcp_abort_on_overflow', '0'],
    ['net.ipv4.tcp_synack_retries', '5'],
    ['net.ipv4.tcp_syn_retries', '6'],
    ['net.ipv4.tcp_retries1', '3'],
    ['net.ipv4.tcp_retries2', '15'],
    ['net.ipv4.tcp_keepalive_time', '7200'],
    ['net.ipv4.tcp_keepalive_intvl', '75'],
    ['net.ipv4.tcp_keepalive_probes', '9'],
    ['net.ipv4.tcp_fin_timeout', '60'],
    ['net.ipv4.tcp_tw_reuse', '2'],
    ['net.ipv4.tcp_invalid_ratelimit', '500'],
    ['net.ipv4.ip_local_port_range', '32768 60999'],
    ['net.core.somaxconn', '4096'],
    ['net.ipv4.tcp_congestion_control', 'cubic'],
    ['resetlab.linger_timeout', 'background'],
    ['resetlab.reset_acceptance', 'rfc5961'],
  ])('%s is %s', (name, value) => {
    expect(readSysctl(defaultSettings(), name)).toBe(value);
  });

  test('each default lies within its own bounds', () => {
    const settings = defaultSettings();
    for (const { name } of SYSCTLS) {
      expect(setSysctl(settings, name, readSysctl(settings, name) ?? ''), name).toBeUndefined();
    }
  });

  test('two hosts share nothing', () => {
    const one = defaultSettings();
    one.tcp_rmem[1] = 1;
    expect(defaultSettings().tcp_rmem[1]).toBe(131_072);
  });
});

describe('setting', () => {
  test('a number, a list, a word', () => {
    const settings = defaultSettings();
    expect(setSysctl(settings, 'net.ipv4.tcp_rfc1337', ' 1 ')).toBeUndefined();
    expect(setSysctl(settings, 'net.ipv4.tcp_rmem', '4096\t540000  15728640')).toBeUndefined();
    expect(setSysctl(settings, 'resetlab.read_shutdown', 'reset')).toBeUndefined();
    expect(settings.tcp_rfc1337).toBe(1);
    expect(settings.tcp_rmem).toEqual([4096, 540_000, 15_728_640]);
    expect(settings.resetlab_read_shutdown).toBe('reset');
  });

  test.each([
    ['net.ipv4.tcp_syn_retries', '0', 'must be a whole number from 1 to 127'],
    ['net.ipv4.tcp_syn_retries', '128', 'must be a whole number from 1 to 127'],
    ['net.ipv4.tcp_rfc1337', 'on', 'must be a whole number from 0 to 255'],
    ['net.ipv4.tcp_rfc1337', '', 'must be a whole number from 0 to 255'],
    ['net.ipv4.tcp_rto_max_ms', '999', 'from 1000 to 120000 (ms)'],
    ['net.ipv4.tcp_rmem', '4096 131072', '3 whole numbers'],
    ['net.ipv4.ip_local_port_range', '60999 32768', 'the lower first'],
    ['net.ipv4.tcp_congestion_control', 'bbr', 'one of cubic, reno'],
    ['resetlab.linger_timeout', 'rst', 'one of background, reset'],
  ])('%s = "%s" is refused with its bounds, and nothing changes', (name, text, says) => {
    const settings = defaultSettings();
    expect(setSysctl(settings, name, text)).toContain(says);
    expect(settings).toEqual(defaultSettings());
  });

  test.each([
    ['net.ipv4.tcp_rfc1137', 'net.ipv4.tcp_rfc1337'],
    ['tcp_syncookie', 'net.ipv4.tcp_syncookies'],
    ['net.ipv4.somaxconn', 'net.core.somaxconn'],
    ['resetlab.linger_timout', 'resetlab.linger_timeout'],
  ])('an unknown %s is told with the nearest name', (name, meant) => {
    expect(setSysctl(defaultSettings(), name, '1')).toBe(
      `unknown sysctl ${name}; did you mean ${meant}?`,
    );
    expect(readSysctl(defaultSettings(), name)).toBeUndefined();
  });
});
