/** Random secrets that every process on the store shares. */
export interface SecretStore {
  /** A secret, as it was last replaced; at the first call for its name it is made, of 32 bytes. Rejects as the methods of `TaskStore`. */
  secret(name: string): Promise<Buffer>;
  /** Replaces `from` by `to` if the store still has `from`, else changes nothing. @returns whether the store now has `to`. */
  replaceSecret(name: string, from: Buffer, to: Buffer): Promise<boolean>;
}
