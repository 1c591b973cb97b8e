import JSON5 from 'json5';
import type { RenderSpec } from '../../../generated/cutroom/v1/spec.js';
import { withLiteralTexts } from '../../wire/render-spec/variables.js';
import { convertEditly } from './editly/convert-editly.js';
import { convertJson2Video } from './json2video/convert-json2video.js';
import { convertOtio } from './otio/convert-otio.js';
import { isObject } from './reader.js';
import { RefusedDocumentError } from './refusal.js';
import { type ConversionWarning, newReport, type Report } from './report.js';
import { convertShotstack } from './shotstack/convert-shotstack.js';

type Document = Readonly<Record<string, unknown>>;

interface FormatRow {
  /** For people. */
  readonly name: string;
  /** Whether a document looks like one. */
  readonly isOne: (document: Document) => boolean;
  readonly convert: (document: Document, report: Report) => RenderSpec;
}

/** The known formats, in the order in which they are recognised. */
const FORMATS = {
  otio: {
    name: 'an OpenTimelineIO file (with `OTIO_SCHEMA`)',
    isOne: (document) => typeof document.OTIO_SCHEMA === 'string',
    convert: convertOtio,
  },
  shotstack: {
    name: 'a Shotstack edit (with `timeline.tracks`)',
    isOne: ({ timeline }) => isObject(timeline) && Array.isArray(timeline.tracks),
    convert: convertShotstack,
  },
  json2video: {
    name: 'a JSON2Video movie (with `scenes`)',
    isOne: ({ scenes }) => Array.isArray(scenes),
    convert: convertJson2Video,
  },
  editly: {
    name: 'an editly spec (with `clips`)',
    isOne: ({ clips }) => Array.isArray(clips),
    convert: convertEditly,
  },
} as const satisfies Record<string, FormatRow>;

/** A format that can be converted. */
export type Format = keyof typeof FORMATS;

/** The names of the known formats. */
export const FORMAT_NAMES: readonly Format[] = ['shotstack', 'editly', 'json2video', 'otio'];

/** A converted document. */
export interface Conversion {
  readonly format: Format;
  readonly spec: RenderSpec;
  /** What is not in the spec as the document says it. */
  readonly warnings: readonly ConversionWarning[];
}

/** Nesting beyond this is no document of these formats. */
const MAX_DEPTH = 300;

/** Reads JSON, or JSON5. @throws RefusedDocumentError when it is neither. */
export function parseDocument(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    // JSON5 reads everything else; its message names the place.
  }
  try {
    return JSON5.parse(content);
  } catch (error) {
    throw new RefusedDocumentError(
      `it is neither JSON nor JSON5: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}

/**
 * Converts a parsed document to a spec. Without `format` it is recognised by its content.
 * @throws RefusedDocumentError when it is none of the known formats, or nothing in it can be seen or heard.
 */
export function convert(document: unknown, format?: Format): Conversion {
  if (!isObject(document)) throw unknownFormat();
  if (isDeeperThan(document, MAX_DEPTH))
    throw new RefusedDocumentError(`it is nested more than ${MAX_DEPTH} levels deep`);
  const found = format ?? formatOf(document);
  if (found === undefined) throw unknownFormat();
  const report = newReport();
  // Placeholders without a value stay as they are, by the rules of specs too.
  const spec = withLiteralTexts(FORMATS[found].convert(document, report));
  return { format: found, spec, warnings: report.finish() };
}

function formatOf(document: Document): Format | undefined {
  const names: readonly Format[] = ['otio', 'shotstack', 'json2video', 'editly'];
  return names.find((name) => FORMATS[name].isOne(document));
}

function unknownFormat(): RefusedDocumentError {
  const names = FORMAT_NAMES.map((name) => FORMATS[name].name);
  return new RefusedDocumentError(
    `it is none of the known formats: ${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`,
  );
}

function isDeeperThan(document: unknown, most: number): boolean {
  let level: unknown[] = [document];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? (Object.values(value) as unknown[]) : [],
    );
  }
  return false;
}
