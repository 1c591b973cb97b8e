import type { VisualClip } from '../../composition/composition.js';
import { timeUsOf, type Rational } from '../../composition/frame-grid.js';
import { INPUT_GUARDS } from '../limits.js';
import { effectFilters } from './clip-effects.js';
import type { VisualDetails } from '../probe/media-details.js';
import { backgroundFrame, NORMAL_FORM, visualChain, toBt709, type Canvas } from './visual-chain.js';
import type { InputList, LocatedVisual } from './render-plan.js';

/** What the clips of one track are made of. */
export interface ClipSources {
  readonly canvas: Canvas;
  readonly rate: Rational;
  readonly inputs: InputList;
  /** @throws RangeError for a URI that was not probed. */
  readonly visual: (uri: string) => LocatedVisual;
}

/** Chains of filters that make clips, and the pad at which each clip comes out, in order. */
export interface ClipChains {
  readonly chains: readonly string[];
  readonly pads: readonly string[];
}

/** Repeats of the last picture that make up for rounding between two frame rates. They must never hide that an input is too short. */
const ROUNDING_FRAMES = 2;
/** Beyond its clip, how much of an input is still decoded. */
const DECODE_MARGIN_US = 500_000;

/** Each clip as exactly its number of frames in the output's size, rate and colours. */
export function clipChains(clips: readonly VisualClip[], sources: ClipSources): ClipChains {
  const images = imageChains(clips, sources);
  const made = clips.map((clip, i) => {
    const pad = `clip${i}`;
    const still = images.pads.get(i);
    const end = [`trim=end_frame=${clip.frames}`, ...effectFilters(clip, sources.canvas)].join(',');
    const chain =
      still === undefined
        ? videoClip(clip, `${end}[${pad}]`, i, sources)
        : [`[${still}]${repeatFrame(sources.rate)},${end}[${pad}]`];
    return { pad, chain };
  });
  return { chains: [...images.chains, ...made.flatMap(({ chain }) => chain)], pads: made.map(({ pad }) => pad) };
}

/** An image is read, scaled and laid on its background once, however often and long it is shown. */
function imageChains(
  clips: readonly VisualClip[],
  sources: ClipSources,
): { chains: string[]; pads: Map<number, string> } {
  const uses = new Map<string, number[]>();
  clips.forEach((clip, i) => {
    if (clip.source !== 'image') return;
    const key = `${clip.fit} ${clip.asset.uri}`;
    uses.set(key, [...(uses.get(key) ?? []), i]);
  });
  const pads = new Map<number, string>();
  const chains = [...uses.values()].flatMap((indices, n) => {
    const clip = clips[indices[0] ?? 0];
    if (!clip) return [];
    const { file, details } = sources.visual(clip.asset.uri);
    const input = sources.inputs.add({ file, options: [...INPUT_GUARDS, '-threads', '1'] });
    const outs = indices.map((i) => `still${n}_${i}`);
    indices.forEach((i, k) => pads.set(i, outs[k] ?? ''));
    const source = `[${input}:${details.streamIndex}]trim=end_frame=1,settb=1/1000,setpts=0`;
    const split = outs.length > 1 ? `split=${outs.length}` : 'null';
    return fitted(
      source,
      `${split}${outs.map((out) => `[${out}]`).join('')}`,
      `still${n}`,
      clip,
      details,
      sources,
      false,
    );
  });
  return { chains, pads };
}

/** @param end what makes the clip as long as it must be, and the pad in which it ends. */
function videoClip(clip: VisualClip, end: string, index: number, sources: ClipSources): string[] {
  const { file, details } = sources.visual(clip.asset.uri);
  const { rate } = sources;
  const shownUs = timeUsOf(clip.frames, rate) * clip.speed + DECODE_MARGIN_US;
  const [from, lengthUs] =
    clip.trimStartUs > 0 ? [seek(details.startUs + clip.trimStartUs), shownUs] : [[], details.startUs + shownUs];
  const input = sources.inputs.add({
    file,
    options: [...INPUT_GUARDS, ...alphaDecoder(details), ...from, '-t', (lengthUs / 1e6).toFixed(6)],
  });
  const fps = `fps=${ratio(rate)}`;
  const framesPerImage =
    details.frameRate === null
      ? 1
      : (rate.num * details.frameRate.den) / (rate.den * details.frameRate.num * clip.speed);
  const faster = framesPerImage < 1;
  const times = clip.speed === 1 ? 'PTS-STARTPTS' : `(PTS-STARTPTS)/${clip.speed}`;
  // Scale as few frames as possible: drop before scaling, repeat after it.
  const source = `[${input}:${details.streamIndex}]setpts=${times}${faster ? `,${fps}` : ''}`;
  // Played more slowly, the last picture is there for longer than the file says.
  const repeats = ROUNDING_FRAMES + (clip.speed < 1 ? Math.ceil(framesPerImage) : 0);
  const rest = `${faster ? '' : `${fps},`}tpad=stop_mode=clone:stop=${repeats},${end}`;
  return fitted(source, rest, `back${index}`, clip, details, sources, true);
}

/** `source`, the picture's way to the output's form, and `end`, with the background below where one is needed. */
function fitted(
  source: string,
  end: string,
  name: string,
  clip: VisualClip,
  details: VisualDetails,
  sources: ClipSources,
  moving: boolean,
): string[] {
  const chain = visualChain(details, clip.fit, sources.canvas);
  if (chain.kind === 'filters') return [`${source},${chain.filters.join(',')},${end}`];
  const form = details.hasAlpha ? 'rgb' : 'yuv';
  const hold = moving ? `,${repeatFrame(sources.rate)}` : ',settb=1/1000,setpts=0';
  const normal = form === 'rgb' ? `${toBt709('')},${NORMAL_FORM.join(',')}` : NORMAL_FORM.join(',');
  // The overlay takes its time from the background, which runs at the output's rate; so must the picture.
  const timed = moving ? `,fps=${ratio(sources.rate)}` : '';
  return [
    `${backgroundFrame(sources.canvas, ratio(sources.rate), form)}${hold}[${name}b]`,
    `${source},${chain.filters.join(',')}${timed}[${name}p]`,
    `[${name}b][${name}p]${chain.overlay},${normal},${end}`,
  ];
}

/** To the picture that is due then, or up to a millisecond before: times in files are rounded. */
function seek(us: number): string[] {
  return ['-ss', (Math.max(0, us - 1000) / 1e6).toFixed(6)];
}

/** One frame for ever, one for each of the output's. */
function repeatFrame(rate: Rational): string {
  return `loop=loop=-1:size=1:start=0,settb=${rate.den}/${rate.num},setpts=N,fps=${ratio(rate)}`;
}

/** ffmpeg's own decoders of VP8 and VP9 drop the alpha channel. */
function alphaDecoder(details: VisualDetails): string[] {
  if (!details.hasAlpha) return [];
  if (details.codec === 'vp9') return ['-c:v', 'libvpx-vp9'];
  return details.codec === 'vp8' ? ['-c:v', 'libvpx'] : [];
}

/** As ffmpeg writes fractions. */
export function ratio(rate: Rational): string {
  return rate.den === 1 ? String(rate.num) : `${rate.num}/${rate.den}`;
}
