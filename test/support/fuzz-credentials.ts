import fc from 'fast-check';

/** The credentials of a call: none, those of a tenant, wrong ones, or any text. */
export interface FuzzedCredentials {
  readonly kind: 'none' | 'valid' | 'wrong' | 'odd';
  readonly odd: string;
}

export const fuzzedCredentials: fc.Arbitrary<FuzzedCredentials> = fc.record({
  kind: fc.constantFrom('none', 'valid', 'wrong', 'odd'),
  odd: fc.string({ maxLength: 200 }).map((text) => text.replace(/[^\x21-\x7e]/g, '')),
});

/** As the value of `authorization`; empty: none. */
export function authorizationOf({ kind, odd }: FuzzedCredentials, key: string): string {
  switch (kind) {
    case 'none':
      return '';
    case 'valid':
      return `Bearer ${key}`;
    case 'wrong':
      return 'Bearer ck_0123456789abcdef_wrong';
    case 'odd':
      return odd;
  }
}
