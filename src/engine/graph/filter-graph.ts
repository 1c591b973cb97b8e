import type { AudioClip, AudioTrack, CaptionTrack, Composition, VisualTrack } from '../../composition/composition.js';
import { toAssDocument } from '../captions/ass-document.js';
import type { CaptionFonts } from '../captions/caption-canvas.js';
import { joinClips } from './joins.js';
import { NORMAL_FORM } from './visual-chain.js';
import { CAPTIONS_FILE, createInputList, VIDEO_PAD, type KnownMedia, type RenderPlan } from './render-plan.js';
import { audioChains } from './audio.js';
import { clipChains } from './visual-clips.js';

/**
 * A composition as one ffmpeg command's inputs and filter graph. Pure: text from data. All of the graph is written here, of numbers and
 * fixed words; no text and no path of a caller gets into it.
 * @throws RangeError for a composition without a visual track or with an asset that was not probed: a mistake of ours.
 */
export function planRender(composition: Composition, media: KnownMedia, fonts: CaptionFonts): RenderPlan {
  const { width, height, background, frameRate: rate } = composition;
  const visual = composition.tracks.find((track): track is VisualTrack => track.kind === 'visual');
  if (!visual || visual.clips.length === 0) throw new RangeError('a composition needs a visual track');
  const inputs = createInputList();
  const { chains, pads } = clipChains(visual.clips, {
    canvas: { width, height, background },
    rate,
    inputs,
    visual: (uri) => known(media.visuals, uri),
  });
  const captions = composition.tracks.find((track): track is CaptionTrack => track.kind === 'captions') ?? null;
  // The last `format` and tags: some filters between here and the clips forget them.
  const finish = [...(captions ? [`ass=${CAPTIONS_FILE}`] : []), ...NORMAL_FORM].join(',');
  const audio = audioChains(audioClips(composition), composition.samples, inputs, (uri) => known(media.audios, uri));
  return {
    inputs: withThreads(inputs.all),
    graph: [...chains, ...joinClips(visual.clips, pads, rate), `[joined]${finish}[${VIDEO_PAD}]`, ...audio].join(';\n'),
    captions: captions ? toAssDocument(captions, { width, height, frameRate: rate, fonts }) : null,
  };
}

function audioClips(composition: Composition): AudioClip[] {
  return composition.tracks
    .filter((track): track is AudioTrack => track.kind === 'audio')
    .flatMap((track) => track.clips);
}

/** From this many inputs on a decoder gets one thread: each thread holds pictures of its own, and every decoder lives to the end. */
const MANY_INPUTS = 12;

function withThreads(inputs: RenderPlan['inputs']): RenderPlan['inputs'] {
  const threads = inputs.length >= MANY_INPUTS ? '1' : '2';
  return inputs.map((input) =>
    input.options.includes('-threads') ? input : { ...input, options: [...input.options, '-threads', threads] },
  );
}

function known<T>(map: ReadonlyMap<string, T>, uri: string): T {
  const found = map.get(uri);
  if (!found) throw new RangeError('an asset of the composition was not probed');
  return found;
}
