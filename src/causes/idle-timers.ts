/**
 * How long well-known programs and services keep a connection on which nothing happens, by their own
 * documentation; and where to change it.
 */

/** One limit on idleness. */
export interface IdleTimer {
  /** Seconds, unless somebody changed it; `Infinity`: none; undefined: there is no default. */
  readonly seconds?: number;
  /** How it is set to so many seconds, in the product's own words; undefined: it cannot be. */
  readonly set?: (seconds: number) => string;
}

/** A program that ends connections of its own on both sides, or on one. */
export interface Hop {
  readonly kind: 'hop';
  readonly name: string;
  /** Towards the client: after how much idleness it closes a connection it has accepted. */
  readonly downstream?: IdleTimer;
  /** Towards the server: how long it keeps an idle connection in its pool, and may use it again. */
  readonly upstream?: IdleTimer;
}

/** A device that connections pass through, and that forgets the idle ones. */
export interface Passage {
  readonly kind: 'passage';
  readonly name: string;
  readonly idle: IdleTimer;
}

const server = (name: string, seconds: number, set?: (seconds: number) => string): Hop => ({
  kind: 'hop',
  name,
  downstream: { seconds, ...(set && { set }) },
});

const client = (name: string, seconds: number, set?: (seconds: number) => string): Hop => ({
  kind: 'hop',
  name,
  upstream: { seconds, ...(set && { set }) },
});

const passage = (name: string, seconds: number, set?: (seconds: number) => string): Passage => ({
  kind: 'passage',
  name,
  idle: { seconds, ...(set && { set }) },
});

const never = Number.POSITIVE_INFINITY;
const minutes = (seconds: number): number => Math.ceil(seconds / 60);

/** By the names they are given on the command line. */
export const IDLE_TIMERS: Readonly<Record<string, Hop | Passage>> = {
  // Anything of one's own.
  client: { kind: 'hop', name: 'the client', upstream: {} },
  proxy: { kind: 'hop', name: 'the proxy', downstream: {}, upstream: {} },
  server: { kind: 'hop', name: 'the server', downstream: {} },
  firewall: { kind: 'passage', name: 'the firewall', idle: {} },

  // Clients and their pools.
  'node-agent': client(
    'Node http.Agent',
    5,
    (s) => `new http.Agent({ keepAlive: true, timeout: ${s * 1000} })`,
  ),
  undici: client('undici (fetch)', 4, (s) => `new Agent({ keepAliveTimeout: ${s * 1000} })`),
  agentkeepalive: client('agentkeepalive', 4, (s) => `freeSocketTimeout: ${s * 1000}`),
  'go-client': client(
    'Go http.Transport',
    90,
    (s) => `http.Transport{IdleConnTimeout: ${s} * time.Second}`,
  ),
  'java-httpclient': client(
    'Java HttpClient',
    30,
    (s) => `-Djdk.httpclient.keepalive.timeout=${s}`,
  ),
  okhttp: client('OkHttp', 300, (s) => `ConnectionPool(5, ${s}, TimeUnit.SECONDS)`),
  httpx: client('httpx', 5, (s) => `httpx.Limits(keepalive_expiry=${s})`),
  'aiohttp-client': client('aiohttp client', 15, (s) => `TCPConnector(keepalive_timeout=${s})`),
  requests: client('Python requests', never),
  reqwest: client('reqwest', 90, (s) => `pool_idle_timeout(Duration::from_secs(${s}))`),
  dotnet: client(
    '.NET HttpClient',
    60,
    (s) => `PooledConnectionIdleTimeout = TimeSpan.FromSeconds(${s})`,
  ),

  // Proxies and balancers that end connections.
  alb: {
    kind: 'hop',
    name: 'AWS ALB',
    downstream: { seconds: 60, set: (s) => `idle_timeout.timeout_seconds=${s}` },
    upstream: { seconds: 60, set: (s) => `idle_timeout.timeout_seconds=${s}` },
  },
  nginx: {
    kind: 'hop',
    name: 'nginx',
    downstream: { seconds: 75, set: (s) => `http { keepalive_timeout ${s}s; }` },
    upstream: { seconds: 60, set: (s) => `upstream … { keepalive_timeout ${s}s; }` },
  },
  envoy: {
    kind: 'hop',
    name: 'Envoy',
    downstream: {
      seconds: 3600,
      set: (s) => `http_connection_manager.common_http_protocol_options.idle_timeout: ${s}s`,
    },
    upstream: {
      seconds: 3600,
      set: (s) => `cluster: HttpProtocolOptions.common_http_protocol_options.idle_timeout: ${s}s`,
    },
  },
  istio: {
    kind: 'hop',
    name: 'Istio',
    downstream: { seconds: 3600, set: (s) => `EnvoyFilter: idle_timeout: ${s}s` },
    upstream: {
      seconds: 3600,
      set: (s) => `DestinationRule: connectionPool.http.idleTimeout: ${s}s`,
    },
  },
  haproxy: {
    kind: 'hop',
    name: 'HAProxy',
    downstream: { set: (s) => `timeout http-keep-alive ${s}s` },
    upstream: { set: (s) => `pool-purge-delay ${s}s (or http-reuse never)` },
  },
  traefik: {
    kind: 'hop',
    name: 'Traefik',
    downstream: {
      seconds: 180,
      set: (s) => `entryPoints.web.transport.respondingTimeouts.idleTimeout: ${s}s`,
    },
    upstream: {
      seconds: 90,
      set: (s) => `serversTransport.forwardingTimeouts.idleConnTimeout: ${s}s`,
    },
  },
  caddy: {
    kind: 'hop',
    name: 'Caddy',
    downstream: { seconds: 300, set: (s) => `servers { timeouts { idle ${s}s } }` },
    upstream: { seconds: 120, set: (s) => `reverse_proxy { transport http { keepalive ${s}s } }` },
  },
  'gcp-lb': {
    kind: 'hop',
    name: 'Google Cloud load balancer',
    downstream: { seconds: 610, set: (s) => `--http-keep-alive-timeout-sec=${s}` },
    upstream: { seconds: 600 },
  },
  cloudfront: {
    kind: 'hop',
    name: 'CloudFront',
    upstream: { seconds: 5, set: (s) => `OriginKeepaliveTimeout: ${s}` },
  },
  cloudflare: { kind: 'hop', name: 'Cloudflare', downstream: { seconds: 400 } },
  pgbouncer: {
    kind: 'hop',
    name: 'PgBouncer',
    downstream: { seconds: never, set: (s) => `client_idle_timeout = ${s}` },
    upstream: { seconds: 600, set: (s) => `server_idle_timeout = ${s}` },
  },

  // Servers.
  node: server(
    'Node http.Server',
    5,
    (s) => `server.keepAliveTimeout = ${s * 1000}; server.headersTimeout = ${(s + 1) * 1000}`,
  ),
  bun: server('Bun.serve', 10, (s) => `Bun.serve({ idleTimeout: ${s} })`),
  'go-server': server(
    'Go http.Server',
    never,
    (s) => `http.Server{IdleTimeout: ${s} * time.Second}`,
  ),
  gunicorn: server('gunicorn', 2, (s) => `--keep-alive ${s}`),
  uvicorn: server('uvicorn', 5, (s) => `--timeout-keep-alive ${s}`),
  hypercorn: server('Hypercorn', 5, (s) => `--keep-alive ${s}`),
  'aiohttp-server': server('aiohttp server', 75, (s) => `web.run_app(app, keepalive_timeout=${s})`),
  apache: server('Apache httpd', 5, (s) => `KeepAliveTimeout ${s}`),
  tomcat: server('Tomcat', 20, (s) => `<Connector keepAliveTimeout="${s * 1000}">`),
  jetty: server('Jetty', 30, (s) => `http.setIdleTimeout(${s * 1000})`),
  kestrel: server(
    'Kestrel',
    130,
    (s) => `options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(${s})`,
  ),
  iis: server('IIS', 120, (s) => `<limits connectionTimeout> of ${s} seconds`),
  mysql: server('MySQL', 28_800, (s) => `wait_timeout = ${s}`),
  postgres: server('PostgreSQL', never, (s) => `idle_session_timeout = ${s}s`),
  redis: server('Redis', never, (s) => `timeout ${s}`),
  'azure-redis': server('Azure Cache for Redis', 600),

  // What connections pass through.
  nlb: passage('AWS NLB', 350, (s) => `tcp.idle_timeout.seconds=${s}`),
  'aws-nat': passage('AWS NAT gateway', 350),
  'azure-lb': passage(
    'Azure load balancer',
    240,
    (s) => `idle_timeout_in_minutes = ${minutes(s)} (and enable_tcp_reset = true)`,
  ),
  'azure-nat': passage('Azure NAT gateway', 240, (s) => `idle_timeout_in_minutes = ${minutes(s)}`),
  'gcp-vpc': passage('Google Cloud VPC', 600),
  ipvs: passage('IPVS (kube-proxy, Docker swarm)', 900, (s) => `ipvsadm --set ${s} 120 300`),
  conntrack: passage(
    'Linux conntrack',
    432_000,
    (s) => `net.netfilter.nf_conntrack_tcp_timeout_established = ${s}`,
  ),
};
