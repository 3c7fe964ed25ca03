/** Lines of Python that talk over sockets, for a namespace of the kernel's. */

const HEAD = `
import errno, hashlib, resource, select, socket, struct, sys, time

# close(2) by a reset.
def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    s.close()

# Reads to the end: how many bytes, and their hash.
def rest(s):
    count, h = 0, hashlib.sha256()
    while True:
        piece = s.recv(1 << 16)
        if not piece: return '%d %s' % (count, h.hexdigest())
        count += len(piece); h.update(piece)

# A listening socket, for both versions of IP.
def listen(port):
    return socket.create_server(('', port), family=socket.AF_INET6, dualstack_ipv6=True)
`;

/** Program and words that run these lines. */
export const script = (...lines: readonly string[]): [program: string, words: string[]] => [
  'python3',
  ['-c', `${HEAD}\n${lines.join('\n')}`],
];
