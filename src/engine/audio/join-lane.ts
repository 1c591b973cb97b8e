import { constants, createReadStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { laneChains } from '../compositor/audio/lanes.js';
import { AUDIO_PAD, createInputList, type KnownMedia } from '../compositor/render-plan.js';
import type { ToolContext } from '../process/run-tool.js';
import { BYTES_PER_SAMPLE, PCM_CODEC, PCM_FORMAT } from './pcm.js';
import { preparedAudio } from './prepared-audio.js';
import type { LaneStep } from './plan-lanes.js';
import { RenderError } from '../../task/failure.js';
import { runAudioGraph } from './run-audio-graph.js';

/** Joins the clips of a step, and puts the result at its place in the file of the lane. @throws RenderError as `runAudioGraph`. */
export async function joinLane(
  { id, file, startSample, lane }: LaneStep,
  tools: ToolContext,
  media: Pick<KnownMedia, 'audios'>,
): Promise<void> {
  const inputs = createInputList();
  const chains = laneChains(lane, { pad: AUDIO_PAD, delay: 0 }, inputs, preparedAudio(media));
  const name = id.replaceAll(' ', '-');
  const part = `${name}.pcm`;
  const samples = lane.endSample - lane.startSample;
  const whole = `[${AUDIO_PAD}]apad=whole_len=${samples}[whole]`;
  await runAudioGraph(tools, {
    ...{ name, inputs: inputs.all, chains: [...chains, whole], samples },
    output: ['-map', '[whole]', '-c:a', PCM_CODEC, '-f', PCM_FORMAT, `file:${part}`],
  });
  const at = (of: string) => path.join(tools.cwd, of);
  await requireLength(at(part), samples);
  // Other steps may have begun the file. Where none of them writes is a hole, which is read as silence.
  const target = await open(at(file), constants.O_WRONLY | constants.O_CREAT);
  const to = target.createWriteStream({ start: startSample * BYTES_PER_SAMPLE });
  await pipeline(createReadStream(at(part)), to, { signal: tools.signal });
  await rm(at(part));
}

/** ffmpeg ends with 0 where a filter fails on the way: the rest would be silent. @throws RenderError RENDER_FAILED. */
async function requireLength(file: string, samples: number): Promise<void> {
  const { size } = await stat(file);
  if (size === samples * BYTES_PER_SAMPLE) return;
  throw new RenderError(
    'RENDER_FAILED',
    `ffmpeg joined ${size / BYTES_PER_SAMPLE} samples of sound instead of ${samples}`,
  );
}
