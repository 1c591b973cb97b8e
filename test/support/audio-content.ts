const RATE = 48_000;
/** Below it is silence, for a sound that was coded with loss. */
const THRESHOLD = 0.02;

/** When sounds begin, in seconds: after silence of at least a tenth of a second. */
export function onsets(samples: Float32Array): number[] {
  const found: number[] = [];
  let quietSince = -RATE;
  samples.forEach((sample, i) => {
    if (Math.abs(sample) < THRESHOLD) return;
    if (i - quietSince > RATE / 10) found.push(i / RATE);
    quietSince = i;
  });
  return found;
}

/** Frequency of a tone by its zero crossings within a stretch of time, in Hz; 0 for silence. */
export function frequencyAt(samples: Float32Array, fromSeconds: number, toSeconds: number): number {
  const part = samples.subarray(Math.round(fromSeconds * RATE), Math.round(toSeconds * RATE));
  if (peakOf(part) < THRESHOLD) return 0;
  const crossings: number[] = [];
  for (let i = 1; i < part.length; i += 1) if (part[i - 1]! < 0 && part[i]! >= 0) crossings.push(i);
  return ((crossings.length - 1) * RATE) / (crossings.at(-1)! - crossings[0]!);
}

/** The largest sample. */
export function peakOf(samples: Float32Array): number {
  return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
}

export function decibels(amplitude: number): number {
  return 20 * Math.log10(amplitude);
}
