/** The limits of a number; a number beyond them is brought to the nearer one, with a warning. */
export interface Limits {
  readonly min: number;
  readonly max: number;
}
