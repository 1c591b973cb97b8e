import { timeUsOf } from '../../../composition/frame-grid.js';
import { INPUT_GUARDS } from '../../limits.js';
import type { VisualDetails } from '../../probe/media-details.js';
import { fitted } from '../fit.js';
import type { Stage } from '../stage.js';
import type { AssetDefinition, StagedClip } from './asset-definition.js';
import { OPEN_FILTERS, openVideo } from './open-video.js';

/** Repeats of the last frame that make up for rounding between two frame rates. They must never hide that an input is too short. */
const ROUNDING_FRAMES = 2;

/** Each clip of a video is an input of its own. */
export const video: AssetDefinition = {
  filters: [...OPEN_FILTERS, 'bwdif', 'tpad'],
  chains: (clips, stage) => clips.flatMap((staged) => chainsOf(staged, stage)),
};

function chainsOf({ shown, name, end }: StagedClip, stage: Stage): string[] {
  const { clip } = shown;
  const { file, details } = stage.visual(clip.asset.uri);
  const { rate } = stage;
  const { options, times, toRate, decodedUs } = openVideo(shown, details, rate);
  const input = stage.inputs.add({
    file,
    // A size that changes on the way must not rebuild the whole graph, which would begin to count anew.
    options: [...INPUT_GUARDS, '-reinit_filter', '0', ...alphaDecoder(details), ...options],
    uri: clip.asset.uri,
    field: clip.asset.field,
    frames: Math.ceil(decodedUs / timeUsOf(1, details.frameRate ?? rate)),
    pixels: details.width * details.height,
  });
  const outputFramesEach =
    details.frameRate === null
      ? 1
      : (rate.num * details.frameRate.den) / (rate.den * details.frameRate.num * clip.speed);
  const faster = outputFramesEach < 1;
  // After the times: it halves the unit of them.
  const progressive = details.interlaced ? ['bwdif=mode=send_frame:deint=interlaced'] : [];
  // Scale as few frames as possible: drop before scaling, repeat after it.
  const source = `[${input}:${details.streamIndex}]${[...times, ...progressive, ...(faster ? [toRate] : [])].join(',')}`;
  // Played more slowly, the last frame is there for longer than the file says; and in some files it stands for longer than its packet says.
  const lastUs = (details.uneven?.lastFrameUs ?? 0) / clip.speed;
  const repeats =
    ROUNDING_FRAMES + (clip.speed < 1 ? Math.ceil(outputFramesEach) : 0) + Math.ceil(lastUs / timeUsOf(1, rate));
  return fitted(
    source,
    `tpad=stop_mode=clone:stop=${repeats},${end}`,
    {
      name,
      fit: clip.fit,
      details,
      moving: true,
      toRate: faster ? [] : [toRate],
      resized: stage.resized.has(clip.asset.uri),
    },
    stage,
  );
}

/** ffmpeg's own decoders of VP8 and VP9 drop the alpha channel. */
function alphaDecoder(details: VisualDetails): string[] {
  if (!details.hasAlpha) return [];
  if (details.codec === 'vp9') return ['-c:v', 'libvpx-vp9'];
  return details.codec === 'vp8' ? ['-c:v', 'libvpx'] : [];
}
