import type { ParsedSpec } from '../../composition/parsed-spec.js';
import type { Violation } from '../../composition/violation.js';
import type { OutputUploader } from '../ports/output-uploader.js';

/** The violations of the destinations that a spec names: places that nothing is put to. */
export function destinationViolations(
  uploader: Pick<OutputUploader, 'check'>,
  { outputs, violations }: ParsedSpec,
): Violation[] {
  return outputs.flatMap(({ destination }) => {
    // One that cannot be read was noticed before.
    if (!destination || violations.some(({ field }) => field.startsWith(destination.field))) return [];
    return uploader.check(destination) ?? [];
  });
}
