/** The most frames of an animation that are written: two minutes at 25 a second. */
export const MAX_ANIMATION_FRAMES = 3_000;

/** The most pixels of an animation, all frames that are needed together: 16 minutes of decoding at 1 megapixel a millisecond, if it were so slow. */
export const MAX_ANIMATION_PIXELS = 2_000_000_000;

/** The most bytes that an animation's PNGs may take in the scratch folder. */
export const MAX_ANIMATION_BYTES = 2 * 1024 ** 3;

/** So many bytes of decoded frames of an animation are held at a time. */
export const ANIMATION_CHUNK_BYTES = 128 * 1024 ** 2;
