import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './root.mjs';

/** Where the specs, their pictures and `recipes.json` are. */
export const RECIPES_FOLDER = join(root, 'docs/cookbook');

/** The page that is made of them. */
export const PAGE_FILE = join(root, 'docs/cookbook.md');

/** @returns {Promise<import('./cookbook.d.mts').Recipe[]>} */
export async function readRecipes() {
  const recipes = JSON.parse(await readFile(join(RECIPES_FOLDER, 'recipes.json'), 'utf8'));
  return Promise.all(
    recipes.map(async (recipe) => ({
      ...recipe,
      frames: recipe.frames ?? [],
      sound: recipe.sound ?? false,
      text: await readFile(join(RECIPES_FOLDER, `${recipe.name}.json`), 'utf8'),
    })),
  );
}

/** `1.5s` as a number. */
export function seconds(duration) {
  return Number(duration.replace(/s$/, ''));
}

/** The page of the cookbook. */
export function cookbookPage(recipes) {
  const entries = recipes.map(({ title }) => `[${title}](#${anchorOf(title)})`).join(' · ');
  return `${INTRODUCTION}\n${entries}\n\n${recipes.map(section).join('\n')}`;
}

const INTRODUCTION = `# Cookbook of timelines

What a [timeline](../proto/cutroom/v1/timeline.proto) can say, each with a whole spec and its result. Every spec here is rendered by a test.
\`npm run cookbook\` makes this page, its pictures and the media that the specs name; afterwards you can render one yourself:

\`\`\`sh
cd .cutroom/cookbook && cutroom render ../../docs/cookbook/keyframes.json -o keyframes.mp4
\`\`\`

The JSON Schema of specs, \`/schema/render-spec.json\` of a server, completes names in an editor. \`cutroom submit SPEC --validate-only\` prints a spec with every default, or every violation at once.
Without a \`canvas\` a video has 1920x1080 at 30 frames per second.
`;

/** As GitHub makes it of a heading. */
function anchorOf(title) {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- ]/gu, '')
    .replaceAll(' ', '-');
}

function section({ name, title, sentence, text, ...recipe }) {
  return [
    `## ${title}`,
    sentence,
    '',
    `![${title}](cookbook/${name}.jpg)`,
    '',
    caption(name, recipe),
    '',
    '```json',
    text.trimEnd(),
    '```',
    '',
  ].join('\n');
}

function caption(name, { frames, sound, length }) {
  const times = frames.map((time) => `${seconds(time)} s`);
  const parts = [
    ...(times.length > 0 ? [`the picture at ${list(times)}`] : []),
    ...(sound ? [`the loudness over its ${Number(seconds(length).toFixed(1))} s`] : []),
  ];
  const all = parts.join(', and ');
  return `*${all[0].toUpperCase()}${all.slice(1)}.* [${name}.json](cookbook/${name}.json)`;
}

function list(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
