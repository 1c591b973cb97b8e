import { cross, CROSS_FILTERS } from './cross.js';
import { FROM_BT709, TO_BT709 } from './color/convert.js';
import type { BlendMode, VisualClip } from '../../composition/composition.js';
import { timeUsOf, type Rational } from '../../composition/frame-grid.js';
import type { FinishedClip } from './clips.js';
import { alphaTransition } from './placement/alpha-transition.js';
import type { ShownClip } from './section.js';
import { ratio, type ClipFormat } from './stage.js';

/** Clips that follow each other without a gap and are mixed in the same way, and the frames that they cover. */
export interface Run {
  readonly clips: readonly FinishedClip[];
  readonly startFrame: number;
  readonly frames: number;
}

/** A run as one video that ends in a pad. */
export interface JoinedRun {
  readonly chains: readonly string[];
  readonly pad: string;
  readonly format: ClipFormat;
}

/**
 * Extra frames after each side of a transition. Up to ffmpeg 5.1, xfade forgets the frames it still holds when it hears
 * that a side has ended, and waits for ever for a side that ends with the transition; with these, no side ends before it is over.
 */
const SPARE_FRAMES = 3;

/** Filters that `joinRun` uses. */
export const JOIN_FILTERS = ['concat', 'settb', 'setpts', 'split', 'fps', 'tpad', 'trim', 'format', ...CROSS_FILTERS];

/** How a clip is mixed with what is below it. */
export function blendOf(clip: VisualClip | undefined): BlendMode {
  return clip?.placement?.blend ?? 'NORMAL';
}

/** The clips of a layer by the gaps between them, and by the ways in which they are mixed. */
export function runsOf(clips: readonly FinishedClip[]): Run[] {
  const runs: FinishedClip[][] = [];
  let end = -1;
  for (const finished of clips) {
    const { startFrame, frames, clip } = finished.shown;
    const before = runs.at(-1)?.[0];
    if (startFrame <= end && before && blendOf(before.shown.clip) === blendOf(clip)) runs.at(-1)?.push(finished);
    else runs.push([finished]);
    end = startFrame + frames;
  }
  return runs.map((run) => {
    const startFrame = run[0]?.shown.startFrame ?? 0;
    const last = run.at(-1)?.shown;
    return { clips: run, startFrame, frames: last ? last.startFrame + last.frames - startFrame : 0 };
  });
}

interface JoinOptions {
  /** Unique in the graph. */
  readonly name: string;
  readonly rate: Rational;
  /** Of the result, able to hold every clip. */
  readonly format: ClipFormat;
  /** Transitions mix colours and alpha each by itself: with alpha the colours must be multiplied by it, or hidden ones show. */
  readonly premultiply: boolean;
}

/**
 * Joins the clips of a run by cuts and transitions into one video of exactly the frames planned.
 */
export function joinRun(run: Run, { name, rate, format, premultiply }: JoinOptions): JoinedRun {
  const options = { rate, format, premultiply };
  const groups = groupByCuts(run);
  const pads: string[] = [];
  const chains: string[] = [];
  let before: Part | undefined;
  groups.forEach((group, i) => {
    const { chains: own, head, body, tail } = partsOf(group, `${name}g${i}`, overlaps(groups, i), options);
    chains.push(...own);
    if (before && head) {
      const pad = `${name}x${i}`;
      chains.push(...crossed(before, head, group[0]?.shown, { ...options, pad }));
      pads.push(pad);
    }
    if (body) pads.push(body.pad);
    before = tail;
  });
  const from = pads.map((pad) => `[${pad}]`).join('');
  const concat = pads.length > 1 ? `concat=n=${pads.length}:v=1:a=0,${numbered(rate)},` : '';
  chains.push(`${from}${concat}trim=end_frame=${run.frames}[${name}]`);
  return { chains, pad: name, format };
}

/** How many frames of a group lie in the transitions at its start and at its end. */
function overlaps(groups: readonly FinishedClip[][], i: number): { readonly head: number; readonly tail: number } {
  const shared = (one: FinishedClip[] | undefined, next: FinishedClip[] | undefined) => {
    const [last, first] = [one?.at(-1)?.shown, next?.[0]?.shown];
    return last && first ? last.startFrame + last.frames - first.startFrame : 0;
  };
  return { head: shared(groups[i - 1], groups[i]), tail: shared(groups[i], groups[i + 1]) };
}

/** The frames of a transition. @param shown the clip that it leads to. */
function crossed(
  from: Part,
  next: Part,
  shown: ShownClip | undefined,
  { pad, rate, format, premultiply }: Omit<JoinOptions, 'name'> & { readonly pad: string },
): string[] {
  const transition = shown?.crossing?.transition ?? shown?.clip.transition;
  if (!shown || !transition) throw new RangeError('only a transition has two sides');
  // Negative where it has begun before the section.
  const passed = shown.fromFrame - (shown.crossing?.sinceFrame ?? 0);
  const times = `duration=${seconds(transition.frames, rate)}:offset=${seconds(-passed, rate)}`;
  const mixed = `${pad}m`;
  const place = { from: from.pad, next: next.pad, to: mixed, times };
  const finished = premultiply ? straightAlpha(format) : `format=${format}`;
  return [
    ...(premultiply ? alphaTransition : cross)(transition.kind, place),
    `[${mixed}]trim=end_frame=${from.frames},${finished}[${pad}]`,
  ];
}

/** concat counts in microseconds and gives a clip of one frame no length at all, and a cut leaves the times of before: numbers the frames anew. */
function numbered(rate: Rational): string {
  return `settb=${rate.den}/${rate.num},setpts=N,fps=${ratio(rate)}`;
}

/** Clips with only cuts between them: between the groups are transitions. */
function groupByCuts({ clips }: Run): FinishedClip[][] {
  const groups: FinishedClip[][] = [];
  let end = 0;
  for (const finished of clips) {
    const { startFrame, frames } = finished.shown;
    const group = groups.at(-1);
    // Nothing is left of a transition whose other side is not shown.
    if (group && startFrame === end) group.push(finished);
    else groups.push([finished]);
    end = startFrame + frames;
  }
  return groups;
}

/** Frames of a group that lie in one transition, or in none. */
interface Part {
  readonly pad: string;
  readonly frames: number;
}

interface Parts {
  readonly chains: readonly string[];
  readonly head: Part | undefined;
  readonly body: Part | undefined;
  readonly tail: Part | undefined;
}

/**
 * The clips of a group as one video, in parts: `xfade` mixes in full colour resolution, to which frames outside of a transition need not be brought, and that costs a tenth
 * of a render.
 */
function partsOf(
  group: readonly FinishedClip[],
  pad: string,
  { head, tail }: { readonly head: number; readonly tail: number },
  { rate, format, premultiply }: Omit<JoinOptions, 'name'>,
): Parts {
  const chains: string[] = [];
  const pads = group.map((finished, i) => {
    if (finished.format === format) return finished.pad;
    chains.push(`[${finished.pad}]format=${format}[${pad}f${i}]`);
    return `${pad}f${i}`;
  });
  const from = pads.map((name) => `[${name}]`).join('');
  const concat = group.length > 1 ? `concat=n=${group.length}:v=1:a=0,` : '';
  const multiplied = premultiply ? `${FROM_BT709},format=gbrap,premultiply=inplace=1,` : '';
  const [first, last] = [group[0]?.shown, group.at(-1)?.shown];
  const frames = first && last ? last.startFrame + last.frames - first.startFrame : 0;
  const ranges = [
    { kind: 'head', start: 0, end: head },
    { kind: 'body', start: head, end: frames - tail },
    { kind: 'tail', start: frames - tail, end: frames },
  ].filter(({ start, end }) => end > start);
  const outs = ranges.map(({ kind }) => `${pad}${kind}`);
  const start = `${from}${concat}${multiplied}${numbered(rate)}`;
  const parts = new Map(ranges.map(({ kind, start: at, end }) => [kind, { pad: `${pad}_${kind}`, frames: end - at }]));
  const alone = premultiply ? `,${straightAlpha(format)}` : '';
  const spare = `,tpad=stop_mode=clone:stop=${SPARE_FRAMES}`;
  chains.push(`${start}${ranges.length > 1 ? `,split=${ranges.length}` : ''}${outs.map((out) => `[${out}]`).join('')}`);
  ranges.forEach(({ kind, start: at, end }, i) => {
    const cut = `trim=start_frame=${at}:end_frame=${end},${numbered(rate)}`;
    chains.push(`[${outs[i] ?? ''}]${cut}${kind === 'body' ? alone : spare}[${pad}_${kind}]`);
  });
  return { chains, head: parts.get('head'), body: parts.get('body'), tail: parts.get('tail') };
}

function straightAlpha(format: ClipFormat): string {
  return `unpremultiply=inplace=1,${TO_BT709},format=${format}`;
}

/** xfade rounds to the nearest frame. */
function seconds(frames: number, rate: Rational): string {
  return (timeUsOf(frames, rate) / 1e6).toFixed(6);
}
