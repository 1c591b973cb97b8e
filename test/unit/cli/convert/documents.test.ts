import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Format } from '../../../../src/cli/convert/convert.js';
import { converted } from './converted.js';
import { EDITLY, JSON2VIDEO, OTIO, SHOTSTACK } from './documents.js';

/** What the documents become, looked through by hand, with every warning. */
async function expectedOf(
  format: Format,
): Promise<Readonly<Record<string, { spec: unknown; warnings: readonly string[] }>>> {
  const file = new URL(`./expected/${format}.json`, import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')) as Record<string, { spec: unknown; warnings: string[] }>;
}

const FORMATS: readonly (readonly [Format, Readonly<Record<string, unknown>>])[] = [
  ['shotstack', SHOTSTACK],
  ['editly', EDITLY],
  ['json2video', JSON2VIDEO],
  ['otio', OTIO],
];

describe.each(FORMATS)('a document of %s', (format, documents) => {
  it.each(Object.entries(documents))(
    'becomes the expected spec with the expected warnings: %s',
    async (name, document) => {
      const { spec, warnings, format: recognised } = converted(document);
      const expected = (await expectedOf(format))[name];
      expect(recognised).toBe(format);
      expect(spec).toEqual(expected?.spec);
      expect(warnings).toEqual(expected?.warnings);
    },
  );
});
