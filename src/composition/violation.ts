/** One thing wrong with a request. */
export interface Violation {
  /** Path of the field as a caller writes it: `spec.montage.materials[2].uri`. */
  readonly field: string;
  /** The fault and its remedy, for people; continues a sentence that begins with the field. */
  readonly description: string;
}
