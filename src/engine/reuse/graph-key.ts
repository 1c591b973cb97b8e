import { createHash } from 'node:crypto';
import type { RenderPlan } from '../compositor/render-plan.js';

/** Changes when the meaning of a key does, such as the way in which notes are written. */
const KEY_VERSION = 1;

export interface GraphKeyParts {
  readonly plan: RenderPlan;
  readonly pads: readonly string[];
  readonly encodingOptions: readonly string[];
  /** Of ffmpeg: another version may draw other pixels. */
  readonly toolVersion: string;
  /** Of each input of the plan, in order. */
  readonly identities: readonly string[];
}

/** A hash of all that the result of a graph depends on. Names of files and fields of the request are not part of it. Pure. */
export function graphKey({ plan, pads, encodingOptions, toolVersion, identities }: GraphKeyParts): string {
  const inputs = plan.inputs.map(({ options }, i) => [identities[i], options]);
  const files = plan.files.map(({ name, content }) => [name, createHash('sha256').update(content).digest('hex')]);
  const parts = [KEY_VERSION, toolVersion, inputs, plan.graph, files, pads, encodingOptions];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
