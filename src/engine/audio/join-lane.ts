import { constants, createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { laneChains } from '../compositor/audio/lanes.js';
import { AUDIO_PAD, createInputList, type KnownMedia } from '../compositor/render-plan.js';
import type { ToolContext } from '../process/run-tool.js';
import { BYTES_PER_SAMPLE, PCM_CODEC, PCM_FORMAT } from './pcm.js';
import { preparedAudio } from './prepared-audio.js';
import type { LaneStep } from './plan-lanes.js';
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
  await runAudioGraph(tools, {
    ...{ name, inputs: inputs.all, chains, samples: lane.endSample - lane.startSample },
    output: ['-map', `[${AUDIO_PAD}]`, '-c:a', PCM_CODEC, '-f', PCM_FORMAT, `file:${part}`],
  });
  const at = (of: string) => path.join(tools.cwd, of);
  // Other steps may have begun the file. Where none of them writes is a hole, which is read as silence.
  const whole = await open(at(file), constants.O_WRONLY | constants.O_CREAT);
  const to = whole.createWriteStream({ start: startSample * BYTES_PER_SAMPLE });
  await pipeline(createReadStream(at(part)), to, { signal: tools.signal });
  await rm(at(part));
}
