import type { Quality } from '../../composition/output-spec.js';
import { NORMAL_FORM } from '../compositor/fit.js';
import { MP4_PART } from '../outputs/codecs/containers.js';
import { keyFrameOptions, rateOptions } from '../outputs/codecs/rates.js';
import type { VideoSettings } from '../outputs/output-profile.js';
import type { Candidate, Codec } from './candidate.js';
import { betweenFrames, commonOptions, encoderOf, looksOf } from './levels.js';

const PRESETS: Readonly<Record<Quality, string>> = { DRAFT: 'p1', LOW: 'p3', MEDIUM: 'p5', HIGH: 'p7', LOSSLESS: 'p7' };

/** NVIDIA's encoder. It takes frames from our memory; its device is the first of `CUDA_VISIBLE_DEVICES`. */
export function nvenc(codec: Codec): Candidate {
  const encoder = encoderOf(codec, 'nvenc');
  return {
    encoder,
    // CUDA reserves addresses for the memory of the machine and of all its devices.
    reservesAddresses: true,
    coding: {
      finish: () => NORMAL_FORM,
      colors: 'halved',
      options: (settings) => optionsOf(codec, encoder, settings),
      partOptions: MP4_PART,
      device: { encoder, options: [], holdsFrames: false, identity: '' },
    },
  };
}

function optionsOf(codec: Codec, encoder: string, settings: VideoSettings): readonly string[] {
  // Without a rate of 0 the looks would be bounded by ffmpeg's usual 2 Mbit/s.
  const looks = ['-rc', 'vbr', '-cq', looksOf(codec, settings), '-b:v', '0'];
  return [
    ...['-c:v', encoder, '-preset', PRESETS[settings.quality], '-tune', 'hq', ...rateOptions(settings, looks)],
    ...(codec === 'H264' ? ['-profile:v', 'high'] : []),
    ...betweenFrames(codec),
    ...commonOptions(codec, 'yuv420p'),
    // A forced key frame is else one from which no player can begin.
    ...keyFrameOptions(settings, ['-forced-idr', '1']),
  ];
}
