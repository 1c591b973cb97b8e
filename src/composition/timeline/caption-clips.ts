import type { Cue } from '../captions.js';
import type { CaptionLayer } from '../composition.js';
import type { KnownFacts } from '../form.js';
import { timeUsOf, type Rational } from '../frame-grid.js';
import { groupWords } from '../subtitles/group-words.js';
import { clipCues } from '../montage/clip-cues.js';
import type { Warning } from '../warning.js';
import type { CueCount } from './cue-count.js';
import type { ScheduledClip } from './schedule.js';

/** The captions of one track, clips of the same style in one layer. @param clips of the track, in order. */
export function captionLayersOf(
  clips: readonly ScheduledClip[],
  { facts, rate, cueCount }: { readonly facts: KnownFacts; readonly rate: Rational; readonly cueCount: CueCount },
): { readonly layers: readonly CaptionLayer[]; readonly warnings: readonly Warning[] } {
  const layers: CaptionLayer[] = [];
  const warnings: Warning[] = [];
  for (const { clip, startFrame, frames } of clips) {
    if (clip.content.kind !== 'SUBTITLES') continue;
    const { source, style, field, language, maxWords, maxChars } = clip.content.subtitles;
    const startUs = timeUsOf(startFrame, rate);
    const endUs = timeUsOf(startFrame + frames, rate) - startUs;
    const read = source.kind === 'cues' ? source.cues : facts.cues(source.asset.uri);
    // Before they are gone through.
    cueCount.add(read.length, source.kind === 'cues' ? field : source.asset.field);
    const clipped = clipCues(groupWords(read, maxWords, maxChars), {
      ...{ endUs, field },
      isHighlighted: style.highlight !== undefined,
    });
    warnings.push(...clipped.warnings);
    const cues = clipped.cues.map((cue): Cue => ({
      ...cue,
      startUs: cue.startUs + startUs,
      endUs: cue.endUs + startUs,
    }));
    if (cues.length === 0) continue;
    const layer: CaptionLayer = {
      kind: 'captions',
      cues,
      style,
      field,
      ...(language === undefined ? {} : { language }),
    };
    const before = layers.at(-1);
    if (before && isSameLook(before, layer)) layers[layers.length - 1] = { ...before, cues: [...before.cues, ...cues] };
    else layers.push(layer);
  }
  return { layers, warnings };
}

function isSameLook(a: CaptionLayer, b: CaptionLayer): boolean {
  const fontOf = ({ style }: CaptionLayer) => style.font?.name ?? null;
  const restOf = ({ style, language }: CaptionLayer) => JSON.stringify([{ ...style, font: null }, language ?? null]);
  return fontOf(a) === fontOf(b) && restOf(a) === restOf(b);
}
