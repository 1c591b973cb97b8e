// Module hooks for `node --import`: a child process of a test runs the sources as they are, not the last build.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';

const KEPT = new URL('../../node_modules/.cache/cutroom-sources/', import.meta.url);

// The hooks run in a thread of their own, which loads this file too; worker threads need them as the main thread does.
if (!import.meta.url.endsWith('?hooks')) register(`${import.meta.url}?hooks`);

export async function resolve(specifier, context, nextResolve) {
  if (specifier.startsWith('.') && specifier.endsWith('.js')) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(source)) return { url: source.href, shortCircuit: true };
  }
  return nextResolve(specifier, context);
}

export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) return nextLoad(url, context);
  const file = fileURLToPath(url);
  const text = readFileSync(file, 'utf8');
  // Of the text, so that no change of a source is missed.
  const kept = new URL(`${createHash('sha256').update(text).digest('hex')}.js`, KEPT);
  if (!existsSync(kept)) keep(kept, await transformed(file, text));
  return { format: 'module', source: readFileSync(kept), shortCircuit: true };
}

/** To load what transforms takes longer than most of what is run. */
async function transformed(file, text) {
  const { transformSync } = await import('rolldown/utils');
  const { code, errors } = transformSync(file, text, { typescript: { onlyRemoveTypeImports: true } });
  if (errors.length > 0) throw errors[0];
  return code;
}

function keep(kept, code) {
  mkdirSync(KEPT, { recursive: true });
  const part = new URL(`${randomUUID()}.part`, KEPT);
  writeFileSync(part, code);
  renameSync(part, kept);
}
