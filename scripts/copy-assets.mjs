/** The last step of `npm run build`: what tsc leaves out of dist/. */
import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './lib/root.mjs';

await copyFile(join(root, 'generated/descriptors.binpb'), join(root, 'dist/generated/descriptors.binpb'));
await chmod(join(root, 'dist/src/cli/cutroom.js'), 0o755);
