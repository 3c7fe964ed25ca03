import { S3Client } from '@aws-sdk/client-s3';
import { S3Error, troubleIn } from './trouble.ts';

/** A client of one S3-compatible store, and what the store is called in a message. */
export interface Connection {
  readonly client: S3Client;
  readonly endpoint: string;
}

const CONNECT_MS = 5000;
const ANSWER_MS = 30_000;
/** What other clients take where nobody says otherwise; AWS itself names the right one. */
const REGION = 'us-east-1';

/** To the store that the environment and the files in ~/.aws name, as whoever they say. */
export const connect = async (): Promise<Connection | S3Error> => {
  // That it has newer versions for newer Nodes is no message for whoever reads captures.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const configured = new S3Client({});
  const region = await configured.config.region().catch(() => REGION);
  const endpoint = await configured.config.serviceConfiguredEndpoint?.().catch(() => undefined);
  configured.destroy();
  const shown = endpoint === undefined ? 'S3' : addressOf(endpoint);
  if (shown === undefined) {
    return new S3Error('refused', 'AWS_ENDPOINT_URL is no address: https://host[:port]');
  }
  const client = new S3Client({
    region,
    followRegionRedirects: true,
    // Few stores other than AWS's have a host name for every bucket.
    forcePathStyle: endpoint !== undefined,
    // Not every store has the checksums that are sent and asked for by default; we hash ourselves.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: ANSWER_MS,
      throwOnRequestTimeout: true,
    },
  });
  return { client, endpoint: shown };
};

/** Without user and password; undefined where it is no address. */
const addressOf = (endpoint: string): string | undefined => {
  if (!URL.canParse(endpoint)) return undefined;
  const { protocol, host } = new URL(endpoint);
  return /^https?:$/.test(protocol) ? `${protocol}//${host}` : undefined;
};

/** What comes of a request, its trouble as a value. */
export const answered = async <Answer>(
  { endpoint }: Connection,
  request: Promise<Answer>,
): Promise<Answer | S3Error> => {
  try {
    return await request;
  } catch (error) {
    return troubleIn(error, endpoint);
  }
};
