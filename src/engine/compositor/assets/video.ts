import type { VisualClip } from '../../../composition/composition.js';
import { timeUsOf } from '../../../composition/frame-grid.js';
import { INPUT_GUARDS } from '../../limits.js';
import type { VisualDetails } from '../../probe/media-details.js';
import { fitted } from '../fit.js';
import { ratio, type Stage } from '../stage.js';
import type { AssetDefinition, StagedClip } from './asset-definition.js';

/** Repeats of the last frame that make up for rounding between two frame rates. They must never hide that an input is too short. */
const ROUNDING_FRAMES = 2;
/** Beyond its clip, how much of an input is still decoded. */
const DECODE_MARGIN_US = 500_000;

/** Each clip of a video is an input of its own. */
export const video: AssetDefinition = {
  filters: ['bwdif', 'setpts', 'fps', 'tpad', 'trim'],
  chains: (clips, stage) => clips.flatMap((staged) => chainsOf(staged, stage)),
};

function chainsOf({ clip, name, end }: StagedClip, stage: Stage): string[] {
  const { file, details } = stage.visual(clip.asset.uri);
  const { rate } = stage;
  const shownUs = timeUsOf(clip.frames, rate) * clip.speed + DECODE_MARGIN_US;
  const { from, lengthUs, times, first } = beginning(clip, details, shownUs);
  const input = stage.inputs.add({
    file,
    // A size that changes on the way must not rebuild the whole graph, which would begin to count anew.
    options: [
      ...INPUT_GUARDS,
      '-reinit_filter',
      '0',
      ...alphaDecoder(details),
      ...from,
      '-t',
      (lengthUs / 1e6).toFixed(6),
    ],
    uri: clip.asset.uri,
    field: clip.asset.field,
    frames: Math.ceil(shownUs / timeUsOf(1, details.frameRate ?? rate)),
  });
  const fps = `fps=${ratio(rate)}${first}`;
  const outputFramesEach =
    details.frameRate === null
      ? 1
      : (rate.num * details.frameRate.den) / (rate.den * details.frameRate.num * clip.speed);
  const faster = outputFramesEach < 1;
  // Scale as few frames as possible: drop before scaling, repeat after it.
  const progressive = details.interlaced ? 'bwdif=mode=send_frame:deint=interlaced,' : '';
  const source = `[${input}:${details.streamIndex}]${progressive}setpts=${clip.speed === 1 ? times : `(${times})/${clip.speed}`}${faster ? `,${fps}` : ''}`;
  // Played more slowly, the last frame is there for longer than the file says; and in some files it stands for longer than its packet says.
  const lastUs = (details.uneven?.lastFrameUs ?? 0) / clip.speed;
  const repeats =
    ROUNDING_FRAMES + (clip.speed < 1 ? Math.ceil(outputFramesEach) : 0) + Math.ceil(lastUs / timeUsOf(1, rate));
  const rest = `${faster ? '' : `${fps},`}tpad=stop_mode=clone:stop=${repeats},${end}`;
  return fitted(
    source,
    rest,
    { name, fit: clip.fit, details, moving: true, resized: stage.resized.has(clip.asset.uri) },
    stage,
  );
}

/** How a clip's beginning is found in its file. */
interface Beginning {
  /** Options of the input. */
  readonly from: readonly string[];
  /** How much of the file is read from there. */
  readonly lengthUs: number;
  /** The clip's own times. */
  readonly times: string;
  /** Option of `fps`. */
  readonly first: string;
}

/**
 * Where frames follow each other evenly, decoding begins with the clip's first. A frame that stands for long may have to be shown from its middle on: then decoding
 * begins before, and `fps` takes the last frame that is due by the beginning.
 */
function beginning({ trimStartUs }: VisualClip, { startUs, uneven }: VisualDetails, shownUs: number): Beginning {
  const evenly = { times: 'PTS-STARTPTS', first: '' };
  if (trimStartUs === 0) return { ...evenly, from: [], lengthUs: startUs + shownUs };
  const from = seek(startUs + trimStartUs);
  if (uneven === null) return { ...evenly, from, lengthUs: shownUs };
  const lengthUs = startUs + trimStartUs + shownUs;
  const first = ':start_time=0';
  if (uneven.canSeek) return { from: ['-noaccurate_seek', ...from], lengthUs, times: 'PTS', first };
  return { from: [], lengthUs, times: `PTS-STARTPTS-${(trimStartUs / 1e6).toFixed(6)}/TB`, first };
}

/** To the frame that is due then, or up to a millisecond before: times in files are rounded. */
function seek(us: number): string[] {
  return ['-ss', (Math.max(0, us - 1000) / 1e6).toFixed(6)];
}

/** ffmpeg's own decoders of VP8 and VP9 drop the alpha channel. */
function alphaDecoder(details: VisualDetails): string[] {
  if (!details.hasAlpha) return [];
  if (details.codec === 'vp9') return ['-c:v', 'libvpx-vp9'];
  return details.codec === 'vp8' ? ['-c:v', 'libvpx'] : [];
}
