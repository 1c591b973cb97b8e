import { SAMPLE_RATE } from '../../../composition/composition.js';
import { timeUsOf } from '../../../composition/frame-grid.js';
import type { Mp4Facts, Mp4Track } from '../../mp4/read-mp4.js';
import type { PlannedContent } from '../output-profile.js';
import { unequal } from '../checks/read-back.js';
import { MOV_TEXT } from '../subtitles/codings.js';

/** One AAC frame: audio ends on a multiple of it. */
const AAC_FRAME_SAMPLES = 1_024;
/** BT.709 by the numbers of ISO/IEC 23091-2. */
const BT709 = 1;

/**
 * Differences between a rendered file and its plan, by its index. Empty: none.
 * Exit code 0 is not success: truncated inputs, full disks and killed helpers were seen to leave short files behind it.
 */
export function mismatches(facts: Mp4Facts, composition: PlannedContent): string[] {
  const [video, ...otherVideos] = tracksOf(facts, 'vide');
  const [audio, ...otherAudios] = tracksOf(facts, 'soun');
  if (!video || !audio || otherVideos.length > 0 || otherAudios.length > 0)
    return ['it has not one video and one audio stream'];
  return [...ofVideo(video, composition), ...ofAudio(audio), ...ofLengths(facts, { video, audio, composition })];
}

/** The codecs of the tracks of text, by ffmpeg's names where it has another. */
export function textsOf({ tracks }: Mp4Facts): string[] {
  return tracks
    .filter(({ handler }) => handler !== 'vide' && handler !== 'soun')
    .map(({ coding }) => (coding === 'tx3g' ? MOV_TEXT.codec : coding));
}

function tracksOf({ tracks }: Mp4Facts, handler: string): Mp4Track[] {
  return tracks.filter((track) => track.handler === handler);
}

/** What the encoder makes of so many samples: one packet more, since it is a packet behind. A header may claim the right length of twice as many. */
function aacPackets(samples: number): number {
  return Math.ceil(samples / AAC_FRAME_SAMPLES) + 1;
}

function ofVideo({ h264, samples, timescale }: Mp4Track, { width, height, frameRate }: PlannedContent): string[] {
  if (!h264) return ['its video is no H.264'];
  const size = `${width}x${height}`;
  const [step = 0, ...otherSteps] = samples.steps;
  return [
    ...unequal([['size', `${h264.width}x${h264.height}`, size]]),
    ...h264.sets.flatMap((set) =>
      unequal([
        ['pixel format', set.isEightBit420 ? 'yuv420p' : 'another', 'yuv420p'],
        ['coded size', `${set.width}x${set.height}`, size],
        ['colour matrix', set.colors?.matrix, BT709],
        ['colour transfer', set.colors?.transfer, BT709],
        ['colour primaries', set.colors?.primaries, BT709],
        ['colour range', set.colors?.isFullRange === true ? 'pc' : 'tv', 'tv'],
      ]),
    ),
    ...(otherSteps.length > 0
      ? ['its frames do not follow each other evenly']
      : unequal([['frame rate', timescale / step, frameRate.num / frameRate.den]])),
  ];
}

function ofAudio({ aac }: Mp4Track): string[] {
  if (!aac) return ['its audio is no AAC'];
  return unequal([
    ['sample rate', aac.sampleRate, SAMPLE_RATE],
    ['channels', aac.channels, 2],
  ]);
}

interface Streams {
  readonly video: Mp4Track;
  readonly audio: Mp4Track;
  readonly composition: PlannedContent;
}

function ofLengths({ durationUs }: Mp4Facts, { video, audio, composition }: Streams): string[] {
  const frameUs = timeUsOf(1, composition.frameRate);
  const plannedUs = timeUsOf(composition.frames, composition.frameRate);
  const audioFrameUs = (AAC_FRAME_SAMPLES * 1e6) / SAMPLE_RATE;
  const plannedAudioUs = (composition.samples * 1e6) / SAMPLE_RATE;
  const wrong = unequal([['frames', video.samples.count, composition.frames]]);
  if (Math.abs(video.durationUs - plannedUs) > frameUs)
    wrong.push(`its video lasts ${video.durationUs} us instead of ${plannedUs} us`);
  const packets = audio.samples.count;
  const plannedPackets = aacPackets(composition.samples);
  if (Math.abs(packets - plannedPackets) > 1)
    wrong.push(`it has ${packets} packets of audio instead of ${plannedPackets}`);
  if (Math.abs(audio.durationUs - plannedAudioUs) > audioFrameUs)
    wrong.push(`its audio lasts ${audio.durationUs} us instead of ${plannedAudioUs} us`);
  const apartUs = Math.abs(audio.startUs - video.startUs);
  if (apartUs > audioFrameUs) wrong.push(`its audio and its video begin ${apartUs} us apart`);
  if (Math.abs(durationUs - plannedUs) > Math.max(frameUs, audioFrameUs))
    wrong.push(`it says it lasts ${durationUs} us instead of ${plannedUs} us`);
  return wrong;
}
