/** A rule that a parser has about a field of a request, beyond its type. */
export type FieldRule =
  | {
      readonly kind: 'number';
      readonly min: number;
      readonly max: number;
      /** Whether 0 stands for the default although it is outside of the limits. */
      readonly zero?: true;
      readonly multipleOf?: number;
    }
  /** A whole number of 64 bits that is not negative. */
  | { readonly kind: 'cursor' }
  | { readonly kind: 'duration'; readonly minUs: number; readonly maxUs: number }
  | {
      readonly kind: 'text';
      readonly pattern?: RegExp;
      readonly min?: number;
      readonly max?: number;
      /** Whether the empty text stands for the default. */
      readonly empty?: true;
    }
  | { readonly kind: 'choice'; readonly of: readonly string[] }
  /** A list of such texts. */
  | { readonly kind: 'choices'; readonly of: readonly string[]; readonly min: number }
  | { readonly kind: 'list'; readonly min: number; readonly max: number }
  | { readonly kind: 'map'; readonly max: number; readonly key: RegExp; readonly maxValue: number };
