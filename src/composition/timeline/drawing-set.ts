import { createHash } from 'node:crypto';
import type { AssetRef } from '../asset.js';
import type { Drawing, DrawingContent } from '../drawing.js';
import type { Size } from '../output-spec.js';

/** The drawings of a composition, each once. */
export interface DrawingSet {
  /** @param field the field of the request that it is drawn for. */
  add(size: Size, content: DrawingContent, field: string): AssetRef;
  readonly all: readonly Drawing[];
}

/** The smallest picture that every ffmpeg scales. */
const SPECK: Size = { width: 2, height: 2 };

export function createDrawingSet(): DrawingSet {
  const drawings = new Map<string, Drawing>();
  return {
    add({ width, height }, content, field) {
      const uri = `drawing:${createHash('sha256').update(canonicalJson({ width, height, content })).digest('hex')}`;
      if (!drawings.has(uri)) drawings.set(uri, { uri, width, height, content, field });
      return { uri, field };
    },
    get all() {
      return [...drawings.values()];
    },
  };
}

/** A picture with nothing in it. */
export function addNothing(drawings: DrawingSet, field: string): AssetRef {
  return drawings.add(SPECK, { kind: 'COLOR', color: { r: 0, g: 0, b: 0, a: 0 } }, field);
}

/** JSON with the members of objects in the order of their names. Fields of the request say nothing of a picture. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (key, member: unknown) => {
    if (key === 'field') return undefined;
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
