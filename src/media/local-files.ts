import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { LRUCache } from 'lru-cache';
import { RenderError } from '../task/failure.js';
import type { AssetSource } from '../task/ports/asset-source.js';
import { CallError } from '../task/call-error.js';
import { EXHAUSTED, inspectFile, InspectionError } from './inspect-file.js';

/** A resolved URI: a file that may be used, or the problem with it. */
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
 * How long `check` remembers an input that passed, and how many: a caller that submits many tasks at once names the same inputs again and
 * again. A file may be gone at any moment anyway; `fetch` checks for itself.
 */
const RECENTLY_CHECKED_MS = 1_000;
const MAX_RECENTLY_CHECKED = 10_000;

const OUTSIDE = "lies outside the server's input roots";

export interface LocalFilesOptions {
  readonly roots: readonly string[];
  /** A folder whose files are no inputs although it lies within a root; null: none. */
  readonly except?: string | null;
  /** Said of a file outside of the roots; ends a sentence that begins with the field's name. */
  readonly outside?: string;
}

const SCHEME = /^([a-z][a-z0-9+.-]*):/i;

/**
 * Inputs that are files of this machine within `roots`: named by absolute path, `file:` URL, or path relative to one of the roots. A file
 * must lie within a root after all symbolic links are followed, and be a regular file: no device, no pipe that never ends.
 */
export function createLocalFiles(options: LocalFilesOptions): AssetSource {
  const roots = createRoots(options);
  const recentlyChecked = new LRUCache<string, true>({ max: MAX_RECENTLY_CHECKED, ttl: RECENTLY_CHECKED_MS });
  return {
    async check(uri) {
      if (recentlyChecked.has(uri)) return null;
      const resolved = await resolveUri(uri, roots).catch(throwForCaller);
      if (resolved.kind === 'problem') return { description: resolved.description };
      recentlyChecked.set(uri, true);
      return null;
    },
    async sizeOf(uri) {
      const resolved = await resolveUri(uri, roots).catch(throwForCaller);
      if (resolved.kind === 'problem') return null;
      return stat(resolved.path).then(
        ({ size }) => size,
        () => null,
      );
    },
    async fetch(uri, { field, signal }) {
      signal.throwIfAborted();
      const resolved = await resolveUri(uri, roots).catch((error: unknown) => throwForRender(error, field));
      if (resolved.kind === 'file') return resolved.path;
      throw new RenderError(resolved.reason, `this input ${resolved.description}`, { field });
    },
  };
}

/** A lack of ours is never the fault of a caller's input. */
function throwForCaller(error: unknown): never {
  if (error instanceof InspectionError) throw new CallError({ reason: 'INPUTS_UNAVAILABLE' }, { cause: error });
  throw error;
}

function throwForRender(error: unknown, field: string): never {
  if (!(error instanceof InspectionError)) throw error;
  const options = { field, cause: error };
  if (error.isExhausted)
    throw new RenderError('OUT_OF_PROCESSES', 'the render server had no room to open an input', options);
  throw new RenderError('INPUT_NOT_READABLE', 'this input could not be read by the server at the moment', options);
}

interface Roots {
  /** As configured, absolute. */
  readonly names: readonly string[];
  /** Said of a file outside of them. */
  readonly outside: string;
  /** Those that are there, free of symbolic links. */
  places(): Promise<Places>;
}

/** Where roots lie, free of symbolic links. */
interface Places {
  readonly roots: readonly string[];
  /** Null: none. */
  readonly except: string | null;
}

function createRoots({ roots: configured, except = null, outside = OUTSIDE }: LocalFilesOptions): Roots {
  const names = configured.map((root) => path.resolve(root));
  let known: { readonly places: Promise<Places>; readonly atMs: number } | null = null;
  // Without a descriptor a folder is not gone, and its files are not outside of the roots.
  const placeOf = (name: string) =>
    realpath(name).catch((error: unknown) => {
      if (EXHAUSTED.has((error as NodeJS.ErrnoException).code ?? '')) throw new InspectionError(error);
      return null;
    });
  async function find(): Promise<Places> {
    const places = await Promise.all(names.map(placeOf));
    return { roots: places.filter((place) => place !== null), except: except === null ? null : await placeOf(except) };
  }
  return {
    names,
    outside,
    places() {
      const nowMs = performance.now();
      if (!known || nowMs - known.atMs >= ROOTS_FRESH_MS) {
        const next = { places: find(), atMs: nowMs };
        known = next;
        next.places.catch(() => {
          if (known === next) known = null;
        });
      }
      return known.places;
    },
  };
}

async function resolveUri(uri: string, rootsOf: Roots): Promise<Resolved> {
  const named = toPath(uri);
  if (typeof named !== 'string') return named;
  const places = await rootsOf.places();
  const candidates = path.isAbsolute(named) ? [named] : places.roots.map((root) => path.join(root, named));
  // By name first: the answer says nothing about files outside the roots.
  const within = candidates.filter((candidate) =>
    [...places.roots, ...rootsOf.names].some((root) => isWithin(candidate, root)),
  );
  if (within.length === 0) return problem('INPUT_NOT_FOUND', rootsOf.outside);
  for (const candidate of within) {
    const resolved = await resolveFile(candidate, places, rootsOf.outside);
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
  // A colon may be part of a file's name; the text before it is then no known scheme.
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
async function resolveFile(name: string, places: Places, outside: string): Promise<Resolved | null> {
  const seen = await inspectFile(name);
  if (!seen) return null;
  if (seen.kind === 'unreadable') return problem('INPUT_NOT_READABLE', 'cannot be read by the server');
  if (!isInput(seen.path, places)) return problem('INPUT_NOT_FOUND', outside);
  if (seen.kind === 'folder') return problem('INPUT_NOT_FOUND', 'is a folder, not a file');
  return seen.kind === 'file' ? { kind: 'file', path: seen.path } : problem('INPUT_NOT_FOUND', 'is no regular file');
}

/** The excepted folder hides its files from the roots around it, not from a root within it. */
function isInput(file: string, { roots, except }: Places): boolean {
  const isHidden = (root: string): boolean => except !== null && isWithin(except, root) && isWithin(file, except);
  return roots.some((root) => isWithin(file, root) && !isHidden(root));
}

function isWithin(file: string, root: string): boolean {
  const relative = path.relative(root, file);
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function problem(reason: 'INPUT_NOT_FOUND' | 'INPUT_NOT_READABLE', description: string): Resolved {
  return { kind: 'problem', reason, description };
}
