import { checkComposition } from '../../composition/check-composition.js';
import { hasAlpha, SAMPLE_RATE, type CaptionLayer, type Composition } from '../../composition/composition.js';
import { drawnCaptions } from '../../composition/drawn-captions.js';
import { sampleOf } from '../../composition/frame-grid.js';
import { captionSection, type CaptionDocument } from '../captions/caption-document.js';
import { preparedAudio } from '../audio/prepared-audio.js';
import { soundtrackChains } from './audio/soundtrack.js';
import {
  AUDIO_PAD,
  createFileList,
  createInputList,
  type GraphFile,
  type InputList,
  type KnownMedia,
  type RenderPlan,
} from './render-plan.js';
import type { Section } from './section.js';
import { stackLayers } from './stack.js';
import type { ColorResolution, Stack } from './stage.js';
import { wayChains, type Way } from './ways.js';

export interface VideoOptions {
  readonly media: KnownMedia;
  /** URIs of videos whose size is known to change on the way. */
  readonly resized?: ReadonlySet<string>;
  /** Where the finished frames go. */
  readonly ways: readonly Way[];
  /** What these need of colours. The same for every section. Absent: `full`. */
  readonly colors?: ColorResolution;
  /** ASS documents of the caption layers, in the order of `drawnCaptions`. */
  readonly captions: readonly CaptionDocument[];
}

/*
 * A composition as inputs and filter graphs of ffmpeg. Pure: text from data. All of a graph is written here, of numbers and fixed words; no text and no
 * path of a caller gets into it. Each function throws a RangeError for a composition that cannot be rendered or has an asset that was not probed: a
 * mistake of ours.
 */

/** The frames of a section and the sound with them, by one command. @param sound where that goes. */
export function planRender(
  composition: Composition,
  section: Section,
  options: VideoOptions,
  sound: readonly Way[],
): RenderPlan {
  const inputs = createInputList();
  const video = videoGraph(composition, section, inputs, options);
  const audio = soundtrackGraph(composition, section, inputs, options.media, sound);
  return { inputs: inputs.all, graph: [...video.chains, ...audio].join(';\n'), files: video.files };
}

/** The frames of one section, without sound. Those of all sections are the frames of the whole, bit for bit. */
export function planSection(composition: Composition, section: Section, options: VideoOptions): RenderPlan {
  const inputs = createInputList();
  const video = videoGraph(composition, section, inputs, options);
  return { inputs: inputs.all, graph: video.chains.join(';\n'), files: video.files };
}

/** The sound of a section alone. */
export function planSoundtrack(
  composition: Composition,
  section: Section,
  media: KnownMedia,
  sound: readonly Way[],
): RenderPlan {
  const inputs = createInputList();
  const chains = soundtrackGraph(composition, section, inputs, media, sound);
  return { inputs: inputs.all, graph: chains.join(';\n'), files: [] };
}

function videoGraph(
  composition: Composition,
  section: Section,
  inputs: InputList,
  { media, ways, colors = 'full', captions: documents, resized = new Set() }: VideoOptions,
): { readonly chains: readonly string[]; readonly files: RenderPlan['files'] } {
  checkComposition(composition);
  const { frameRate: rate } = composition;
  const files = createFileList();
  const visual = (uri: string) => known(media.visuals, uri);
  const lut = (uri: string) => known(media.luts ?? new Map<string, GraphFile>(), uri);
  const captions = drawnCaptions(composition).map(({ layer }) => layer);
  const captionFile = (layer: CaptionLayer, part: Section) => {
    const document = documents[captions.indexOf(layer)];
    if (document === undefined) throw new RangeError('a caption layer was not laid out');
    const file = captionSection(document, part, rate);
    files.add(file);
    return file.name;
  };
  const stackOf = (of: Composition, part: Section, name: string): Stack =>
    stackLayers(
      of,
      part,
      (layer, ground) => ({
        // Over nothing all is mixed in full colour resolution anyway.
        ...{ name: `${name}l${layer}`, canvas: of, ground, exact: hasAlpha(of), rate },
        ...{ inputs, files, visual, lut, resized, stack: stackOf },
      }),
      (layer) => captionFile(layer, part),
      { name, colors },
    );
  const stack = stackOf(composition, section, '');
  const ends = wayChains(stack.pad, { filters: stack.filters, to: ways }, 'video', 'way');
  return { chains: [...stack.chains, ...ends], files: files.all };
}

function soundtrackGraph(
  composition: Composition,
  section: Section,
  inputs: InputList,
  media: KnownMedia,
  sound: readonly Way[],
): string[] {
  const { samples } = composition;
  if (sound.length === 0) return [];
  const { startSample, endSample } = soundOf(composition, section);
  const isWhole = startSample === 0 && endSample === samples;
  const cut = isWhole ? [] : [`atrim=start_sample=${startSample}:end_sample=${endSample}`, 'asetpts=N/SR/TB'];
  const chains = soundtrackChains(composition, inputs, preparedAudio(media));
  return [...chains, ...wayChains(AUDIO_PAD, { filters: cut, to: sound }, 'audio', 'sound')];
}

/** The samples that sound with the frames of a section. */
export function soundOf(
  { frames, frameRate, samples }: Composition,
  section: Section,
): { readonly startSample: number; readonly endSample: number } {
  const end = section.startFrame + section.frames;
  return {
    startSample: sampleOf(section.startFrame, frameRate, SAMPLE_RATE),
    endSample: end === frames ? samples : sampleOf(end, frameRate, SAMPLE_RATE),
  };
}

function known<T>(map: ReadonlyMap<string, T>, uri: string): T {
  const found = map.get(uri);
  if (!found) throw new RangeError('an asset of the composition was not probed');
  return found;
}
