import type { SigningSecret } from '../signing-secret.js';
import type { ApiKeyQuery } from './api-key-store.js';

/** The secrets that sign deliveries. Methods reject as those of `TaskStore`. */
export interface SigningSecretStore {
  /** Keeps a new secret. It survives a crash once this has resolved. */
  putSigningSecret(secret: SigningSecret): Promise<void>;

  /** The newest acknowledged state of a secret, or null. */
  getSigningSecret(id: string): Promise<SigningSecret | null>;

  /** Secrets by their ids, lowest first; also those that are revoked. */
  signingSecrets(query: ApiKeyQuery): Promise<readonly SigningSecret[]>;

  /** Revokes a secret and erases its text; the first time stays. @returns it as it is then; null: there is none. */
  revokeSigningSecret(id: string, timeMs: number): Promise<SigningSecret | null>;
}
