/**
 * `npm run cookbook [-- NAME …]`: renders the specs of docs/cookbook (or those of these names) as a user would, takes their pictures and writes
 * docs/cookbook.md. `--page` writes the page alone.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cookbookPage, PAGE_FILE, readRecipes, RECIPES_FOLDER } from './lib/cookbook.mjs';
import { makeCookbookMedia } from './lib/cookbook-media.mjs';
import { takePicture } from './lib/cookbook-picture.mjs';
import { CheckFailedError, fail } from './lib/fail.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { root } from './lib/root.mjs';
import { run } from './lib/run.mjs';
import { step } from './lib/say.mjs';
import { cutroom } from './lib/service.mjs';
import { ensureSystemPackages, FOR_RENDERING } from './lib/system-packages.mjs';

const media = join(root, '.cutroom/cookbook');

try {
  const { positionals: names, values } = parseArgs({ allowPositionals: true, options: { page: { type: 'boolean' } } });
  const recipes = await readRecipes();
  const unknown = names.find((name) => !recipes.some((recipe) => recipe.name === name));
  if (unknown !== undefined) throw new CheckFailedError(`docs/cookbook/recipes.json has no ${unknown}`);
  if (values.page !== true)
    await makePictures(recipes.filter(({ name }) => names.length === 0 || names.includes(name)));
  await writeFile(PAGE_FILE, cookbookPage(recipes));
} catch (error) {
  fail(error);
}

async function makePictures(recipes) {
  await ensureSystemPackages(FOR_RENDERING);
  await ensureNpmPackages();
  await step('build', () => run('npm', ['run', '--silent', 'build'], { cwd: root, quiet: true }));
  await step('media', () => makeCookbookMedia(media));
  for (const recipe of recipes) await step(recipe.name, () => makePicture(recipe));
}

async function makePicture(recipe) {
  const folder = join(media, recipe.name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  const spec = join(RECIPES_FOLDER, `${recipe.name}.json`);
  // Inputs are looked up in the working directory.
  await run(process.execPath, [cutroom, 'render', spec, '-o', join(folder, 'video.mp4')], { cwd: media, quiet: true });
  const files = (await readdir(folder)).filter((name) => /\.(mp4|gif|m4a)$/.test(name)).sort();
  const first = files.indexOf('video.mp4');
  const ordered = [...files.splice(first, 1), ...files].map((name) => join(folder, name));
  await takePicture(recipe, ordered, join(RECIPES_FOLDER, `${recipe.name}.jpg`));
}
