import { isObject } from './reader.js';

/** Values by the names of their placeholders. */
export type Values = ReadonlyMap<string, unknown>;

/**
 * A document in which `{{name}}` stands for its value: text that is nothing else becomes the value, of whatever type. Placeholders without a value stay.
 * @param unknown hears of each of those, once per place.
 */
export function fillPlaceholders(
  document: unknown,
  values: Values,
  unknown: (path: string, name: string) => void,
): unknown {
  const filled = (value: unknown, path: string): unknown => {
    if (typeof value === 'string')
      return filledText(value, values, (name) => {
        unknown(path, name);
      });
    if (Array.isArray(value)) return value.map((item, i) => filled(item, `${path}[${i}]`));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, filled(item, path === '' ? key : `${path}.${key}`)]),
    );
  };
  return filled(document, '');
}

function filledText(text: string, values: Values, unknown: (name: string) => void): unknown {
  const whole = /^\{\{\s*([^{}]*?)\s*\}\}$/.exec(text)?.[1];
  if (whole !== undefined && values.has(whole)) return values.get(whole);
  return text.replace(/\{\{\s*([^{}]*?)\s*\}\}/g, (written, name: string) => {
    const value = values.get(name);
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
    unknown(name);
    return written;
  });
}
