import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readAudioStreams } from '../../src/engine/audio/audio-streams.js';
import { prepareAudio, type PreparedAudio } from '../../src/engine/audio/prepare-audio.js';
import { DEFAULT_TOOL_PATHS } from '../../src/engine/capabilities.js';
import type { Toolchain } from '../../src/engine/toolchain.js';
import { failureOf, type TaskFailure } from '../../src/task/failure.js';
import { createMediaKit, type MediaKit } from '../fixtures/media-kit.js';
import { knownToolchain } from './known-toolchain.js';
import { toolsIn } from './render-bench.js';

/** Prepares audio files as the engine does, and reads the PCM without any tool. */
export interface AudioBench {
  readonly media: MediaKit;
  readonly toolchain: Toolchain;
  /** Of a file in the media kit's folder. */
  prepare(name: string, options?: { neededSamples?: number | null }): Promise<PreparedAudio & Samples>;
  /** Only measures. */
  measure(name: string, options?: { neededSamples?: number | null }): Promise<PreparedAudio>;
  failure(name: string): Promise<TaskFailure>;
  close(): Promise<void>;
}

/** Both channels at 48 kHz; full scale is -1 to 1. */
export interface Samples {
  readonly left: Float32Array;
  readonly right: Float32Array;
}

export async function createAudioBench(): Promise<AudioBench> {
  const media = await createMediaKit();
  const folder = await mkdtemp(path.join(tmpdir(), 'cutroom-audio-'));
  await mkdir(path.join(folder, 'inputs'));
  const toolchain = await knownToolchain({
    ffmpeg: process.env.CUTROOM_FFMPEG ?? DEFAULT_TOOL_PATHS.ffmpeg,
    ffprobe: process.env.CUTROOM_FFPROBE ?? DEFAULT_TOOL_PATHS.ffprobe,
  });
  let count = 0;

  async function run(name: string, neededSamples: number | null, outFile: string | null): Promise<PreparedAudio> {
    const context = toolsIn({ toolchain }, folder);
    count += 1;
    const file = `inputs/${count}`;
    await symlink(media.path(name), path.join(folder, file));
    const field = 'spec.audio';
    const source = await readAudioStreams(context, { file, field });
    return prepareAudio(context, { file, field, source, neededSamples, outFile });
  }

  return {
    media,
    toolchain,
    async prepare(name, { neededSamples = null } = {}) {
      const outFile = `pcm-${count}`;
      const prepared = await run(name, neededSamples, outFile);
      return { ...prepared, ...samplesOf(await readFile(path.join(folder, outFile))) };
    },
    measure: (name, { neededSamples = null } = {}) => run(name, neededSamples, null),
    failure: (name) =>
      run(name, null, `pcm-${count}`).then(
        () => {
          throw new Error('preparing should have failed');
        },
        (error: unknown) => failureOf(error),
      ),
    async close() {
      await media.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function samplesOf(bytes: Buffer): Samples {
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const pick = (offset: number) => Float32Array.from({ length: all.length / 2 }, (_, i) => all[i * 2 + offset]!);
  return { left: pick(0), right: pick(1) };
}
