/** Random secrets that every process on the store shares. */
export interface SecretStore {
  /** A secret of 32 bytes, made at the first call for its name and the same ever after. Rejects as the methods of `TaskStore`. */
  secret(name: string): Promise<Buffer>;
}
