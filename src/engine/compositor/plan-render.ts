import { checkComposition } from '../../composition/check-composition.js';
import { captionLayers, type CaptionLayer, type Composition } from '../../composition/composition.js';
import { audioChains } from './audio.js';
import {
  captionFile,
  createFileList,
  createInputList,
  VIDEO_PAD,
  type KnownMedia,
  type RenderPlan,
} from './render-plan.js';
import { stackLayers } from './stack.js';

export interface PlanOptions {
  readonly media: KnownMedia;
  /** URIs of videos whose size is known to change on the way. */
  readonly resized?: ReadonlySet<string>;
  /** Filters in a row that turn the finished frames into those that the output's encoder takes. */
  readonly finish: readonly string[];
}

/**
 * A composition as one ffmpeg command's inputs and filter graph. Pure: text from data. All of the graph is written here, of numbers and
 * fixed words; no text and no path of a caller gets into it.
 * @throws RangeError for a composition that cannot be rendered or has an asset that was not probed: a mistake of ours.
 */
export function planRender(composition: Composition, { media, finish, resized = new Set() }: PlanOptions): RenderPlan {
  checkComposition(composition);
  const { width, height, background, frameRate: rate } = composition;
  const inputs = createInputList();
  const files = createFileList();
  const canvas = { width, height, background };
  const visual = (uri: string) => known(media.visuals, uri);
  const captions = captionLayers(composition);
  const fileOf = (layer: CaptionLayer) => captionFile(captions.indexOf(layer));
  const stack = stackLayers(
    composition,
    (layer, ground) => ({ name: `l${layer}`, canvas, ground, rate, inputs, files, visual, resized }),
    fileOf,
  );
  const audio = audioChains(composition.audio, composition.samples, inputs, (uri) => known(media.audios, uri));
  return {
    inputs: withThreads(inputs.all),
    graph: [...stack.chains, `[${stack.pad}]${[...stack.filters, ...finish].join(',')}[${VIDEO_PAD}]`, ...audio].join(
      ';\n',
    ),
    files: files.all,
  };
}

/** From this many inputs on a decoder gets one thread: each thread holds frames of its own, and every decoder lives to the end. */
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
