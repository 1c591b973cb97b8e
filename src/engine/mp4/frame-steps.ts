import { boxesIn, videoTables, type Mp4Outline } from './boxes.js';
import { readSteps } from './sample-table.js';

/**
 * The lengths that the frames of an MP4's video have, in the units of its track, each once: one, where its frames follow each other evenly. A count of frames and a
 * length do not show that one frame of a join stands for twice as long as the others.
 * @returns empty for a file without an index or a video.
 */
export function frameSteps(outline: Mp4Outline): number[] {
  const [stbl] = videoTables(outline);
  const stts = stbl && boxesIn(stbl, 'stts')[0];
  return stts ? [...readSteps(stts).steps] : [];
}
