import { vi } from 'vitest';
import { type Connection, connect } from '../../src/fleet/machine/s3/connection.ts';
import { S3Error } from '../../src/fleet/machine/s3/trouble.ts';

/** Nothing of this machine's own settings, whatever they are. */
export const NOTHING = {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
  AWS_REGION: undefined,
  AWS_DEFAULT_REGION: undefined,
  AWS_ENDPOINT_URL: undefined,
  AWS_ENDPOINT_URL_S3: undefined,
  AWS_CONFIG_FILE: '/nonexistent/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
  AWS_ROLE_ARN: undefined,
  AWS_WEB_IDENTITY_TOKEN_FILE: undefined,
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: undefined,
  AWS_CONTAINER_CREDENTIALS_FULL_URI: undefined,
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** The environment as if somebody had set this and nothing else for AWS. */
export const environment = (settings: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries({ ...NOTHING, ...settings })) vi.stubEnv(name, value);
};

export interface Who {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export const settingsFor = (port: number, { accessKeyId, secretAccessKey }: Who) => ({
  AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
});

/** A connection as these settings of the environment give it. */
export const connectedBy = async (
  settings: Readonly<Record<string, string>>,
): Promise<Connection> => {
  environment(settings);
  const connection = await connect();
  if (connection instanceof S3Error) throw connection;
  return connection;
};
