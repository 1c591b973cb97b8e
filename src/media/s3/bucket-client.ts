import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { BucketAccess, BucketCredentials } from './bucket-destination.js';

/** How long a service may take to connect, and no byte go either way. */
export interface BucketTimeouts {
  readonly connectMs: number;
  readonly idleMs: number;
}

/** Makes clients, one for each access as the operator has it: a changed one has a client of its own. */
export function createBucketClients(timeouts: BucketTimeouts): (access: BucketAccess) => S3Client {
  const clients = new WeakMap<BucketAccess, S3Client>();
  return (access) => {
    const client = clients.get(access) ?? createBucketClient(access, timeouts);
    clients.set(access, client);
    return client;
  };
}

/** Makes the client of a service. */
export function createBucketClient(access: BucketAccess, timeouts: BucketTimeouts): S3Client {
  const { endpoint, region, credentials } = access;
  // Services beside AWS have no regions, but a signature names one.
  const named = region ?? (endpoint === null ? null : 'us-east-1');
  return new S3Client({
    ...reaching(access, timeouts),
    ...(named === null ? {} : { region: named }),
    ...credentialsOf(credentials),
    // More tries are the worker's, which asks for its lease before each.
    maxAttempts: 2,
  });
}

/** How any client reaches its service. */
export function reaching(
  { endpoint, pathStyle }: Pick<BucketAccess, 'endpoint' | 'pathStyle'>,
  { connectMs, idleMs }: BucketTimeouts,
): S3ClientConfig {
  return {
    forcePathStyle: pathStyle,
    ...(endpoint === null ? {} : { endpoint }),
    // The checksum is Content-MD5: others than AWS do not all know those that the SDK would add.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: connectMs, socketTimeout: idleMs },
  };
}

function credentialsOf(given: BucketCredentials) {
  switch (given.from) {
    case 'chain':
      return {};
    case 'profile':
      return { profile: given.profile };
    case 'env':
      return { credentials: () => Promise.resolve(fromEnvironment(given)) };
  }
}

/** The names of the variables are the operator's, and are told. */
export class MissingCredentialsError extends Error {
  override readonly name = 'CredentialsProviderError';
}

function fromEnvironment({ accessKeyId, secretAccessKey, sessionToken }: Extract<BucketCredentials, { from: 'env' }>) {
  const read = (name: string): string => {
    const value = process.env[name];
    if (value === undefined || value === '') throw new MissingCredentialsError(`the variable ${name} is not set`);
    return value;
  };
  return {
    accessKeyId: read(accessKeyId),
    secretAccessKey: read(secretAccessKey),
    ...(sessionToken === null ? {} : { sessionToken: read(sessionToken) }),
  };
}
