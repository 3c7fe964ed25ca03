/** The store would not take or give what it must; the message says why, for a person. */
export class StoreError extends Error {}

/** Redis is not to be had; the message says why, for a person. */
export class RedisError extends Error {}

/** The query cannot be answered; the message is the database's own. */
export class QueryError extends Error {}
