import { isAlways } from '../../composition/animated.js';
import { makesHoles } from '../../composition/clip-effect.js';
import type { CaptionLayer, ClipLayer, Composition } from '../../composition/composition.js';
import type { Rational } from '../../composition/frame-grid.js';
import { clipChains } from './clips.js';
import { backgroundFrame } from './fit.js';
import { joinRun, runsOf, type JoinedRun, type Run } from './joins.js';
import { shownClips, type Section } from './section.js';
import { clipFormat, commonFormat, ratio, repeatFrame, type ClipFormat, type Stage } from './stage.js';

/** Filters that `stackLayers` uses beside those of clips and their joins. */
export const STACK_FILTERS = ['ass', 'color', 'crop', 'format', 'overlay', 'settb', 'setpts', 'trim'];

/** A composition's layers as one video. */
export interface Stack {
  readonly chains: readonly string[];
  /** Where it comes out, and the filters in a row that it still needs. */
  readonly pad: string;
  readonly filters: readonly string[];
}

type StageOf = (layer: number, ground: Stage['ground']) => Stage;

/**
 * Lays the layers over each other: each run of clips at its frame, captions where they stand in the order. Time is placed by timestamps
 * alone: filters that are switched on and off show wrong frames.
 * @param captionsFile where the graph finds the document of a layer.
 */
export function stackLayers(
  composition: Composition,
  section: Section,
  stageOf: StageOf,
  captionsFile: (layer: CaptionLayer) => string,
): Stack {
  const { layers, frameRate: rate } = composition;
  const { frames } = section;
  const chains: string[] = [];
  const joined = layers.map((layer, i) =>
    layer.kind === 'clips' ? joinLayer(layer, section, i, stageOf, chains) : NOTHING,
  );
  const bottom = bottomOf(joined[0]?.placed ?? [], section);
  // Once any layer needs full colour resolution for its alpha, all are mixed in it.
  const full = joined.some(({ format }) => format === 'yuva444p');
  let pad = bottom?.video.pad ?? '';
  const cut = cropFilters(composition);
  let filters: string[] = [...cut];
  if (!bottom) {
    pad = 'ground';
    const stage = stageOf(0, 'background');
    chains.push(
      `${backgroundFrame(stage.canvas, ratio(rate), 'yuv')},${repeatFrame(rate)},trim=end_frame=${frames}[${pad}]`,
    );
  }
  if (full) filters.push('format=yuv444p');
  layers.forEach((layer, i) => {
    if (layer.kind === 'captions') {
      filters.push(...captionFilters(captionsFile(layer), section, rate));
      return;
    }
    for (const [k, { run, video }] of (joined[i]?.placed ?? []).entries()) {
      if (video === bottom?.video) continue;
      const [below, above, out] = [`b${i}_${k}`, `a${i}_${k}`, `s${i}_${k}`];
      chains.push(`[${pad}]${filters.length > 0 ? filters.join(',') : 'null'}[${below}]`);
      const prepared = [...cut, ...(full ? ['format=yuva444p'] : [])].map((filter) => `${filter},`).join('');
      chains.push(`[${video.pad}]${prepared}settb=${rate.den}/${rate.num},setpts=N+${run.startFrame}[${above}]`);
      chains.push(`[${below}][${above}]overlay=eof_action=pass:format=${full ? 'yuv444' : 'yuv420'}[${out}]`);
      pad = out;
      filters = [];
    }
  });
  return { chains, pad, filters };
}

/** Each layer is cut before it is laid down, so that captions between layers lie within the cut. */
function cropFilters({ crop }: Composition): string[] {
  return crop ? [`crop=${crop.width}:${crop.height}:${crop.left}:${crop.top}`] : [];
}

/** Captions have the times of the whole video. */
function captionFilters(file: string, { startFrame }: Section, rate: Rational): string[] {
  if (startFrame === 0) return [`ass=${file}`];
  return [`settb=${rate.den}/${rate.num}`, `setpts=PTS+${startFrame}`, `ass=${file}`, `setpts=PTS-${startFrame}`];
}

interface Placed {
  readonly run: Run;
  readonly video: JoinedRun;
}

interface JoinedLayer {
  readonly format: ClipFormat;
  readonly placed: readonly Placed[];
}

const NOTHING: JoinedLayer = { format: 'yuv420p', placed: [] };

function joinLayer(
  { clips }: ClipLayer,
  section: Section,
  index: number,
  stageOf: StageOf,
  chains: string[],
): JoinedLayer {
  const solid = index === 0 && clips.every(({ opacity, effects }) => isAlways(opacity, 1) && !makesHoles(effects));
  const stage = stageOf(index, solid ? 'background' : 'transparent');
  // Of all the layer's clips, so that every section of the video mixes in the same way.
  const format = commonFormat(clips.map((clip) => clipFormat(clip, stage)));
  const made = clipChains(shownClips(clips, section), stage);
  chains.push(...made.chains);
  const placed = runsOf(made.clips).map((run, i) => {
    const video = joinRun(run, { name: `${stage.name}r${i}`, rate: stage.rate, format });
    chains.push(...video.chains);
    return { run, video };
  });
  return { format, placed };
}

/** The bottom layer needs no background below it when it is opaque and covers everything. */
function bottomOf([first, ...rest]: readonly Placed[], { frames }: Section): Placed | null {
  const covers = first && rest.length === 0 && first.run.startFrame === 0 && first.run.frames === frames;
  return covers && first.video.format === 'yuv420p' ? first : null;
}
