import type { VisualClip } from '../../../composition/composition.js';
import { type Rational, timeUsOf } from '../../../composition/frame-grid.js';
import { INPUT_GUARDS } from '../../limits.js';
import type { VisualDetails } from '../../probe/media-details.js';
import { fitted, SCALER } from '../fit.js';
import { framingOf } from '../framing.js';
import type { ShownClip } from '../section.js';
import { FIRST_FRAMES_FILTERS, firstFrames, repeatFrame, type Stage } from '../stage.js';
import type { AssetDefinition } from './asset-definition.js';
import { OPEN_FILTERS, openVideo, standingSinceUs } from './open-video.js';

/** Repeats of the last frame that make up for rounding between two frame rates. They must never hide that an input is too short. */
const ROUNDING_FRAMES = 2;

/** How long the last frame of a file is held for a clip that stands still. */
const LAST_FRAME_US = 1_000_000;

/** Each clip of a video is an input of its own. */
export const video: AssetDefinition = {
  filters: [...OPEN_FILTERS, ...FIRST_FRAMES_FILTERS, 'bwdif', 'loop', 'reverse', 'tpad'],
  chains: (clips, stage) =>
    clips.flatMap(({ shown, name, filters, pad }) => {
      const { clip, frames } = shown;
      const cut = clip.frozen ? [repeatFrame(stage.rate), `trim=end_frame=${frames}`] : [firstFrames(frames)];
      const end = `${[...cut, ...filters].join(',')}[${pad}]`;
      return clip.frozen ? frozenChains(shown, name, end, stage) : playedChains(shown, name, end, stage);
    }),
  open(shown, name, stage) {
    const pad = `${name}f`;
    const chains = shown.clip.frozen
      ? frozenChains(shown, name, `null[${pad}]`, stage)
      : playedChains(shown, name, `${firstFrames(shown.frames)}[${pad}]`, stage);
    return { chains, pad, moving: !shown.clip.frozen };
  },
};

function playedChains(shown: ShownClip, name: string, end: string, stage: Stage): string[] {
  const { clip } = shown;
  if (clip.backwardsFrom !== undefined) return backwardsChains(shown, clip.backwardsFrom, { name, end, stage });
  const { rate } = stage;
  const { details, filters, toRate } = opened(shown, stage);
  const faster = outputFramesEach(clip, details, rate) < 1;
  // Scale as few frames as possible: drop before scaling, repeat after it.
  const source = `${filters}${faster ? `,${toRate}` : ''}`;
  const repeats = repeatsOf(clip, details, rate);
  const options = { name, framing: framingOf(clip), details, moving: true, toRate: faster ? [] : [toRate] };
  const resized = stage.resized.has(clip.asset.uri);
  return fitted(source, `tpad=stop_mode=clone:stop=${repeats},${end}`, { ...options, resized }, stage);
}

/** How often each frame of the file is shown. */
function outputFramesEach({ speed }: VisualClip, { frameRate }: VisualDetails, rate: Rational): number {
  return frameRate === null ? 1 : (rate.num * frameRate.den) / (rate.den * frameRate.num * speed);
}

/** How often the last frame is repeated at most. */
function repeatsOf(clip: VisualClip, details: VisualDetails, rate: Rational): number {
  // Played more slowly, the last frame is there for longer than the file says; and in some files it stands for longer than its packet says.
  const lastUs = (details.uneven?.lastFrameUs ?? 0) / clip.speed;
  const slower = clip.speed < 1 ? Math.ceil(outputFramesEach(clip, details, rate)) : 0;
  return ROUNDING_FRAMES + slower + Math.ceil(lastUs / timeUsOf(1, rate));
}

/** Frames that are shown from the last to the first: all that the section shows, turned around in memory. `planSections` keeps them few. */
function backwardsChains(
  shown: ShownClip,
  wholeFrames: number,
  { name, end, stage }: { readonly name: string; readonly end: string; readonly stage: Stage },
): string[] {
  const { clip, frames } = shown;
  const { rate } = stage;
  const forwards = { ...shown, fromFrame: wholeFrames - shown.fromFrame - frames };
  const { details, filters, toRate } = opened(forwards, stage);
  // What is turned around has frames of one size.
  const same = stage.resized.has(clip.asset.uri)
    ? [`scale=w=${details.width}:h=${details.height}:eval=frame:${SCALER}`]
    : [];
  const held = `tpad=stop_mode=clone:stop=${repeatsOf(clip, details, rate)}`;
  const source = [filters, ...same, toRate, held, firstFrames(frames), 'reverse'].join(',');
  const options = { name, framing: framingOf(clip), details, moving: true, toRate: [], resized: false };
  return fitted(source, `tpad=stop_mode=clone:stop=${ROUNDING_FRAMES},${end}`, options, stage);
}

/** The frame that stands at the clip's `trimStartUs`, whichever part of the clip is shown. */
function frozenChains({ clip, startFrame }: ShownClip, name: string, end: string, stage: Stage): string[] {
  const { details: found } = stage.visual(clip.asset.uri);
  const still = { ...clip, speed: 1, trimStartUs: standingSinceUs(clip, found) };
  const { details, filters, toRate } = opened({ clip: still, fromFrame: 0, frames: 1, startFrame }, stage);
  // The file may end with the frame, or before the time at which it ends by its own account.
  const standsUs = LAST_FRAME_US + (details.uneven?.lastFrameUs ?? 0);
  const held = `tpad=stop_mode=clone:stop_duration=${standsUs}us`;
  // `reverse` gives its one frame once the input has ended; `loop` would leave that open, and its end would close it.
  const source = `${filters},${held},${toRate},${firstFrames(1)},reverse,settb=1/1000,setpts=0`;
  const options = { name, framing: framingOf(clip), details, moving: false, toRate: [], resized: false };
  return fitted(source, end, options, stage);
}

/**
 * Of a decoder. Threads that decode frames side by side pass them on before their damage is known: ffmpeg 5.1.9 lost the report of a damaged frame of H.264 in 4 of 25 runs on a busy machine (November 2026),
 * and the warning with it. Each would hold frames of its own, too, and other sections keep the cores busy.
 */
const ONE_THREAD = ['-threads', '1'];

/** Adds the clip to the inputs. `filters`: from its pad on, its frames at their times. */
function opened(shown: ShownClip, { visual, inputs, rate }: Stage) {
  const { asset } = shown.clip;
  const { file, details } = visual(asset.uri);
  const { options, times, toRate, decodedUs } = openVideo(shown, details, rate);
  const input = inputs.add({
    file,
    // A size that changes on the way must not rebuild the whole graph, which would begin to count anew.
    options: [...INPUT_GUARDS, '-reinit_filter', '0', ...alphaDecoder(details), ...options, ...ONE_THREAD],
    uri: asset.uri,
    field: asset.field,
    frames: Math.ceil(decodedUs / timeUsOf(1, details.frameRate ?? rate)),
    pixels: details.width * details.height,
  });
  // After the times: it halves the unit of them.
  const progressive = details.interlaced ? ['bwdif=mode=send_frame:deint=interlaced'] : [];
  return { details, toRate, filters: `[${input}:${details.streamIndex}]${[...times, ...progressive].join(',')}` };
}

/** ffmpeg's own decoders of VP8 and VP9 drop the alpha channel. */
function alphaDecoder(details: VisualDetails): string[] {
  if (!details.hasAlpha) return [];
  if (details.codec === 'vp9') return ['-c:v', 'libvpx-vp9'];
  return details.codec === 'vp8' ? ['-c:v', 'libvpx'] : [];
}
