import type { JsonObject } from '@bufbuild/protobuf';
import { createParameterReader, type ParameterReader } from '../moneyprinterturbo/parameter-reader.js';
import { readParameters } from '../moneyprinterturbo/read-video-request.js';

/** The parameters that are lists of objects, whose readers take them as they are. */
const LISTS: Readonly<Record<string, JsonObject>> = {
  video_materials: list({ url: { type: 'string', minLength: 1 } }, ['url']),
  subtitle_cues: list({ start: seconds(), end: seconds(), text: { type: 'string', minLength: 1 } }, [
    'start',
    'end',
    'text',
  ]),
};

/**
 * The schema of the body of `POST /api/v1/videos`, learnt from its own reader: it is run once on a body without parameters, and shows by its questions which ones
 * there are, and by its refusals which ones it needs. Others are ignored with a warning, and numbers out of range are replaced by the nearest limit.
 */
export function videoParameters(): JsonObject {
  const properties: Record<string, JsonObject> = {};
  const reader = createParameterReader({});
  const note = (name: string, schema: JsonObject): void => {
    // Null is "not given".
    properties[name] ??= { ...(LISTS[name] ?? schema) };
  };
  const noting: ParameterReader = {
    ...reader,
    raw: (name) => {
      note(name, {});
      return undefined;
    },
    text: (name) => {
      note(name, { type: ['string', 'null'] });
      return undefined;
    },
    number: (name, { min, max, whole }) => {
      const type = whole === true ? 'integer' : 'number';
      note(name, {
        type: [type, 'null'],
        description: `${min} to ${max}; the nearest limit stands in for other numbers.`,
      });
      return undefined;
    },
    flag: (name) => {
      note(name, { type: ['boolean', 'null'] });
      return undefined;
    },
    oneOf: (name, values) => {
      note(name, { enum: [...values, null] });
      return undefined;
    },
  };
  const { violations } = readParameters(noting, { songs: [], uploadedSongs: [], fonts: [], random: () => 0 });
  const required = violations.map(({ field }) => field);
  for (const name of required) {
    const { type } = properties[name] ?? {};
    if (Array.isArray(type)) properties[name] = { ...properties[name], type: 'string' };
  }
  return { type: 'object', required, properties };
}

function list(properties: JsonObject, required: readonly string[]): JsonObject {
  return { type: 'array', items: { type: 'object', required: [...required], properties } };
}

function seconds(): JsonObject {
  return { type: 'number', minimum: 0, description: 'Seconds from the start of the video.' };
}
