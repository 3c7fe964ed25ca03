import { ENVOY } from './envoy.ts';
import { HAPROXY } from './haproxy.ts';
import { NGINX } from './nginx.ts';

/** Proxies and balancers: each names what it met on the side it means. */
export const PROXIES = [...NGINX, ...ENVOY, ...HAPROXY];
