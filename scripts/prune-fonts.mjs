/** For an image: removes the weights of the packaged fonts that captions do not use, which are four fifths of them. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './lib/root.mjs';

/** The two weights that `src/engine/captions/fonts.ts` looks for. */
const USED = /[-_](?:[47]00)?(Regular|Bold)\.(ttf|otf)$/;
const FONT = /\.(ttf|otf|woff2?)$/;

for (const scope of ['@embedpdf', '@expo-google-fonts']) {
  const folder = join(root, 'node_modules', scope);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && FONT.test(entry.name) && !USED.test(entry.name)) await rm(join(entry.parentPath, entry.name));
  }
}
