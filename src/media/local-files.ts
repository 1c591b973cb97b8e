import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { LRUCache } from 'lru-cache';
import { RenderError } from '../task/failure.js';
import type { AssetSource } from '../task/ports/asset-source.js';
import { inspectFile } from './inspect-file.js';

/** What a URI turned out to be: a file that may be used, or why it may not. */
type Resolved =
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'problem';
      readonly reason: 'INPUT_NOT_FOUND' | 'INPUT_NOT_READABLE';
      readonly description: string;
    };

/** How long a root's own place is remembered. A root may be a link that is set to another folder while the service runs. */
const ROOTS_FRESH_MS = 1_000;

/**
 * How long an input that was found fine is taken to be so by `check`, and of how many: who submits many tasks at once names the same inputs again and
 * again. It may be gone at any moment anyway; `fetch` looks for itself.
 */
const RECENTLY_CHECKED_MS = 1_000;
const MAX_RECENTLY_CHECKED = 10_000;

const OUTSIDE = "lies outside the server's input roots";

const SCHEME = /^([a-z][a-z0-9+.-]*):/i;

/**
 * Inputs that are files of this machine within `roots`: named by absolute path, `file:` URL, or path relative to one of the roots. A file
 * must lie within a root after all symbolic links are followed, and be a regular file: no device, no pipe that never ends.
 */
export function createLocalFiles(options: { readonly roots: readonly string[] }): AssetSource {
  const roots = createRoots(options.roots);
  const recentlyChecked = new LRUCache<string, true>({ max: MAX_RECENTLY_CHECKED, ttl: RECENTLY_CHECKED_MS });
  return {
    async check(uri) {
      if (recentlyChecked.has(uri)) return null;
      const resolved = await resolveUri(uri, roots);
      if (resolved.kind === 'problem') return { description: resolved.description };
      recentlyChecked.set(uri, true);
      return null;
    },
    async fetch(uri, { field, signal }) {
      signal.throwIfAborted();
      const resolved = await resolveUri(uri, roots);
      if (resolved.kind === 'file') return resolved.path;
      throw new RenderError(resolved.reason, `this input ${resolved.description}`, { field });
    },
  };
}

interface Roots {
  /** As configured, absolute. */
  readonly names: readonly string[];
  /** Those that are there, free of symbolic links. */
  places(): Promise<readonly string[]>;
}

function createRoots(configured: readonly string[]): Roots {
  const names = configured.map((root) => path.resolve(root));
  let known: { readonly places: Promise<readonly string[]>; readonly atMs: number } | null = null;
  async function find(): Promise<readonly string[]> {
    const places = await Promise.all(names.map((name) => realpath(name).catch(() => null)));
    return places.filter((place) => place !== null);
  }
  return {
    names,
    places() {
      const nowMs = performance.now();
      if (!known || nowMs - known.atMs >= ROOTS_FRESH_MS) known = { places: find(), atMs: nowMs };
      return known.places;
    },
  };
}

async function resolveUri(uri: string, rootsOf: Roots): Promise<Resolved> {
  const named = toPath(uri);
  if (typeof named !== 'string') return named;
  const roots = await rootsOf.places();
  const candidates = path.isAbsolute(named) ? [named] : roots.map((root) => path.join(root, named));
  // By name first: nothing is said about what is or is not there outside the roots.
  const within = candidates.filter((candidate) => isWithinAny(candidate, [...roots, ...rootsOf.names]));
  if (within.length === 0) return problem('INPUT_NOT_FOUND', OUTSIDE);
  for (const candidate of within) {
    const resolved = await resolveFile(candidate, roots);
    if (resolved) return resolved;
  }
  return problem('INPUT_NOT_FOUND', 'does not exist');
}

function toPath(uri: string): string | Resolved {
  if (uri.includes('\0')) return problem('INPUT_NOT_FOUND', 'is no path: it has a zero byte in it');
  const scheme = SCHEME.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return uri === '' ? problem('INPUT_NOT_FOUND', 'is empty') : path.normalize(uri);
  if (scheme === 'http' || scheme === 'https')
    return problem('INPUT_NOT_FOUND', 'is a web address, not a file of the server');
  // A colon may be part of a file's name; what is in front of it is then no known scheme.
  if (scheme !== 'file')
    return uri.startsWith(`${scheme}://`)
      ? problem('INPUT_NOT_FOUND', `has a scheme that is not served: ${scheme}`)
      : path.normalize(uri);
  try {
    return fileURLToPath(uri);
  } catch {
    return problem('INPUT_NOT_FOUND', 'is no valid file: URL; write file:///path');
  }
}

/** Null: there is nothing of this name. */
async function resolveFile(name: string, roots: readonly string[]): Promise<Resolved | null> {
  const seen = await inspectFile(name);
  if (!seen) return null;
  if (seen.kind === 'unreadable') return problem('INPUT_NOT_READABLE', 'cannot be read by the server');
  if (!isWithinAny(seen.path, roots)) return problem('INPUT_NOT_FOUND', OUTSIDE);
  if (seen.kind === 'folder') return problem('INPUT_NOT_FOUND', 'is a folder, not a file');
  return seen.kind === 'file' ? { kind: 'file', path: seen.path } : problem('INPUT_NOT_FOUND', 'is no regular file');
}

function isWithinAny(file: string, roots: readonly string[]): boolean {
  return roots.some((root) => {
    const relative = path.relative(root, file);
    return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
  });
}

function problem(reason: 'INPUT_NOT_FOUND' | 'INPUT_NOT_READABLE', description: string): Resolved {
  return { kind: 'problem', reason, description };
}
