import { stepExpression } from '../../wildcards.ts';

/** An object of a bucket, or a pattern of keys in it. */
export interface S3Address {
  readonly bucket: string;
  readonly key: string;
}

/** Which keys a pattern means, and what has to be listed to find them. */
export interface KeyPattern {
  /** All that match begin so. */
  readonly prefix: string;
  /** Whether they all lie in one folder, so that what lies deeper need not be listed. */
  readonly isFlat: boolean;
  matches(key: string): boolean;
}

/** Whether a word means objects of a bucket, well written or not. */
export const isS3 = (word: string): boolean => /^s3:/i.test(word);

/**
 * `s3://bucket/key`, the key as it is, without escapes; undefined where it is none. An ARN in the
 * place of a bucket is none either: it would name another host.
 */
export const s3AddressIn = (word: string): S3Address | undefined => {
  const [, bucket, key] = /^s3:\/\/([a-z\d][\w.-]*)\/(.+)$/is.exec(word) ?? [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
};

export const s3Path = ({ bucket, key }: S3Address): string => `s3://${bucket}/${key}`;

/** As in a path. */
export const keyPattern = (pattern: string): KeyPattern => {
  const [literal] = /^[^*?]*/.exec(pattern)!;
  const expression = new RegExp(`^${pattern.split('/').map(stepExpression).join('/')}$`, 'su');
  return {
    prefix: literal,
    isFlat: !pattern.slice(literal.length).includes('/'),
    matches: (key) => expression.test(key),
  };
};
