/** `npm run generate`: everything that is made from proto/: the vendored Google protos, generated/ and its descriptor set. */
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { fail } from './lib/fail.mjs';
import { generateInto, refreshVendoredProtos } from './lib/generated.mjs';
import { root } from './lib/root.mjs';

try {
  await ensureNpmPackages();
  await refreshVendoredProtos();
  await generateInto(root);
} catch (error) {
  fail(error);
}
