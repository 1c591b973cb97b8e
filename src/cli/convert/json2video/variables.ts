import { fillPlaceholders, type Values } from '../placeholders.js';
import { isObject } from '../reader.js';
import type { Report } from '../report.js';

type Json = Readonly<Record<string, unknown>>;

/** A movie whose `{{name}}` are filled in, each from the nearest `variables`: of its element, its scene or the movie. Expressions stay, with a warning. */
export function filledMovie(movie: Json, report: Report): Json {
  return filled(movie, '', new Map(), report);
}

function filled(container: Json, path: string, outer: Values, report: Report): Json {
  const { variables, scenes, elements, ...rest } = container;
  const values = new Map([...outer, ...Object.entries(isObject(variables) ? variables : {})]);
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  const own = fillPlaceholders(rest, values, (where, name) => {
    report.warn(at(where), `has {{${name}}}, which is no variable; it stays as it is`);
  });
  const inner = (key: string, list: unknown) =>
    Array.isArray(list)
      ? list.map((item: unknown, i) => (isObject(item) ? filled(item, `${at(key)}[${i}]`, values, report) : item))
      : list;
  return {
    ...(isObject(own) ? own : {}),
    ...(scenes === undefined ? {} : { scenes: inner('scenes', scenes) }),
    ...(elements === undefined ? {} : { elements: inner('elements', elements) }),
  };
}
