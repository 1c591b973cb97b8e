import { SAMPLE_RATE } from '../../composition/composition.js';

/** Decoded audio of one packet: when it is due, and how much it is, in samples. */
export interface TimedSamples {
  readonly atSample: number;
  readonly samples: number;
}

/** Silence to put in before this sample of the decoded audio. */
export interface Gap {
  readonly beforeSample: number;
  readonly samples: number;
}

/** 30 ms. Below what viewers notice (ITU-R BT.1359: 45 ms), and above what recorders' clocks jitter. */
export const LEAST_GAP = (SAMPLE_RATE * 30) / 1000;
/** A time that goes back by more than a second is a clock that begins anew, as where recordings were joined. */
const NEW_CLOCK = SAMPLE_RATE;
/** 120 s. */
const LOOK_AHEAD = SAMPLE_RATE * 120;

/**
 * Where a file's time line has pauses without data: silence has to be put in there for the rest to be heard when it is due. No sample is ever left out:
 * audio that is longer than its times say is played out, and the next pause is shorter for it.
 *
 * A packet that comes late proves no pause: recorders' clocks jitter, and ffmpeg 5.1 says wrong times for a while after the sample rate changed. A pause
 * is where everything that follows, for two minutes, is at least that late.
 * @param packets in file order; the first one's time is from the start of the file.
 */
export function findGaps(packets: readonly TimedSamples[]): Gap[] {
  const lateness = latenessOf(packets);
  const gaps: Gap[] = [];
  let inserted = 0;
  for (const { beforeSample, late } of leastAhead(lateness)) {
    const samples = late - inserted;
    if (samples < LEAST_GAP) continue;
    gaps.push({ beforeSample, samples });
    inserted += samples;
  }
  return gaps;
}

interface Lateness {
  readonly beforeSample: number;
  /** By how much a packet is due later than it would be heard if all were played one after another. */
  readonly late: number;
}

function latenessOf(packets: readonly TimedSamples[]): Lateness[] {
  // A start within the tolerance is the encoder's, or rounding: then all times are from there.
  const first = packets[0]?.atSample ?? 0;
  let base = Math.abs(first) < LEAST_GAP || first < 0 ? first : 0;
  let due = first;
  let beforeSample = 0;
  return packets.map(({ atSample, samples }) => {
    if (atSample < due - NEW_CLOCK) base += atSample - due;
    due = atSample + samples;
    const late = { beforeSample, late: atSample - base - beforeSample };
    beforeSample += samples;
    return late;
  });
}

/** For each packet, the least lateness from it on within the time looked ahead: a sliding minimum, kept in a queue of rising values. */
function* leastAhead(all: readonly Lateness[]): Generator<Lateness> {
  const queue: Lateness[] = [];
  let head = 0;
  let next = 0;
  for (const { beforeSample } of all) {
    for (let ahead = all[next]; ahead && ahead.beforeSample <= beforeSample + LOOK_AHEAD; ahead = all[next]) {
      while (queue.length > head && (queue.at(-1)?.late ?? 0) >= ahead.late) queue.pop();
      queue.push(ahead);
      next += 1;
    }
    while ((queue[head]?.beforeSample ?? beforeSample) < beforeSample) head += 1;
    yield { beforeSample, late: queue[head]?.late ?? 0 };
  }
}
