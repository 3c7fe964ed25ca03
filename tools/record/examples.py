"""The captures that the repository keeps."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    stem: str
    scenario: str
    option: str = ''
    family: int = 4
    timestamps: bool = True
    where: str = 'client'
    format: str = 'pcap'


EXAMPLES = [
    # Wherever connections begin.
    Example('closed-port', 'closed-port'),
    Example('closed-port-ipv6', 'closed-port', family=6),
    Example('port-scan', 'port-scan', where='server', format='pcap.gz'),
    Example('connect-timeout', 'connect-timeout'),
    Example('connect-unreachable', 'connect-unreachable', 'port'),
    Example('connect-cancelled', 'connect-cancelled', 'killed', where='server'),
    Example('handshake-ack-unacceptable', 'handshake-ack-unacceptable', 'old-syn'),
    Example('handshake-timeout', 'handshake-timeout', 'listening', where='server'),
    Example('bad-ack-in-handshake', 'bad-ack-in-handshake', where='server'),
    Example('listener-got-ack', 'listener-got-ack', 'data'),
    Example('four-tuple-reuse', 'four-tuple-reuse', 'reboot', where='server'),
    Example('time-wait-collision', 'time-wait-collision', timestamps=False),
    Example('accept-queue-overflow', 'accept-queue-overflow', 'abort'),
    Example('paws', 'paws'),
    Example('mptcp', 'mptcp', 'fastclose'),
    # Wherever they end.
    Example('linger-zero', 'linger-zero', 'by-server', format='pcapng'),
    Example('linger-zero-crossing', 'linger-zero', 'crossing', family=6),
    Example('close-with-unread-data', 'close-with-unread-data', 'by-server'),
    Example('close-with-unread-data-ipv6', 'close-with-unread-data', 'by-client', 6, False),
    Example('close-with-unread-data-gso', 'unread-upload'),
    Example('data-after-close', 'data-after-close', 'by-server'),
    Example('data-after-close-any', 'data-after-close', 'by-client', where='any'),
    Example('read-shutdown', 'read-shutdown', 'both'),
    Example('disconnect', 'disconnect', 'by-client', where='server'),
    Example('destroyed', 'destroyed', 'by-server'),
    Example('listener-closed', 'listener-closed', 'data'),
    Example('linger2-abort', 'linger2-abort', 'finwait2'),
    Example('lost-last-ack', 'lost-last-ack', 'retransmitted-fin'),
    Example('orphan-limit', 'orphan-limit'),
    Example('repeated-reset', 'repeated-reset', 'data', where='server'),
    Example('normal-close', 'normal-close', 'simultaneous'),
    # Silence and the timers that notice it.
    Example('half-open-restart', 'half-open-restart', 'idle'),
    Example('half-open-restart-keepalive', 'half-open-restart', 'keepalive', family=6),
    Example('keepalive-timeout', 'keepalive-timeout'),
    Example('retransmission-timeout', 'retransmission-timeout', 'silent'),
    Example('retransmission-timeout-answered', 'retransmission-timeout', 'then-data'),
    Example('user-timeout', 'user-timeout', 'then-data', where='server'),
    Example('zero-window-timeout', 'zero-window-timeout', 'window-opens', where='server'),
    # What lies between.
    Example('firewall-reject', 'firewall-reject', 'syn'),
    Example('firewall-reject-mid', 'firewall-reject', 'mid', format='pcapng'),
    Example('firewall-reject-router', 'firewall-reject', 'mid', where='any', format='pcapng'),
    Example('middlebox-idle-timeout', 'middlebox-idle-timeout'),
    Example('conntrack-invalid', 'conntrack-invalid'),
    Example('injected', 'injected', 'to-client'),
    Example('injected-train', 'injected', 'train', family=6, format='pcapng'),
    Example('reset-ignored', 'reset-ignored', 'both'),
    # Real programs.
    Example('early-response', 'early-response', 'curl'),
    Example('early-response-node', 'early-response', 'node', format='pcapng.gz'),
    Example('early-response-nginx', 'nginx-early-response', where='server', format='pcap.gz'),
    Example('keepalive-race', 'keepalive-race'),
    Example('keepalive-race-nginx', 'nginx-keepalive-race', where='server', format='pcapng'),
    Example('closed-before-response', 'closed-before-response', 'node'),
    Example('client-abort', 'client-abort', where='server'),
    Example('client-abort-timeout', 'client-gave-up', where='server'),
    Example('health-check', 'health-check'),
    Example('mass-restart', 'mass-restart'),
    Example('tls-rejected', 'tls-rejected', 'by-server'),
    Example('tls-rejected-forged', 'tls-rejected', 'forged'),
]
