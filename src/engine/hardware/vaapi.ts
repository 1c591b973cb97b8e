import { NORMAL_FORM } from '../compositor/fit.js';
import { MP4_PART } from '../outputs/codecs/containers.js';
import { keyFrameOptions, rateOptions } from '../outputs/codecs/rates.js';
import type { VideoSettings } from '../outputs/output-profile.js';
import type { Candidate, Codec } from './candidate.js';
import { betweenFrames, commonOptions, encoderOf, halfOfMost, looksOf } from './levels.js';

/** The name of the device in a command. */
const NAME = 'cutroom';

/** Intel's drivers have a constant quality below a limit of the rate. */
const QVBR = (codec: Codec, settings: VideoSettings): readonly string[] =>
  rateOptions(settings, ['-rc_mode', 'QVBR', '-global_quality', looksOf(codec, settings), ...halfOfMost(settings)]);

/** Mesa's have one without: grain may take any rate. */
const CQP = (codec: Codec, settings: VideoSettings): readonly string[] => [
  '-rc_mode',
  'CQP',
  '-qp',
  looksOf(codec, settings),
];

/** The encoders behind Linux's interface to Intel's and AMD's devices. Frames are put into the memory of the device by the last filter. */
export function vaapi(codec: Codec, device: string | null): readonly Candidate[] {
  return [QVBR, CQP].map((rate) => candidate(codec, device, rate));
}

function candidate(codec: Codec, path: string | null, rate: typeof QVBR): Candidate {
  const encoder = encoderOf(codec, 'vaapi');
  const opened = ['-init_hw_device', `vaapi=${NAME}${path === null ? '' : `:${path}`}`, '-filter_hw_device', NAME];
  return {
    encoder,
    reservesAddresses: false,
    coding: {
      finish: () => [...NORMAL_FORM, 'format=nv12', 'hwupload'],
      colors: 'halved',
      options: (settings) => [
        ...['-c:v', encoder, ...rate(codec, settings), ...betweenFrames(codec), ...commonOptions(codec, null)],
        // Every key frame is one from which players can begin, unless `idr_interval` says otherwise.
        ...keyFrameOptions(settings, ['-idr_interval', '0']),
      ],
      partOptions: MP4_PART,
      device: { encoder, options: opened, holdsFrames: true, identity: '' },
    },
  };
}
