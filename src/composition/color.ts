/** Channels 0 to 255; alpha 255 is opaque. */
export interface Color {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

/** No colour at all. */
export const TRANSPARENT: Color = { r: 0, g: 0, b: 0, a: 0 };
