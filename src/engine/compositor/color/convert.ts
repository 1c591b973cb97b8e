/** Every pixel gets colours of its own, rounded to the nearest value: without these, flat areas come out up to two steps darker with each conversion. */
const EXACT = 'flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp';

/** From RGB of full range to the output's colours. */
export const TO_BT709 = `scale=out_color_matrix=bt709:out_range=tv:${EXACT}`;

/** Scales frames with alpha, by filters in a row: colours are multiplied by alpha meanwhile, so that edges take nothing of the hidden colours beside them. */
export function scaledWithAlpha(scaler: string): readonly string[] {
  const multiplied = [FROM_BT709, 'format=gbrap', 'premultiply=inplace=1', scaler, 'unpremultiply=inplace=1'];
  return [...multiplied, TO_BT709, 'format=yuva444p'];
}

/** Says that the pixels are square, and the colours the output's. */
export const TAGGED: readonly string[] = [
  'setsar=1',
  'setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709:field_mode=prog',
];

/** From the output's colours to RGB of full range; a format of RGB must follow. */
export const FROM_BT709 = `scale=in_color_matrix=bt709:in_range=tv:${EXACT}`;
