import type { Encoding } from './output-profile.js';
import type { PlannedOutput } from './plan-passes.js';

/** Names of files in the scratch folder. */
export const scratchFiles = {
  encoded: ({ name }: Encoding) => `output-${name}`,
  /** Those of a package have a folder of their own, where they have the names that they link to each other by. */
  folder: ({ index }: PlannedOutput) => `package-${index}`,
  finished: (output: PlannedOutput) =>
    output.profile.packaging ? `${scratchFiles.folder(output)}/${output.key}` : `output-${output.index}`,
  /** A file with the pictures of a finished output in their largest size. */
  pictures: (output: PlannedOutput) => {
    const { packaging } = output.profile;
    return packaging
      ? `${scratchFiles.folder(output)}/${packaging.pictures(output.key)}`
      : scratchFiles.finished(output);
  },
  poster: ({ index }: PlannedOutput) => `poster-${index}.jpg`,
  sheet: ({ index }: PlannedOutput, number: string) => `sheet-${index}-${number}.jpg`,
  thumbnail: ({ index }: PlannedOutput, number: string) => `thumbnail-${index}-${number}`,
  subtitles: ({ index }: PlannedOutput, extension: string) => `subtitles-${index}.${extension}`,
  cues: ({ index }: PlannedOutput) => `sheet-${index}.vtt`,
  section: ({ name }: Encoding, number: number) => `section-${name}-${number}`,
  soundtrack: ({ name }: Encoding) => `soundtrack-${name}`,
};
