import type { Quality } from '../../composition/output-spec.js';
import { NORMAL_FORM } from '../compositor/fit.js';
import { MP4_PART } from '../outputs/codecs/containers.js';
import { keyFrameOptions, rateOptions } from '../outputs/codecs/rates.js';
import type { VideoSettings } from '../outputs/output-profile.js';
import type { Candidate, Codec } from './candidate.js';
import { betweenFrames, commonOptions, encoderOf, halfOfMost, looksOf } from './levels.js';

const PRESETS: Readonly<Record<Quality, string>> = {
  DRAFT: 'veryfast',
  LOW: 'faster',
  MEDIUM: 'medium',
  HIGH: 'slower',
  LOSSLESS: 'slower',
};

/** Intel's own interface to its devices. It takes frames from our memory. */
export function qsv(codec: Codec, path: string | null): Candidate {
  const encoder = encoderOf(codec, 'qsv');
  const opened = path === null ? [] : ['-init_hw_device', `qsv=cutroom,child_device=${path}`];
  return {
    encoder,
    reservesAddresses: false,
    coding: {
      finish: () => [...NORMAL_FORM, 'format=nv12'],
      colors: 'halved',
      options: (settings) => optionsOf(codec, encoder, settings),
      partOptions: MP4_PART,
      device: { encoder, options: opened, holdsFrames: false, identity: '' },
    },
  };
}

function optionsOf(codec: Codec, encoder: string, settings: VideoSettings): readonly string[] {
  // With a limit that is not the rate, ffmpeg takes this for QVBR.
  const looks = ['-global_quality', looksOf(codec, settings), ...halfOfMost(settings)];
  return [
    ...['-c:v', encoder, '-preset', PRESETS[settings.quality], ...rateOptions(settings, looks)],
    ...(codec === 'H264' ? ['-profile:v', 'high'] : []),
    ...betweenFrames(codec),
    ...commonOptions(codec, 'nv12'),
    // A forced key frame is else one from which no player can begin.
    ...keyFrameOptions(settings, ['-forced_idr', '1']),
  ];
}
