import type { ClipLayer, VisualClip } from '../composition.js';
import { addNothing } from './drawing-set.js';
import type { ScheduledClip } from './schedule.js';
import { joinOf, type StripContext, type Strips, stripsOf } from './strips.js';
import { nothingAt } from './wipes.js';

/** The layers of one track: shadows, the clips themselves, borders. @param clips of the track, in order. */
export function trackLayers(clips: readonly ScheduledClip[], context: StripContext): ClipLayer[] {
  const strips = clips.flatMap((scheduled) => {
    const { content } = scheduled.clip;
    return content.kind === 'VISUAL' ? [{ scheduled, strips: stripsOf(scheduled, content, context) }] : [];
  });
  const mainLayers = Math.max(0, ...strips.map(({ strips: { main } }) => main.length));
  const mains = Array.from({ length: mainLayers }, (_, i) => strips.flatMap(({ strips: { main } }) => main[i] ?? []));
  const layers = [decorationLayer('shadow', strips, context), ...mains, decorationLayer('border', strips, context)];
  return layers.flatMap((row) => (row.length === 0 ? [] : [{ kind: 'clips', clips: row }]));
}

interface Stripped {
  readonly scheduled: ScheduledClip;
  readonly strips: Strips;
}

/** Shadows or borders. They go through the transitions of their clips: one without any stands in with nothing to be seen. */
function decorationLayer(
  kind: 'shadow' | 'border',
  strips: readonly Stripped[],
  { drawings }: StripContext,
): VisualClip[] {
  return connected(strips).flatMap((group) => {
    if (group.every(({ strips: own }) => own[kind].length === 0)) return [];
    return group.flatMap(({ scheduled, strips: own }): readonly VisualClip[] => {
      if (own[kind].length > 0) return own[kind];
      const { clip, startFrame, frames } = scheduled;
      const nothing = nothingAt(addNothing(drawings, clip.field), startFrame, frames);
      return [{ ...nothing, transition: joinOf(scheduled) }];
    });
  });
}

/** Clips by the cuts between them. */
function connected(strips: readonly Stripped[]): Stripped[][] {
  const groups: Stripped[][] = [];
  for (const stripped of strips) {
    if (stripped.scheduled.transitionFrames > 0) groups.at(-1)?.push(stripped);
    else groups.push([stripped]);
  }
  return groups;
}
