import { type AudioBus, type AudioClip, SAMPLE_RATE } from '../composition.js';
import { framesOf, sampleOf } from '../frame-grid.js';
import { earlier } from './pieces.js';
import type { ScheduledClip } from './schedule.js';
import { type Around, partOfFades, samplesOf, type Soundtrack } from './sound-parts.js';
import type { NestedSource } from './timeline.js';

/** The sound of a nested timeline as far as its clip plays it, at the times of the timeline around it. */
export function nestedSound(
  scheduled: ScheduledClip,
  { trimStartUs, gainDb }: NestedSource,
  soundtrack: Soundtrack | null,
  { rate, before, after, beforeCurve, afterCurve }: Around,
): Soundtrack[] {
  if (!soundtrack || gainDb === null) return [];
  const { startSample, samples } = samplesOf(scheduled, rate);
  const later = startSample - sampleOf(framesOf(trimStartUs, rate), rate, SAMPLE_RATE);
  const endSample = startSample + samples;
  const audio = soundtrack.audio
    .map((clip) => ({ ...clip, startSample: clip.startSample + later }))
    .flatMap((clip) => cutSound(clip, startSample, endSample));
  const buses = soundtrack.buses.map(({ fades, ...inner }): AudioBus => {
    const bus = { ...inner, gainDb: earlier(inner.gainDb, -later) };
    if (!fades) return bus;
    return { ...bus, fades: { ...fades, startSample: fades.startSample + later, endSample: fades.endSample + later } };
  });
  if (gainDb === 0 && before === 0 && after === 0) return [{ audio, buses }];
  const [inSamples, outSamples] = [sampleOf(before, rate, SAMPLE_RATE), sampleOf(after, rate, SAMPLE_RATE)];
  const curves = {
    ...(beforeCurve === 'LINEAR' ? {} : { inCurve: beforeCurve }),
    ...(afterCurve === 'LINEAR' ? {} : { outCurve: afterCurve }),
  };
  const fades = { startSample, endSample, inSamples, outSamples, ...curves };
  const all = buses.length;
  return [
    {
      audio: audio.map((clip) => ({ ...clip, bus: clip.bus ?? all })),
      buses: [
        ...buses.map((bus) => ({ ...bus, into: bus.into ?? all })),
        { gainDb, duck: null, ...(inSamples > 0 || outSamples > 0 ? { fades } : {}) },
      ],
    },
  ];
}

/** The part of a sound that lies in a stretch of the soundtrack. */
function cutSound(clip: AudioClip, from: number, to: number): AudioClip[] {
  const startSample = Math.max(from, clip.startSample);
  const end = clip.startSample + clip.samples;
  const samples = Math.min(to, end) - startSample;
  if (samples <= 0) return [];
  const [before, after] = [startSample - clip.startSample, end - startSample - samples];
  if (before === 0 && after === 0) return [clip];
  const { fadeInSamples, fadeOutSamples, fadeInBefore = 0, fadeOutAfter = 0, ...rest } = clip;
  return [
    {
      ...rest,
      startSample,
      samples,
      ...laterStart(clip, before),
      gainDb: earlier(clip.gainDb, before),
      ...partOfFades(
        { fadeOutSamples, ...(fadeInSamples === undefined ? {} : { fadeInSamples }) },
        { before: before + fadeInBefore, after: after + fadeOutAfter },
      ),
    },
  ];
}

/** One that plays backwards plays the same part of its file from nearer to its start. */
function laterStart(
  { trimStartSamples = 0, speed = 1, backwardsFrom }: AudioClip,
  bySamples: number,
): Pick<AudioClip, 'trimStartSamples' | 'backwardsFrom'> {
  if (backwardsFrom !== undefined) return { backwardsFrom: backwardsFrom - bySamples };
  const skipped = trimStartSamples + Math.round(bySamples * speed);
  return skipped > 0 ? { trimStartSamples: skipped } : {};
}
