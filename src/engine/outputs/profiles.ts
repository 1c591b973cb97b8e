import { encodersOf, THUMBNAIL_ENCODERS, type OutputFormat } from '../../composition/output-spec.js';
import { AAC, FLAC, MP3, OPUS, PCM24, WAV } from './codecs/audio.js';
import { MOV_FILE, MP4_FILE, SAME_BYTES } from './codecs/containers.js';
import { AV1, FINISH_FILTERS, HEVC, PRORES, PRORES_ALPHA, VP9, VP9_ALPHA, VP9_ALPHA_FILTERS } from './codecs/video.js';
import { gifProfile } from './gif/gif.js';
import { h264Mp4 } from './h264-mp4/h264-mp4.js';
import { hlsProfile } from './hls/hls.js';
import type { OutputProfile } from './output-profile.js';
import { MOV_TEXT, WEBVTT } from './subtitles/codings.js';
import { verifyMedia, type ExpectedMedia } from './checks/verify-media.js';

type VideoParts = Pick<OutputProfile, 'video' | 'audio' | 'containerOptions' | 'subtitleCoding'>;

function videoProfile(name: string, parts: VideoParts, expected: ExpectedMedia): OutputProfile {
  const alphaDecoder = expected.video?.alpha?.decoder ?? null;
  const verify = verifyMedia({ ...expected, subtitleCoding: parts.subtitleCoding });
  return { name, filters: FINISH_FILTERS, ...parts, conversion: null, alphaDecoder, packaging: null, verify };
}

type AudioParts = Pick<OutputProfile, 'audio' | 'containerOptions'>;

function audioProfile(name: string, parts: AudioParts, expected: ExpectedMedia): OutputProfile {
  const without = {
    ...{ filters: [], video: null, conversion: null, subtitleCoding: null, alphaDecoder: null, packaging: null },
  };
  return { name, ...without, ...parts, verify: verifyMedia(expected) };
}

const MP4_PROFILES: Readonly<Record<'H264' | 'HEVC' | 'AV1', OutputProfile>> = {
  H264: h264Mp4,
  HEVC: videoProfile(
    'hevc-mp4',
    { video: HEVC, audio: AAC, containerOptions: ['-tag:v', 'hvc1', ...MP4_FILE], subtitleCoding: MOV_TEXT },
    { contentType: 'video/mp4', video: { codec: 'hevc', tag: 'hvc1' }, audio: 'aac', slackUs: 25_000 },
  ),
  AV1: videoProfile(
    'av1-mp4',
    { video: AV1, audio: AAC, containerOptions: MP4_FILE, subtitleCoding: MOV_TEXT },
    { contentType: 'video/mp4', video: { codec: 'av1', tag: 'av01' }, audio: 'aac', slackUs: 25_000 },
  ),
};

const WEBM_FILE = [...SAME_BYTES, '-cues_to_front', '1', '-f', 'webm'];

const WEBM = videoProfile(
  'vp9-webm',
  // Its times are whole milliseconds.
  { video: VP9, audio: OPUS, subtitleCoding: WEBVTT, containerOptions: WEBM_FILE },
  { contentType: 'video/webm', video: { codec: 'vp9', tag: null }, audio: 'opus', slackUs: 25_000 },
);

const ALPHA_WEBM: OutputProfile = {
  ...videoProfile(
    'vp9-alpha-webm',
    {
      ...{ video: VP9_ALPHA, audio: OPUS, subtitleCoding: WEBVTT },
      // Players look for alpha where the track says so; a copy forgets it.
      containerOptions: ['-metadata:s:v:0', 'alpha_mode=1', ...WEBM_FILE],
    },
    {
      ...{ contentType: 'video/webm', audio: 'opus', slackUs: 25_000 },
      // ffmpeg's own decoder drops alpha.
      video: { codec: 'vp9', tag: null, alpha: { decoder: ['-c:v', 'libvpx-vp9'], bytesEach: 2.5 } },
    },
  ),
  filters: VP9_ALPHA_FILTERS,
};

const PRORES_MOV = videoProfile(
  'prores-mov',
  { video: PRORES, audio: PCM24, containerOptions: MOV_FILE, subtitleCoding: MOV_TEXT },
  {
    ...{ contentType: 'video/quicktime', audio: 'pcm_s24le', slackUs: 1_000 },
    video: { codec: 'prores', tag: 'apch', pixelFormat: 'yuv422p10le' },
  },
);

const ALPHA_MOV = videoProfile(
  'prores-alpha-mov',
  { video: PRORES_ALPHA, audio: PCM24, containerOptions: MOV_FILE, subtitleCoding: MOV_TEXT },
  {
    ...{ contentType: 'video/quicktime', audio: 'pcm_s24le', slackUs: 1_000 },
    // Decoders give it 12 bits.
    video: { codec: 'prores', tag: 'ap4h', pixelFormat: 'yuva444p12le', alpha: { decoder: [], bytesEach: 8 } },
  },
);

const AUDIO_PROFILES: Readonly<Record<'M4A' | 'MP3' | 'WAV' | 'FLAC', OutputProfile>> = {
  M4A: audioProfile(
    'm4a',
    { audio: AAC, containerOptions: MP4_FILE },
    { contentType: 'audio/mp4', video: null, audio: 'aac', slackUs: 25_000 },
  ),
  MP3: audioProfile(
    'mp3',
    // Without its header players guess the length.
    { audio: MP3, containerOptions: [...SAME_BYTES, '-write_xing', '1', '-f', 'mp3'] },
    { contentType: 'audio/mpeg', video: null, audio: 'mp3', slackUs: 75_000 },
  ),
  WAV: audioProfile(
    'wav',
    { audio: WAV, containerOptions: [...SAME_BYTES, '-f', 'wav'] },
    { contentType: 'audio/wav', video: null, audio: 'pcm_s16le', slackUs: 0 },
  ),
  FLAC: audioProfile(
    'flac',
    { audio: FLAC, containerOptions: [...SAME_BYTES, '-f', 'flac'] },
    { contentType: 'audio/flac', video: null, audio: 'flac', slackUs: 0 },
  ),
};

/** The profile of a format: a new kind of output is a case here, and a folder beside this where it needs more than options. */
export function profileOf(format: OutputFormat): OutputProfile {
  switch (format.kind) {
    case 'mp4':
      return MP4_PROFILES[format.videoCodec];
    case 'webm':
      return format.alpha ? ALPHA_WEBM : WEBM;
    case 'mov':
      return format.alpha ? ALPHA_MOV : PRORES_MOV;
    case 'gif':
      return gifProfile(format);
    case 'audio':
      return AUDIO_PROFILES[format.format];
    case 'hls':
      return hlsProfile(format);
  }
}

/** The formats whose encoders every worker has. */
const NEEDED: readonly OutputFormat[] = [{ kind: 'mp4', videoCodec: 'H264' }];
/** The formats that a worker offers where its ffmpeg has the encoders. */
const OFFERED: readonly OutputFormat[] = [
  { kind: 'mp4', videoCodec: 'HEVC' },
  { kind: 'mp4', videoCodec: 'AV1' },
  { kind: 'webm' },
  { kind: 'webm', alpha: true },
  { kind: 'mov' },
  { kind: 'mov', alpha: true },
  { kind: 'gif', playOnce: false },
  ...(['M4A', 'MP3', 'WAV', 'FLAC'] as const).map((format) => ({ kind: 'audio' as const, format })),
];

/** Encoders without which no worker starts; that of posters is one of them. */
export const NEEDED_ENCODERS: readonly string[] = [...new Set([...NEEDED.flatMap(encodersOf), 'mjpeg'])].sort();

/** Encoders that outputs are made with where a build has them. */
export const OUTPUT_ENCODERS: readonly string[] = [
  ...new Set([...[...NEEDED, ...OFFERED].flatMap(encodersOf), ...Object.values(THUMBNAIL_ENCODERS)]),
].sort();

/** Filters that profiles need. */
export const PROFILE_FILTERS: readonly string[] = [
  ...new Set([...NEEDED, ...OFFERED].flatMap((format) => profileOf(format).filters)),
];
