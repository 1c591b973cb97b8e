/** A secret that signs deliveries. It is stored as it is: nothing can be signed with its hash. */
export interface SigningSecret {
  /** 16 hexadecimal digits. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly tenant: string;
  /** `whsec_` and 32 random bytes in Base64, as Standard Webhooks has it; empty once it is revoked. */
  readonly text: string;
  readonly createTimeMs: number;
  /** Null: it is not revoked. */
  readonly revokeTimeMs: number | null;
}

/** Makes a secret. @param random at least 40 random bytes. */
export function newSigningSecret(
  { name, tenant }: Pick<SigningSecret, 'name' | 'tenant'>,
  { random, nowMs }: { readonly random: Uint8Array; readonly nowMs: number },
): SigningSecret {
  const bytes = Buffer.from(random);
  return {
    id: bytes.subarray(0, 8).toString('hex'),
    name,
    tenant,
    text: `whsec_${bytes.subarray(8, 40).toString('base64')}`,
    createTimeMs: nowMs,
    revokeTimeMs: null,
  };
}
