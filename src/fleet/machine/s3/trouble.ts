/**
 * - `changed`, `missing`: of the object itself, whoever asks.
 * - `refused`: somebody must mend something: credentials, rights, region, endpoint, certificate.
 * - `unreachable`: it may well go at another time.
 */
export type S3TroubleKind = 'changed' | 'missing' | 'refused' | 'unreachable';

/**
 * What stands between us and an object. The message says why, for a person. What the store answered
 * is not kept: it may repeat the key and the signature, and would show where an error is printed.
 */
export class S3Error extends Error {
  readonly kind: S3TroubleKind;

  constructor(kind: S3TroubleKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** What the library throws: an answer of the store, or an error of the machine's. */
interface Thrown {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly Region?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

type Row = readonly [pattern: RegExp, kind: S3TroubleKind, message: string];

export const CHANGED = 'has changed since it was submitted';

/** By the name that the store gives an error. */
const ANSWERS: readonly Row[] = [
  [/^PreconditionFailed$/, 'changed', CHANGED],
  [/^NoSuchBucket$/, 'missing', 'no such bucket'],
  [/^NoSuchKey$/, 'missing', 'no such object'],
  [/^InvalidObjectState$/, 'refused', 'the object is archived, and must be restored first'],
  [/^(?:AccessDenied|AllAccessDisabled|AccountProblem)$/, 'refused', 'access denied'],
  [/^InvalidAccessKeyId$/, 'refused', 'the access key is not known there'],
  [/^SignatureDoesNotMatch$/, 'refused', 'the access key or its secret is wrong'],
  [/^(?:ExpiredToken|TokenRefreshRequired)/, 'refused', 'the credentials have expired'],
  [/^InvalidToken$/, 'refused', 'the session token is wrong'],
  [/^RequestTimeTooSkewed$/, 'refused', 'its clock and the one here differ too much'],
  [/^(?:SlowDown|ServiceUnavailable|InternalError)$/, 'unreachable', 'overloaded or out of order'],
];

/** By the status, where an answer has no name: those to HEAD, and those of a proxy. */
const STATUSES: readonly Row[] = [
  [/^412$/, 'changed', CHANGED],
  [/^404$/, 'missing', 'no such object or bucket'],
  [/^40[13]$/, 'refused', 'access denied'],
  [/^(?:429|5..)$/, 'unreachable', 'overloaded or out of order'],
];

/** By the code of an error that came instead of an answer. */
const FAILURES: readonly Row[] = [
  [/^ECONNREFUSED$/, 'unreachable', 'connection refused'],
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, 'unreachable', 'no such host'],
  [/^(?:EHOSTUNREACH|ENETUNREACH)$/, 'unreachable', 'no way leads there'],
  [/^(?:ETIMEDOUT|TimeoutError)$/, 'unreachable', 'no answer'],
  [/^(?:ECONNRESET|EPIPE)$/, 'unreachable', 'the connection broke'],
  [/^EPROTO$/, 'refused', 'does not speak TLS as we do; is it http:// and not https://?'],
  [/^HPE_/, 'refused', 'does not speak HTTP; is it https:// and not http://?'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'refused', 'its certificate is of another host'],
  [/^CERT_HAS_EXPIRED$/, 'refused', 'its certificate has expired'],
  [
    /^(?:CERT_|ERR_TLS|ERR_SSL|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/,
    'refused',
    'its certificate is not trusted here; NODE_EXTRA_CA_CERTS names a file of further authorities',
  ],
];

const NO_CREDENTIALS =
  'no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE';
const SIGN_IN_AGAIN = 'the session has expired: sign in again with aws sso login';

/**
 * In words of our own, as a rule: what a store answers may repeat the key, or hold anything.
 * `endpoint` is who was asked, as it may be shown.
 */
export const troubleIn = (thrown: unknown, endpoint: string): S3Error => {
  if (thrown instanceof S3Error) return thrown;
  const error = (thrown ?? {}) as Thrown;
  const { name = '', code = name } = error;
  if (name === 'CredentialsProviderError') return credentialsTrouble(error);
  if (isOfRegion(error)) return regionTrouble(error);
  const status = String(error.$metadata?.httpStatusCode ?? '');
  const row = rowOf(ANSWERS, name) ?? rowOf(STATUSES, status) ?? rowOf(FAILURES, code);
  const [, kind, why] = row ?? ['', 'refused', `unexpected answer (${named(error)})`];
  const isOfObject = kind === 'changed' || kind === 'missing';
  return new S3Error(kind, isOfObject ? why : `${endpoint}: ${why}`);
};

const rowOf = (rows: readonly Row[], what: string): Row | undefined =>
  rows.find(([pattern]) => pattern.test(what));

const credentialsTrouble = (error: Thrown): S3Error => {
  const isSession = /sso login|SSO session/i.test(error.message ?? '');
  return new S3Error('refused', isSession ? SIGN_IN_AGAIN : NO_CREDENTIALS);
};

const isOfRegion = ({ name = '', $metadata }: Thrown): boolean =>
  /^(?:AuthorizationHeaderMalformed|PermanentRedirect|IllegalLocationConstraint)/.test(name) ||
  $metadata?.httpStatusCode === 301;

const regionTrouble = (error: Thrown): S3Error => {
  const told = error.Region ?? error.$response?.headers?.['x-amz-bucket-region'] ?? '';
  const region = /^[\w-]+$/.test(told) ? ` (${told})` : '';
  return new S3Error('refused', `the bucket is in another region${region}: set AWS_REGION`);
};

/** A name that can be looked up and that no terminal takes for anything else. */
const named = ({ name = '', code, $metadata }: Thrown): string => {
  const said = [code ?? name, $metadata?.httpStatusCode].filter((each) => each !== undefined);
  return said.join(' ').replace(/[^\w .-]/g, '');
};
