/** 8 bits each: grey, RGB, or RGB with alpha that is not multiplied in. Full range; sRGB. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  /** Row by row. */
  readonly data: Uint8Array;
}
