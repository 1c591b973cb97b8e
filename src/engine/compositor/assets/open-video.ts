import type { VisualClip } from '../../../composition/composition.js';
import { framesOf, timeUsOf, wholeFramesIn, type Rational } from '../../../composition/frame-grid.js';
import { STANDING_US, type VisualDetails } from '../../probe/media-details.js';
import type { ShownClip } from '../section.js';
import { ratio } from '../stage.js';

/** Filters that `openVideo` uses. */
export const OPEN_FILTERS = ['settb', 'setpts', 'trim', 'fps'];

/** How a part of a video is found in its file. */
export interface OpenedVideo {
  /** Options of the input. */
  readonly options: readonly string[];
  /** Filters in a row that give frames their times, the first that is shown at 0. */
  readonly times: readonly string[];
  /** The filter that brings them to the output's rate. */
  readonly toRate: string;
  /** About how much of the file is decoded. */
  readonly decodedUs: number;
}

/** Beyond its clip, how much of an input is still decoded at most. All of it goes through the filters up to the one that counts the clip's frames. */
const DECODE_MARGIN_US = 500_000;
/** Frames of a file whose frames are due when their numbers say: the one that ends the clip's last, one for deinterlacing, and two for rounding. */
const MARGIN_FRAMES = 4;

/** Of a time base in ffmpeg. */
const MAX_UNIT = 2 ** 31 - 1;

/** Times in files are rounded: a clip may begin with a frame that is due up to this long before. */
const ROUNDING_US = 1_000;

/** How long before the first frame that is shown decoding begins, at least. */
const PREROLL_US = { EXACT: 2 * STANDING_US, PREROLL: 3_000_000, NONE: 0 } as const;

/**
 * Opens the part of a video that a section shows. Every frame gets the time that it has in the clip as a whole, in whole numbers, so that the sections of a clip
 * show exactly the frames that one command would show for all of it.
 */
export function openVideo(shown: ShownClip, details: VisualDetails, rate: Rational): OpenedVideo {
  const { clip, fromFrame, frames } = shown;
  const { startUs, countedStartUs, timeBase, uneven, seeking } = details;
  const tickUs = (timeBase.num * 1e6) / timeBase.den;
  const ticks = (us: number) => Math.round(us / tickUs);
  const shownUs = timeUsOf(frames, rate) * clip.speed + marginUs(shown, details, rate);
  const offsetUs = timeUsOf(fromFrame, rate) * clip.speed;
  const targetUs = startUs + clip.trimStartUs + offsetUs;
  const isAtStart = clip.trimStartUs + offsetUs === 0;
  const beforeUs = isAtStart || seeking === 'NONE' ? 0 : targetUs - PREROLL_US[seeking];
  // Nothing is skipped before the first frame, and versions of ffmpeg differ in the count there.
  const seekTicks = beforeUs > startUs ? wholeTicks(beforeUs, timeBase) : 0;
  const firstTicks = ticks(seekTicks > 0 ? startUs : countedStartUs);
  const seekUs = Math.round(seekTicks * tickUs);
  const speed = fractionOf(clip.speed);
  const unit = commonUnit(timeBase, rate, speed);
  const unitsEach = (timeBase.num * unit) / timeBase.den;
  const zero = (firstTicks + ticks(clipZeroUs(shown, details)) - seekTicks) * unitsEach;
  const offset = Math.round((fromFrame * rate.den * unit) / rate.num);
  const seeks = seekTicks > 0;
  // A frame that stands for long is found from the key frame before the place.
  const fromKeyFrame = seeks && uneven !== null;
  const readUs = (fromKeyFrame ? targetUs : targetUs - seekUs) + shownUs;
  // Where a file's times mean nothing, its first frame is read in any case, and is its start.
  const fileTime = seeking === 'NONE' ? plus('PTS-STARTPTS', firstTicks * unitsEach - zero) : plus('PTS', -zero);
  // Whole units before the shift: truncation would round times below zero up.
  const clipTime = clip.speed === 1 ? fileTime : `floor((${fileTime})*${speed.den}/${speed.num})`;
  const shownTime = plus(clipTime, -offset);
  // Frames that are not shown are dropped before they are scaled; one that stands until the first that is shown is not among them.
  const early = Math.ceil((2 * STANDING_US * unit) / 1e6 / clip.speed);
  return {
    options: [
      ...(fromKeyFrame ? ['-noaccurate_seek'] : []),
      ...(seeks ? ['-ss', (seekUs / 1e6).toFixed(6)] : []),
      ...['-t', (readUs / 1e6).toFixed(6)],
    ],
    times: [
      `settb=${timeBase.num}/${timeBase.den}`,
      `settb=1/${unit}`,
      `setpts=${shownTime}`,
      ...(uneven === null ? [`trim=start_pts=${-early}`] : []),
    ],
    toRate: `fps=${ratio(rate)}:start_time=0`,
    decodedUs: shownUs,
  };
}

function marginUs({ clip }: ShownClip, { gridRate }: VisualDetails, rate: Rational): number {
  if (gridRate === null) return DECODE_MARGIN_US;
  return Math.min(DECODE_MARGIN_US, timeUsOf(MARGIN_FRAMES, gridRate) + timeUsOf(1, rate) * clip.speed);
}

function plus(expression: string, addend: number): string {
  if (addend === 0) return expression;
  return `${expression}${addend < 0 ? '-' : '+'}${Math.abs(addend)}`;
}

/**
 * The time of the clip's own zero, from the file's first frame. Where frames are due when their numbers say, it is the time of one of them: the first that is
 * due when the clip begins, or up to a millisecond before.
 */
function clipZeroUs({ clip }: ShownClip, { gridRate }: VisualDetails): number {
  if (clip.trimStartUs === 0) return 0;
  if (gridRate === null) return Math.max(0, clip.trimStartUs - ROUNDING_US);
  return timeUsOf(firstFrameOf(clip, gridRate), gridRate);
}

/** The number of the frame with which a clip begins, in a video whose frames are due when their numbers say. */
export function firstFrameOf({ trimStartUs }: Pick<VisualClip, 'trimStartUs'>, frameRate: Rational): number {
  return Math.ceil((Math.max(0, trimStartUs - ROUNDING_US) * frameRate.num) / (frameRate.den * 1e6));
}

/** When the frame began that stands at a clip's `trimStartUs`, from the first frame of its file; where frames are not due when their numbers say, `trimStartUs` itself. */
export function standingSinceUs(
  { trimStartUs }: Pick<VisualClip, 'trimStartUs'>,
  { gridRate, presentUs }: Pick<VisualDetails, 'gridRate' | 'presentUs'>,
): number {
  if (gridRate === null) return trimStartUs;
  const last = Math.max(0, framesOf(presentUs, gridRate) - 1);
  return timeUsOf(Math.min(wholeFramesIn(trimStartUs, gridRate), last), gridRate);
}

/** The last tick up to a time that is a whole number of microseconds: ffmpeg shifts the file's times by microseconds, rounded to ticks. */
function wholeTicks(us: number, { num, den }: Rational): number {
  const step = den / gcd(den, num * 1_000_000);
  return Math.max(0, Math.floor((us * den) / (num * 1e6) / step) * step);
}

/**
 * Parts of a second in which the file's times, also those at the clip's speed, and the output's frames are whole numbers, so that no rounding depends on where a section
 * begins, and a frame that is due between two of the output's is shown at the same one of both in every file.
 */
function commonUnit(timeBase: Rational, rate: Rational, speed: Rational): number {
  const unit = (timeBase.den / gcd(timeBase.den, rate.num)) * rate.num;
  return [unit * speed.num, unit].find((one) => one <= MAX_UNIT) ?? timeBase.den;
}

/** More decimals of a speed than these make no difference of a frame in an hour. */
const DECIMALS = 1_000_000;

function fractionOf(speed: number): Rational {
  const num = Math.round(speed * DECIMALS);
  const divisor = gcd(num, DECIMALS);
  return { num: num / divisor, den: DECIMALS / divisor };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
