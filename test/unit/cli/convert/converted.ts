import type { JsonValue } from '@bufbuild/protobuf';
import { type Conversion, convert, type Format, parseDocument } from '../../../../src/cli/convert/convert.js';
import { specFileText } from '../../../../src/cli/json.js';

/** A conversion as tests compare it: the spec as JSON, each warning as `path: message`. */
export interface Converted {
  readonly format: Format;
  readonly spec: JsonValue;
  readonly timeline: JsonTimeline;
  readonly warnings: readonly string[];
}

/** As far as tests look into it. */
export interface JsonTimeline {
  readonly canvas: JsonValue;
  readonly duration?: string;
  readonly tracks: readonly {
    readonly clips: readonly Readonly<Record<string, JsonValue>>[];
    readonly [key: string]: unknown;
  }[];
}

/** Converts a document that is written as JSON or JSON5, or is an object. */
export function converted(document: unknown, format?: Format): Converted {
  return shown(convert(typeof document === 'string' ? parseDocument(document) : document, format));
}

function shown({ format, spec, warnings }: Conversion): Converted {
  const json = JSON.parse(specFileText(spec)) as { timeline: JsonTimeline };
  return {
    format,
    spec: json as unknown as JsonValue,
    timeline: json.timeline,
    warnings: warnings.map(({ path, message }) => `${path}: ${message}`),
  };
}
