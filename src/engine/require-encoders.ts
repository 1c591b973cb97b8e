import { encoderNeeds, type OutputSpec } from '../composition/output-spec.js';
import { RenderError } from '../task/failure.js';
import type { Toolchain } from './toolchain.js';

/** Refuses outputs that this build of ffmpeg cannot encode, before anything is fetched. @throws RenderError ENCODER_MISSING with the field. */
export function requireEncoders(outputs: readonly OutputSpec[], { encoders }: Pick<Toolchain, 'encoders'>): void {
  for (const { field, encoders: needed } of outputs.flatMap(encoderNeeds)) {
    const missing = needed.filter((name) => !encoders.has(name));
    if (missing.length === 0) continue;
    const message = `the ffmpeg of this worker has no encoder ${missing.join(', ')}; choose another kind of output`;
    throw new RenderError('ENCODER_MISSING', message, { field });
  }
}
