import { hasAlpha, type CaptionLayer, type Composition } from '../../composition/composition.js';
import { captionFilters, captionsOnNothing } from './captions.js';
import { backgroundFrame } from './fit.js';
import { formOf, prepareLayer, type Piece } from './layer.js';
import { layPiece } from './lay-piece.js';
import type { Area } from './placement/blend.js';
import { nothingFrame } from './placement/lay.js';
import type { Section } from './section.js';
import { ratio, repeatFrame, type ColorResolution, type Stack, type Stage } from './stage.js';

/** Filters that `stackLayers` uses beside those of clips and their joins. */
export const STACK_FILTERS = ['color', 'crop', 'format', 'overlay', 'settb', 'setpts', 'trim'];

type StageOf = (layer: number, ground: Stage['ground']) => Stage;

/**
 * Lays the layers over each other: each piece at its frame and place, captions where they stand in the order. Time is placed by timestamps
 * alone: filters that are switched on and off show wrong frames.
 * @param captionsFile where the graph finds the document of a layer.
 * @param options `name` begins the names of its pads.
 */
export function stackLayers(
  composition: Composition,
  section: Section,
  stageOf: StageOf,
  captionsFile: (layer: CaptionLayer) => string,
  { name = '', colors }: { readonly name?: string; readonly colors: ColorResolution },
): Stack {
  const { layers, frameRate: rate } = composition;
  const { frames } = section;
  const area = shownArea(composition);
  const alpha = hasAlpha(composition);
  const forms = layers.map((layer, i) =>
    layer.kind === 'clips' ? formOf(layer, i === 0 && !alpha, (ground) => stageOf(i, ground)) : null,
  );
  // Once any layer needs full colour resolution, or what comes of it shows one, all are mixed in it; so are all over nothing.
  const isPlaced = layers.some((layer) => layer.kind === 'clips' && layer.clips.some(({ placement }) => placement));
  const full = alpha || forms.some((form) => form?.format === 'yuva444p') || (isPlaced && colors === 'full');
  const prepared = layers.map((layer, i) => {
    const form = forms[i];
    return layer.kind === 'clips' && form ? prepareLayer(layer, form, { section, area, full }) : null;
  });
  const chains = prepared.flatMap((layer) => layer?.chains ?? []);
  const bottom = bottomOf(prepared[0]?.pieces ?? [], section);
  let pad = bottom?.pad ?? '';
  const cut = composition.crop ? [cropTo(area)] : [];
  let filters: string[] = [...cut];
  if (!bottom) {
    pad = `${name}ground`;
    const { canvas } = stageOf(0, 'background');
    const ground = alpha ? nothingFrame(canvas, rate) : backgroundFrame(canvas, ratio(rate), 'yuv');
    chains.push(`${ground},${repeatFrame(rate)},trim=end_frame=${frames}[${pad}]`);
  }
  if (full) filters.push(`format=${alpha ? 'yuva444p' : 'yuv444p'}`);
  layers.forEach((layer, i) => {
    if (layer.kind === 'captions') {
      const file = captionsFile(layer);
      if (!alpha) {
        filters.push(...captionFilters(file, section, rate));
        return;
      }
      const to = `${name}s${i}`;
      chains.push(...captionsOnNothing(file, { from: pad, filters, to }, { section, rate, size: area }));
      pad = to;
      filters = [];
      return;
    }
    for (const [k, piece] of (prepared[i]?.pieces ?? []).entries()) {
      if (piece === bottom) continue;
      const [below, above, to] = [`${name}b${i}_${k}`, `${name}a${i}_${k}`, `${name}s${i}_${k}`];
      chains.push(`[${pad}]${filters.length > 0 ? filters.join(',') : 'null'}[${below}]`);
      chains.push(...layPiece(piece, { below, above, to }, { full, alpha, total: frames, rate, area, cut }));
      pad = to;
      filters = [];
    }
  });
  return { chains, pad, filters };
}

/** The part of the canvas that is shown. Each layer is cut to it before it is laid down, so that captions between layers lie within the cut. */
function shownArea({ crop, width, height }: Composition): Area {
  return crop ?? { left: 0, top: 0, width, height };
}

function cropTo({ width, height, left, top }: Area): string {
  return `crop=${width}:${height}:${left}:${top}`;
}

/** The bottom layer needs no background below it when it is opaque and covers everything. */
function bottomOf([first, ...rest]: readonly Piece[], { frames }: Section): Piece | null {
  const covers = first && rest.length === 0 && first.startFrame === 0 && first.frames === frames;
  return covers && first.format === 'yuv420p' ? first : null;
}
