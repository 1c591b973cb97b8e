import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Format, parseDocument } from '../../../../src/cli/convert/convert.js';
import { RefusedDocumentError } from '../../../../src/cli/convert/refusal.js';
import { converted } from './converted.js';
import { EDITLY, JSON2VIDEO, OTIO, SHOTSTACK } from './documents.js';

type Container = Record<string, unknown> | unknown[];

/** All objects and lists within a document. */
function containersIn(value: unknown): Container[] {
  if (typeof value !== 'object' || value === null) return [];
  const container = value as Container;
  return [container, ...Object.values(container).flatMap(containersIn)];
}

interface Change {
  readonly where: number;
  readonly which: number;
  readonly key: string;
  readonly value: unknown;
  readonly kind: 'drop' | 'add' | 'replace';
}

/** Names that mean something, and some that do not. */
const KEYS = [
  'start',
  'length',
  'duration',
  'type',
  'scale',
  'transition',
  'layers',
  'children',
  'cutTo',
  'asset',
  '__proto__',
  'constructor',
  'zzz',
];

const values = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(-1, -2, 0, 1e300, -1e9, 0.0000001, 'auto', 'end', 'alias://walk', '{{NAME}}', 'video', null, [], {}),
);

const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({
    where: fc.nat(),
    which: fc.nat(),
    key: fc.oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 8 })),
    value: values,
    kind: fc.constantFrom('drop', 'add', 'replace'),
  }),
  { minLength: 1, maxLength: 6 },
);

function changed(document: unknown, list: readonly Change[]): unknown {
  const copy = JSON.parse(JSON.stringify(document)) as unknown;
  for (const { where, which, key, value: given, kind } of list) {
    const value = structuredClone(given);
    const containers = containersIn(copy);
    const target = containers[where % containers.length]!;
    const keys = Object.keys(target);
    const at = kind === 'add' ? key : keys[which % Math.max(1, keys.length)];
    if (at === undefined) continue;
    if (kind === 'drop') Reflect.deleteProperty(target, at);
    else if (Array.isArray(target) && kind === 'add') target.push(value);
    else Object.defineProperty(target, at, { value, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

const ALL: readonly (readonly [Format, readonly unknown[]])[] = [
  ['shotstack', Object.values(SHOTSTACK)],
  ['editly', Object.values(EDITLY).map(parseDocument)],
  ['json2video', Object.values(JSON2VIDEO)],
  ['otio', Object.values(OTIO)],
];

describe.each(ALL)('a document of %s with fields dropped, added and replaced', (format, documents) => {
  it('is converted, or refused with a message', () => {
    fc.assert(
      fc.property(fc.constantFrom(...documents), changes, (document, list) => {
        try {
          const { timeline } = converted(changed(document, list), format);
          expect(timeline.tracks.length).toBeGreaterThan(0);
        } catch (error) {
          if (!(error instanceof RefusedDocumentError)) throw error;
          expect(error.message).not.toBe('');
        }
      }),
      { numRuns: 600 },
    );
  });

  it('reports a field that nobody knows, wherever it is', () => {
    for (const document of documents) {
      const copy = JSON.parse(JSON.stringify(document)) as unknown;
      const objects = containersIn(copy).filter((one) => !Array.isArray(one));
      for (const target of objects) {
        Object.assign(target, { neverHeardOf: 1 });
        const { warnings } = converted(copy, format);
        Reflect.deleteProperty(target, 'neverHeardOf');
        const isReported = warnings.some((one) => one.includes('neverHeardOf') && one.includes('has no counterpart'));
        // Notes are passed over, and what is left out as a whole has one warning.
        const where = pathOf(copy, target);
        expect(isReported || isPassedOver(copy, target, format), where).toBe(true);
      }
    }
  });
});

/** Whether a target lies in a part that is left out as a whole, is not used, or is a note. */
function isPassedOver(document: unknown, target: Container, format: Format): boolean {
  const path = pathOf(document, target) ?? '';
  const isNamed = converted(document, format).warnings.some((one) => {
    const [at = ''] = one.split(': ');
    return at !== '' && (path === at || path.startsWith(`${at}.`) || path.startsWith(`${at}[`) || at.startsWith(path));
  });
  return isNamed || /metadata|variables|merge|global_start_time|media_references/.test(path);
}

function pathOf(value: unknown, target: Container, path = ''): string | undefined {
  if (value === target) return path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const at = Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    const found = pathOf(item, target, at);
    if (found !== undefined) return found;
  }
  return undefined;
}
