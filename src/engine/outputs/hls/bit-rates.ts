import { targetSeconds, type Segment } from './media-playlist.js';

/** In bits per second. */
export interface BitRates {
  readonly peak: number;
  readonly average: number;
}

/**
 * The rates of a media playlist by the definitions of RFC 8216, 4.1: the peak is the largest rate of any segments in a row that together last from half to one
 * and a half of the target duration; the average is that of all.
 */
export function bitRatesOf(segments: readonly Segment[]): BitRates {
  const target = targetSeconds(segments);
  let peak = 0;
  segments.forEach((_, first) => {
    let [seconds, bytes] = [0, 0];
    for (let i = first; i < segments.length; i += 1) {
      const segment = segments[i];
      seconds += segment?.seconds ?? 0;
      bytes += segment?.bytes ?? 0;
      if (seconds > 1.5 * target) break;
      if (seconds >= 0.5 * target) peak = Math.max(peak, (bytes * 8) / seconds);
    }
  });
  const [seconds, bytes] = segments.reduce(([s, b], one) => [s + one.seconds, b + one.bytes], [0, 0]);
  const average = (bytes * 8) / seconds;
  // A stream that is shorter than half of its target has no such row.
  return { peak: Math.ceil(Math.max(peak, average)), average: Math.ceil(average) };
}
