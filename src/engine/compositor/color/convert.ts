/** Every pixel gets colours of its own, rounded to the nearest value: without these, flat areas come out up to two steps darker with each conversion. */
const EXACT = 'flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp';

/** From RGB of full range to the output's colours. */
export const TO_BT709 = `scale=out_color_matrix=bt709:out_range=tv:${EXACT}`;

/** From the output's colours to RGB of full range; a format of RGB must follow. */
export const FROM_BT709 = `scale=in_color_matrix=bt709:in_range=tv:${EXACT}`;
