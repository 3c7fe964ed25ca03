"""OpenStack Swift with its S3 interface: proxy, account, container and object server in one process,
on loopback, over a directory. Says `ready PORT`, and ends when its standard input does."""

import os
import socket
import sys

import eventlet

eventlet.monkey_patch()

import eventlet.wsgi
from swift.common import utils
from swift.common.ring import RingBuilder
from swift.common.wsgi import SwiftHttpProtocol, loadapp

# What a machine has in its swift.conf; the tests bring their own.
utils.HASH_PATH_PREFIX = b"resetlab"
utils.HASH_PATH_SUFFIX = b"resetlab"

BACKENDS = ("account", "container", "object")

PROXY = """
[DEFAULT]
swift_dir = {directory}
[pipeline:main]
pipeline = catch_errors gatekeeper s3api tempauth bulk slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:s3api]
use = egg:swift#s3api
location = {region}
s3_acl = true
max_bucket_listing = {page}
[filter:tempauth]
use = egg:swift#tempauth
user_test_owner = owner-secret .admin
user_test_guest = guest-secret
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
"""

BACKEND = """
[DEFAULT]
swift_dir = {directory}
devices = {directory}
mount_check = false
disable_fallocate = true
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""


class Cache:
    """In the place of memcached: tempauth wants one, and has nothing to keep for requests of S3."""

    def get(self, key, *_, **__):
        return None

    def set(self, key, value, *_, **__):
        pass

    def delete(self, key, *_, **__):
        pass


def with_cache(app):
    def cached(environ, start_response):
        environ["swift.cache"] = Cache()
        return app(environ, start_response)

    return cached


def listener():
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    return listening


def write_ring(directory, kind, port):
    builder = RingBuilder(2, 1, 0)
    builder.add_dev(dict(id=0, region=1, zone=1, weight=1, ip="127.0.0.1", port=port, device="disk"))
    builder.rebalance()
    builder.get_ring().save(os.path.join(directory, kind + ".ring.gz"))


def serve(directory, name, conf, listening):
    path = os.path.join(directory, name + ".conf")
    with open(path, "w") as file:
        file.write(conf)
    app = with_cache(loadapp(path))
    quiet = open(os.devnull, "w")
    eventlet.spawn(eventlet.wsgi.server, listening, app, log=quiet, protocol=SwiftHttpProtocol)


def main(directory, region, page):
    os.makedirs(os.path.join(directory, "disk"))
    for kind in BACKENDS:
        listening = listener()
        write_ring(directory, kind, listening.getsockname()[1])
        serve(directory, kind, BACKEND.format(directory=directory, kind=kind), listening)
    listening = listener()
    serve(directory, "proxy", PROXY.format(directory=directory, region=region, page=page), listening)
    print("ready", listening.getsockname()[1], flush=True)
    eventlet.hubs.trampoline(sys.stdin.fileno(), read=True)


main(*sys.argv[1:])
