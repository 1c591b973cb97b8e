import { hlsRenditions, hlsSubtitles, type HlsRendition } from '../../../composition/hls-files.js';
import { scaledTo, type HlsFormat } from '../../../composition/output-spec.js';
import type { OutputPart } from '../../../task/task.js';
import { AAC } from '../codecs/audio.js';
import { MP4_PART } from '../codecs/containers.js';
import { FINISH_FILTERS, H264 } from '../codecs/video.js';
import { VTT_TYPE } from '../subtitles/codings.js';
import type { Encoding, OutputProfile, PlannedContent } from '../output-profile.js';
import { packHls } from './pack-hls.js';
import { framesPerSegment, PLAYLIST_TYPE } from './segment-plan.js';
import { verifyHls } from './verify-hls.js';

/** H.264 in several sizes, with a key frame where each segment begins, and AAC once. */
export function hlsProfile(format: HlsFormat): OutputProfile {
  return {
    name: 'hls',
    filters: FINISH_FILTERS,
    video: H264,
    audio: AAC,
    containerOptions: MP4_PART,
    conversion: null,
    subtitleCoding: null,
    alphaDecoder: null,
    packaging: {
      encodings: (name, content) => encodingsOf(name, content, format),
      pack: (context, folder, { key, content, encodings }) =>
        packHls(context, folder, { key, content, encodings, format }),
      pictures: (key) => hlsRenditions(key, format)[0]?.media ?? '',
      parts: (key, { subtitles }) => [
        ...hlsRenditions(key, format).flatMap(partsOf),
        ...(subtitles ? subtitleParts(key) : []),
      ],
    },
    verify: (context, file, plan) => verifyHls(context, file, { plan, format }),
  };
}

function encodingsOf(name: string, content: PlannedContent, { shortSides, segmentUs }: HlsFormat): Encoding[] {
  const common = { containerOptions: MP4_PART, conversion: null, hasAlpha: false } as const;
  const pictures = shortSides.map((side, i): Encoding => {
    const size = i === 0 ? content : { ...content, ...scaledTo(content, side) };
    const keyFramesEvery = framesPerSegment(segmentUs, content);
    return {
      ...common,
      name: `${name}-${side}`,
      content: size,
      video: H264,
      audio: null,
      keyFramesEvery,
      hasPoster: i === 0,
    };
  });
  const sound = { video: null, audio: AAC, keyFramesEvery: null, hasPoster: false } as const;
  return [...pictures, { ...common, ...sound, name: `${name}-audio`, content }];
}

function subtitleParts(key: string): OutputPart[] {
  const { playlist, text } = hlsSubtitles(key);
  return [
    { name: playlist, contentType: PLAYLIST_TYPE },
    { name: text, contentType: VTT_TYPE },
  ];
}

function partsOf({ of, playlist, media }: HlsRendition): OutputPart[] {
  return [
    { name: playlist, contentType: PLAYLIST_TYPE },
    { name: media, contentType: of === 'AUDIO' ? 'audio/mp4' : 'video/mp4' },
  ];
}
