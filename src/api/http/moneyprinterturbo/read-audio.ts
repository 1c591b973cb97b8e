import type { Music, Narration } from '../../../../generated/cutroom/v1/montage.js';
import type { ParameterReader } from './parameter-reader.js';

const VOICE_VOLUME = { min: 0, max: 10 };
const MUSIC_VOLUME = { min: 0, max: 10 };
const DEFAULT_MUSIC_VOLUME = 0.2;
/** The gain that stands for silence. */
const LEAST_DB = -60;

/** Reads the narration, which these routes require: no speech is made here. */
export function readNarration(reader: ParameterReader): Narration | undefined {
  const uri = reader.text('custom_audio_file') ?? '';
  const volume = reader.number('voice_volume', VOICE_VOLUME) ?? 1;
  if (uri !== '') return { uri, gainDb: decibels(volume) };
  reader.refuse('custom_audio_file', 'a narration file is required: no speech is made of video_script here');
  return undefined;
}

/** Reads the music. @param songs the songs to choose from; `uploads` may only be named; `random` is at least 0 and less than 1. */
export function readMusic(
  reader: ParameterReader,
  { songs, uploads, random }: { songs: readonly string[]; uploads: readonly string[]; random: number },
): Music | undefined {
  const type = reader.text('bgm_type');
  const file = reader.text('bgm_file') ?? '';
  const volume = reader.number('bgm_volume', MUSIC_VOLUME) ?? DEFAULT_MUSIC_VOLUME;
  // Null or empty means none, as it does there; not given means random.
  const isOff = reader.raw('bgm_type') === null || type === '' || type === 'none' || volume === 0;
  if (isOff) return undefined;
  const uri = file === '' ? songs[Math.floor(random * songs.length)] : (named(file, [...songs, ...uploads]) ?? file);
  if (uri !== undefined) return { uri, gainDb: decibels(volume), fadeOut: undefined };
  if (type !== undefined)
    reader.warn('MUSIC_NOT_FOUND', 'bgm_type', 'there is no music to choose from; the video has none');
  return undefined;
}

/** The song of a bare file name, as their clients send it: the first one that is called so. */
function named(file: string, songs: readonly string[]): string | undefined {
  return file.includes('/') ? undefined : songs.find((uri) => uri.slice(uri.lastIndexOf('/') + 1) === file);
}

function decibels(volume: number): number {
  return volume === 0 ? LEAST_DB : Math.max(LEAST_DB, 20 * Math.log10(volume));
}
