import { SAMPLE_RATE } from '../../../composition/composition.js';
import { timeUsOf } from '../../../composition/frame-grid.js';
import type { PlannedContent } from '../output-profile.js';
import { microseconds, rational, type ProbeJson, type ProbeStream } from '../../probe/probe-json.js';
import { unequal } from '../checks/read-back.js';

/** One AAC frame: audio ends on a multiple of it. */
const AAC_FRAME_SAMPLES = 1_024;

/**
 * Differences between a rendered file and its plan, by ffprobe's facts about its streams and its count of their packets. Empty: none.
 * Exit code 0 is not success: truncated inputs, full disks and killed helpers were seen to leave short files behind it.
 */
export function mismatches(json: ProbeJson, composition: PlannedContent): string[] {
  const video = json.streams?.find((stream) => stream.codec_type === 'video');
  const audio = json.streams?.find((stream) => stream.codec_type === 'audio');
  if (!video || !audio || json.streams?.length !== 2) return ['it has not one video and one audio stream'];
  return [...ofVideo(video, composition), ...ofAudio(audio), ...ofLengths(json, video, audio, composition)];
}

/** What the encoder makes of so many samples: one packet more, since it is a packet behind. A header may claim the right length of twice as many. */
function aacPackets(samples: number): number {
  return Math.ceil(samples / AAC_FRAME_SAMPLES) + 1;
}

function ofVideo(video: ProbeStream, { width, height, frameRate }: PlannedContent): string[] {
  const rate = rational(video.avg_frame_rate);
  return unequal([
    ['video codec', video.codec_name, 'h264'],
    ['pixel format', video.pix_fmt, 'yuv420p'],
    ['size', `${video.width ?? 0}x${video.height ?? 0}`, `${width}x${height}`],
    ['frame rate', rate ? rate.num / rate.den : 0, frameRate.num / frameRate.den],
    ['colour matrix', video.color_space, 'bt709'],
    ['colour transfer', video.color_transfer, 'bt709'],
    ['colour primaries', video.color_primaries, 'bt709'],
    ['colour range', video.color_range, 'tv'],
  ]);
}

function ofAudio(audio: ProbeStream): string[] {
  return unequal([
    ['audio codec', audio.codec_name, 'aac'],
    ['sample rate', Number(audio.sample_rate), SAMPLE_RATE],
    ['channels', audio.channels, 2],
  ]);
}

function ofLengths(json: ProbeJson, video: ProbeStream, audio: ProbeStream, composition: PlannedContent): string[] {
  const frameUs = timeUsOf(1, composition.frameRate);
  const plannedUs = timeUsOf(composition.frames, composition.frameRate);
  const audioFrameUs = (AAC_FRAME_SAMPLES * 1e6) / SAMPLE_RATE;
  const fileUs = microseconds(json.format?.duration) ?? 0;
  const videoUs = microseconds(video.duration) ?? 0;
  const audioUs = microseconds(audio.duration) ?? 0;
  const plannedAudioUs = (composition.samples * 1e6) / SAMPLE_RATE;
  const wrong = unequal([['frames', Number(video.nb_read_packets), composition.frames]]);
  if (Math.abs(videoUs - plannedUs) > frameUs) wrong.push(`its video lasts ${videoUs} us instead of ${plannedUs} us`);
  const packets = Number(audio.nb_read_packets);
  const plannedPackets = aacPackets(composition.samples);
  if (Math.abs(packets - plannedPackets) > 1)
    wrong.push(`it has ${packets} packets of audio instead of ${plannedPackets}`);
  if (Math.abs(audioUs - plannedAudioUs) > audioFrameUs)
    wrong.push(`its audio lasts ${audioUs} us instead of ${plannedAudioUs} us`);
  const apartUs = Math.abs((microseconds(audio.start_time) ?? 0) - (microseconds(video.start_time) ?? 0));
  if (apartUs > audioFrameUs) wrong.push(`its audio and its video begin ${apartUs} us apart`);
  if (Math.abs(fileUs - plannedUs) > Math.max(frameUs, audioFrameUs))
    wrong.push(`it says it lasts ${fileUs} us instead of ${plannedUs} us`);
  return wrong;
}
