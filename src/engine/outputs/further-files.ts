import type { FurtherFile } from './output-profile.js';
import type { PlannedOutput } from './plan-passes.js';
import { POSTER_TYPE } from './poster.js';
import { sidecarFiles } from './subtitles/sidecars.js';
import { sheetFiles } from './sprite-sheet.js';
import { thumbnailFiles } from './thumbnails.js';
import { scratchFiles } from './scratch-files.js';

/** All of an output, once it is finished. */
export function furtherFiles(output: PlannedOutput): FurtherFile[] {
  const { key, profile, content } = output;
  const name = `${key}.poster.jpg`;
  const poster: FurtherFile = {
    file: scratchFiles.poster(output),
    part: { name, contentType: POSTER_TYPE, role: 'POSTER' },
  };
  const parts = profile.packaging?.parts(key, content) ?? [];
  return [
    ...(profile.video === null ? [] : [poster]),
    ...parts.map((part) => ({ file: `${scratchFiles.folder(output)}/${part.name}`, part })),
    ...sidecarFiles(output),
    ...sheetFiles(output),
    ...thumbnailFiles(output),
  ];
}
