import type { ParsedSpec } from '../../composition/parsed-spec.js';
import type { Violation } from '../../composition/violation.js';
import type { OutputUploader } from '../ports/output-uploader.js';

/** The violations of the destinations that a spec names: URLs that nothing is put to. */
export function destinationViolations(uploader: Pick<OutputUploader, 'check'>, { outputs }: ParsedSpec): Violation[] {
  return outputs.flatMap(({ destination }) => {
    // One that is missing was noticed before.
    if (!destination || destination.url === '') return [];
    const description = uploader.check(destination.url);
    return description === null ? [] : [{ field: destination.field, description }];
  });
}
