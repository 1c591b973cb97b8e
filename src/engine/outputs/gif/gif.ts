import type { OutputFormat } from '../../../composition/output-spec.js';
import { SAME_BYTES } from '../codecs/containers.js';
import { FINISH_FILTERS, UNTOUCHED } from '../codecs/video.js';
import type { OutputProfile, PlannedContent } from '../output-profile.js';
import { verifyMedia } from '../checks/verify-media.js';

/** More frames make a GIF large, and few viewers show them. */
const FRAMES_PER_SECOND = 15;

/** From BT.709 to the RGB of a palette: left to itself ffmpeg takes another matrix. */
const TO_RGB = 'scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd+full_chroma_int,format=rgb24';

const verify = verifyMedia({
  contentType: 'image/gif',
  video: { codec: 'gif', tag: null },
  audio: null,
  slackUs: 10_000,
});

/** An animation with a palette of all of its frames, which are rendered into a file first: a filter that waits for the last would hold them in memory. */
export function gifProfile({ playOnce }: Extract<OutputFormat, { kind: 'gif' }>): OutputProfile {
  return {
    name: 'gif',
    filters: [...FINISH_FILTERS, 'framestep', 'palettegen', 'paletteuse', 'scale'],
    video: UNTOUCHED,
    audio: null,
    containerOptions: [...SAME_BYTES, '-loop', playOnce ? '-1' : '0', '-f', 'gif'],
    packaging: null,
    subtitleCoding: null,
    alphaDecoder: null,
    conversion: (plan) => ({
      graph: [
        `[0:v]framestep=${stepOf(plan)},${TO_RGB},palettegen=stats_mode=full[palette]`,
        `[1:v]framestep=${stepOf(plan)},${TO_RGB}[frames]`,
        '[frames][palette]paletteuse=dither=sierra2_4a[video]',
      ].join(';'),
      options: ['-c:v', 'gif'],
    }),
    verify: (context, file, plan) => verify(context, file, thinned(plan)),
  };
}

/** The frames that are shown. */
function thinned(plan: PlannedContent): PlannedContent {
  const step = stepOf(plan);
  const { num, den } = plan.frameRate;
  return { ...plan, frames: Math.ceil(plan.frames / step), frameRate: { num, den: den * step } };
}

/** Every how many frames of the video one is shown. */
function stepOf({ frameRate: { num, den } }: PlannedContent): number {
  return Math.max(1, Math.round(num / den / FRAMES_PER_SECOND));
}
