import { createHash } from 'node:crypto';
import type { Target } from '../command-line.js';
import type { RenderPlan } from '../compositor/render-plan.js';

/** Changes when the meaning of a key does, such as the way in which notes are written. */
const KEY_VERSION = 2;

interface GraphKeyParts {
  readonly plan: RenderPlan;
  readonly targets: readonly Target[];
  /** Of ffmpeg: another version may draw other pixels. */
  readonly toolVersion: string;
  /** Of each input of the plan, in order. */
  readonly identities: readonly string[];
}

/** A hash of all that the result of a graph depends on. Names of files and fields of the request are not part of it. Pure. */
export function graphKey({ plan, targets, toolVersion, identities }: GraphKeyParts): string {
  const inputs = plan.inputs.map(({ options }, i) => [identities[i], options]);
  const files = plan.files.map(({ name, content }) => [name, createHash('sha256').update(content).digest('hex')]);
  const made = targets.map(({ pads, options, device }) => [pads, options, ...(device ? [device.identity] : [])]);
  const parts = [KEY_VERSION, toolVersion, inputs, plan.graph, files, made];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The key of one of the files that a graph makes, by its number. */
export function fileKey(key: string, number: number): string {
  return createHash('sha256').update(`${key} ${number}`).digest('hex');
}
