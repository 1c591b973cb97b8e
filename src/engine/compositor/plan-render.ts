import { checkComposition } from '../../composition/check-composition.js';
import { captionLayers, type CaptionLayer, type Composition } from '../../composition/composition.js';
import { captionSection, type CaptionDocument } from '../captions/caption-document.js';
import { audioChains } from './audio.js';
import {
  createFileList,
  createInputList,
  VIDEO_PAD,
  type GraphInput,
  type InputList,
  type KnownMedia,
  type RenderPlan,
} from './render-plan.js';
import { wholeOf, type Section } from './section.js';
import { stackLayers } from './stack.js';

export interface VideoOptions {
  readonly media: KnownMedia;
  /** URIs of videos whose size is known to change on the way. */
  readonly resized?: ReadonlySet<string>;
  /** Filters in a row that turn the finished frames into those that the output's encoder takes. */
  readonly finish: readonly string[];
  /** ASS documents of the caption layers, in order. */
  readonly captions: readonly CaptionDocument[];
}

/*
 * A composition as inputs and filter graphs of ffmpeg. Pure: text from data. All of a graph is written here, of numbers and fixed words; no text and no
 * path of a caller gets into it. Each function throws a RangeError for a composition that cannot be rendered or has an asset that was not probed: a
 * mistake of ours.
 */

/** Video and soundtrack by one command. */
export function planRender(composition: Composition, options: VideoOptions): RenderPlan {
  const inputs = createInputList();
  const video = videoGraph(composition, wholeOf(composition), inputs, options);
  const audio = soundtrackGraph(composition, inputs, options.media);
  return { inputs: withThreads(inputs.all), graph: [...video.chains, ...audio].join(';\n'), files: video.files };
}

/** The frames of one section, without sound. Those of all sections are the frames of the whole, bit for bit. */
export function planSection(composition: Composition, section: Section, options: VideoOptions): RenderPlan {
  const inputs = createInputList();
  const video = videoGraph(composition, section, inputs, options);
  return { inputs: withThreads(inputs.all), graph: video.chains.join(';\n'), files: video.files };
}

/** The soundtrack alone. */
export function planSoundtrack(composition: Composition, media: KnownMedia): RenderPlan {
  const inputs = createInputList();
  const chains = soundtrackGraph(composition, inputs, media);
  return { inputs: withThreads(inputs.all), graph: chains.join(';\n'), files: [] };
}

function videoGraph(
  composition: Composition,
  section: Section,
  inputs: InputList,
  { media, finish, captions: documents, resized = new Set() }: VideoOptions,
): { readonly chains: readonly string[]; readonly files: RenderPlan['files'] } {
  checkComposition(composition);
  const { width, height, background, frameRate: rate } = composition;
  const files = createFileList();
  const canvas = { width, height, background };
  const visual = (uri: string) => known(media.visuals, uri);
  const captions = captionLayers(composition);
  const captionFile = (layer: CaptionLayer) => {
    const document = documents[captions.indexOf(layer)];
    if (document === undefined) throw new RangeError('a caption layer was not laid out');
    const file = captionSection(document, section, rate);
    files.add(file);
    return file.name;
  };
  const stack = stackLayers(
    composition,
    section,
    (layer, ground) => ({ name: `l${layer}`, canvas, ground, rate, inputs, files, visual, resized }),
    captionFile,
  );
  const end = `[${stack.pad}]${[...stack.filters, ...finish].join(',')}[${VIDEO_PAD}]`;
  return { chains: [...stack.chains, end], files: files.all };
}

function soundtrackGraph({ audio, samples }: Composition, inputs: InputList, media: KnownMedia): string[] {
  return audioChains(audio, samples, inputs, (uri) => known(media.audios, uri));
}

/** From this many inputs on a decoder gets one thread: each thread holds frames of its own, and every decoder lives to the end. */
const MANY_INPUTS = 12;

function withThreads(inputs: readonly GraphInput[]): readonly GraphInput[] {
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
