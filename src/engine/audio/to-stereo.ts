import { SAMPLE_RATE } from '../../composition/composition.js';

/** Filters of `TO_STEREO`. */
export const TO_STEREO_FILTERS = ['aformat', 'aresample', 'pan'];

/**
 * Any audio as 48 kHz stereo in floating point, at these levels (measured in ffmpeg 5.1 and 9.0; ITU-R BS.775 for 5.1):
 *
 * | from | left |
 * |---|---|
 * | mono | the channel as it is |
 * | stereo | left as it is |
 * | 5.1 | left + 0.707 centre + 0.707 left surround; no low frequencies |
 * | 7.1 | left + 0.707 centre + 0.707 left side + 0.707 left back; no low frequencies |
 *
 * A channel behind the listener (4.0, 6.1) goes to both sides at 0.5. The sum is not made quieter: a loud 5.1 mix comes out above full scale, by up to
 * 7.7 dB, which floating point holds and the limiter of the finished mix takes back.
 *
 * ffmpeg builds these filters anew whenever the file changes its format on the way, so none of them may depend on the format at its beginning, nor count
 * from it. Mono is why there is a `pan`: the mixer's own way from mono to stereo makes it quieter by 3 dB. Only mono has a centre there.
 */
export const TO_STEREO = [
  // In this order: ffmpeg 5.1 finds no way from 5.1 when the layouts come first.
  `aresample=${SAMPLE_RATE}`,
  'aformat=sample_fmts=fltp:channel_layouts=mono|stereo',
  'pan=stereo|FL=FL+FC|FR=FR+FC',
].join(',');
