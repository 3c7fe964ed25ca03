import { CURL } from './curl.ts';
import { DATABASES } from './databases.ts';
import type { ErrorText } from './entry.ts';
import { GO } from './go.ts';
import { JAVA } from './java.ts';
import { NODE } from './node.ts';
import { OS } from './os.ts';
import { PROXIES } from './proxies.ts';
import { PYTHON } from './python.ts';
import { RUST } from './rust.ts';
import { TLS_AND_SSH } from './tls-and-ssh.ts';
import { UNDICI } from './undici.ts';

/** Every wording that is known, runtimes before the operating system's own words. */
export const ERROR_TEXTS: readonly ErrorText[] = [
  ...NODE,
  ...UNDICI,
  ...GO,
  ...JAVA,
  ...PYTHON,
  ...RUST,
  ...PROXIES,
  ...CURL,
  ...DATABASES,
  ...TLS_AND_SSH,
  ...OS,
];
