import type { Limits } from './limits.js';
import { secondsToNs } from './time.js';
import type { Report } from './report.js';

/**
 * An object of a document. It remembers which of its fields were read; the others are reported when the conversion ends, so that nothing is left out in
 * silence. A field that is null counts as absent. A field of another type than the one that is asked for is reported and is absent.
 */
export interface Source {
  readonly path: string;
  readonly keys: readonly string[];
  has(key: string): boolean;
  /** As it is. Its own fields are not followed. */
  value(key: string): unknown;
  text(key: string): string | undefined;
  /** A number, also written as text. */
  number(key: string, limits?: Limits): number | undefined;
  /** Seconds, as nanoseconds. */
  time(key: string, limits: Limits): bigint | undefined;
  flag(key: string): boolean | undefined;
  object(key: string): Source | undefined;
  /** The objects of a list; other items are reported. */
  objects(key: string): Source[];
  /** What a word of the source means here. Another word is reported. */
  word<T>(key: string, meanings: Readonly<Record<string, T>>): T | undefined;
  /** These fields have no meaning here, and that is known. */
  ignore(...keys: string[]): void;
  /** Reports a field. */
  warn(key: string, message: string): void;
  /** Reports the object as a whole, in place of its fields. */
  leaveOut(message: string): void;
}

/** Whether a value is an object of JSON. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Opens an object of a document for reading. */
export function openSource(value: Readonly<Record<string, unknown>>, path: string, report: Report): Source {
  const read = new Set<string>();
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  const has = (key: string) => Object.hasOwn(value, key) && value[key] !== null && value[key] !== undefined;
  const take = (key: string) => {
    read.add(key);
    return has(key) ? value[key] : undefined;
  };
  const warn = (key: string, message: string) => {
    report.warn(at(key), message);
  };
  const fields: Fields = { at, take, warn, report };
  report.watch(() =>
    Object.keys(value)
      .filter((key) => has(key) && !read.has(key))
      .map(at),
  );
  return {
    path,
    keys: Object.keys(value),
    has,
    value: take,
    warn,
    ...scalarsOf(fields),
    ...childrenOf(fields),
    ignore: (...keys) => {
      for (const key of keys) read.add(key);
    },
    leaveOut: (message) => {
      report.warn(path, message);
      report.cover(path);
    },
  };
}

/** The fields of an object, and where to report them. */
interface Fields {
  readonly at: (key: string) => string;
  readonly take: (key: string) => unknown;
  readonly warn: (key: string, message: string) => void;
  readonly report: Report;
}

/** Reports a field of another type; it is absent. */
function refused({ warn }: Fields, key: string, kind: string): void {
  warn(key, `is not ${kind}; it is left out`);
}

function scalarsOf(fields: Fields): Pick<Source, 'text' | 'number' | 'time' | 'flag' | 'word'> {
  const { take, warn } = fields;
  const number = (key: string, limits?: Limits) => {
    const given = take(key);
    if (given === undefined) return undefined;
    const parsed = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
    if (typeof parsed !== 'number' || !Number.isFinite(parsed)) {
      refused(fields, key, 'a number');
      return;
    }
    if (!limits) return parsed;
    return within(parsed, limits, (message) => {
      warn(key, message);
    });
  };
  return {
    number,
    text: (key) => {
      const given = take(key);
      if (given === undefined || typeof given === 'string') return given;
      if (typeof given === 'number' || typeof given === 'boolean') return String(given);
      refused(fields, key, 'text');
      return undefined;
    },
    time: (key, limits) => {
      const seconds = number(key, limits);
      return seconds === undefined ? undefined : secondsToNs(seconds);
    },
    flag: (key) => {
      const given = take(key);
      if (given === undefined || typeof given === 'boolean') return given;
      if (given === 'true' || given === 'false') return given === 'true';
      refused(fields, key, 'true or false');
      return undefined;
    },
    word: (key, meanings) => {
      const given = take(key);
      if (given === undefined) return undefined;
      if (typeof given === 'string' && Object.hasOwn(meanings, given)) return meanings[given];
      warn(key, `is ${shortened(given)}, which has no counterpart; it is left out`);
      return undefined;
    },
  };
}

/** Objects are opened once, so that what was read of them is known. */
function childrenOf(fields: Fields): Pick<Source, 'object' | 'objects'> {
  const { at, take, warn, report } = fields;
  const children = new Map<string, Source | undefined>();
  const lists = new Map<string, Source[]>();
  const open = (key: string) => {
    const given = take(key);
    if (isObject(given)) return openSource(given, at(key), report);
    if (given !== undefined) refused(fields, key, 'an object');
    return undefined;
  };
  const openAll = (key: string) => {
    const given = take(key);
    if (given === undefined) return [];
    if (!Array.isArray(given)) {
      refused(fields, key, 'a list');
      return [];
    }
    return given.flatMap((item: unknown, i) => {
      if (isObject(item)) return [openSource(item, `${at(key)}[${i}]`, report)];
      warn(`${key}[${i}]`, 'is not an object; it is left out');
      return [];
    });
  };
  return {
    object: (key) => {
      if (!children.has(key)) children.set(key, open(key));
      return children.get(key);
    },
    objects: (key) => {
      const known = lists.get(key) ?? openAll(key);
      lists.set(key, known);
      return known;
    },
  };
}

/** Brings a number within limits; `warn` hears of it when it was beyond them. */
export function within(value: number, { min, max }: Limits, warn: (message: string) => void): number {
  if (value >= min && value <= max) return value;
  const nearest = value < min ? min : max;
  warn(`is ${value}, and ${nearest} here, the ${value < min ? 'least' : 'most'} that is possible`);
  return nearest;
}

/** An object whose absent fields are taken from others: defaults. A field of a default that is never asked for is reported there. */
export function withDefaults(source: Source, defaults: readonly Source[]): Source {
  const from = (key: string): Source => {
    const found = [source, ...defaults].find((one) => one.has(key)) ?? source;
    for (const other of defaults) if (other !== found) other.ignore(key);
    return found;
  };
  return {
    path: source.path,
    keys: [...new Set([source, ...defaults].flatMap(({ keys }) => keys))],
    has: (key) => from(key).has(key),
    value: (key) => from(key).value(key),
    text: (key) => from(key).text(key),
    number: (key, limits) => from(key).number(key, limits),
    time: (key, limits) => from(key).time(key, limits),
    flag: (key) => from(key).flag(key),
    object: (key) => from(key).object(key),
    objects: (key) => from(key).objects(key),
    word: (key, meanings) => from(key).word(key, meanings),
    ignore: (...keys) => {
      for (const one of [source, ...defaults]) one.ignore(...keys);
    },
    warn: (key, message) => {
      from(key).warn(key, message);
    },
    leaveOut: (message) => {
      source.leaveOut(message);
    },
  };
}

/** A value as a short piece of JSON. */
export function shortened(value: unknown): string {
  const text = typeof value === 'string' ? `“${value}”` : ((JSON.stringify(value) as string | undefined) ?? 'nothing');
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
