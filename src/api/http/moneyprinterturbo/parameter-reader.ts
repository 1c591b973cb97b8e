import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { Violation } from '../../../composition/violation.js';
import type { Warning, WarningCode } from '../../../composition/warning.js';

/** A number's limits, both allowed. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

/**
 * Reads parameters one by one as FastAPI would: null is "not given", numbers and booleans may come as text. A wrong value is a violation,
 * and the parameter then counts as not given; unknown parameters are found at the end.
 */
export interface ParameterReader {
  readonly violations: Violation[];
  readonly warnings: Warning[];
  /** The parameter as it was sent; undefined: not there. */
  raw(name: string): JsonValue | undefined;
  text(name: string): string | undefined;
  /** Within its range: a number outside of it is replaced by the nearest limit, with a warning. */
  number(name: string, range: NumberRange): number | undefined;
  flag(name: string): boolean | undefined;
  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined;
  refuse(name: string, description: string): void;
  warn(code: WarningCode, name: string, message: string): void;
  /** The names of parameters that were sent and never read. */
  unread(): string[];
}

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/;

export function createParameterReader(json: JsonObject): ParameterReader {
  const violations: Violation[] = [];
  const warnings: Warning[] = [];
  const read = new Set<string>();

  function refuse(name: string, description: string): void {
    violations.push({ field: name, description });
  }

  function warn(code: WarningCode, name: string, message: string): void {
    warnings.push({ code, message, field: name, count: 1 });
  }

  function raw(name: string): JsonValue | undefined {
    read.add(name);
    return Object.hasOwn(json, name) ? json[name] : undefined;
  }

  /** The parameter as `interpret` reads it; undefined when it was not given, or cannot be read. */
  function take<T>(name: string, wanted: string, interpret: (value: JsonValue) => T | undefined): T | undefined {
    const value = raw(name) ?? undefined;
    if (value === undefined) return undefined;
    const taken = interpret(value);
    if (taken === undefined) refuse(name, `must be ${wanted}`);
    return taken;
  }

  return {
    violations,
    warnings,
    raw,
    refuse,
    text: (name) => take(name, 'a string', (value) => (typeof value === 'string' ? value : undefined)),
    number(name, range) {
      const given = take(name, range.whole === true ? 'a whole number' : 'a number', (value) => numberOf(value, range));
      if (given === undefined || (given >= range.min && given <= range.max)) return given;
      const used = Math.min(Math.max(given, range.min), range.max);
      warn('PARAMETER_ADJUSTED', name, `must be ${range.min} to ${range.max}: ${used} is used instead of ${given}`);
      return used;
    },
    flag: (name) => take(name, 'true or false', flagOf),
    oneOf: (name, values) =>
      take(name, `one of ${values.join(', ')}`, (value) => values.find((known) => known === value)),
    warn,
    unread: () => Object.keys(json).filter((name) => !read.has(name)),
  };
}

/** Undefined: no number, or not the kind that is wanted. */
function numberOf(value: JsonValue, { whole = false }: NumberRange): number | undefined {
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && NUMBER.test(value) ? Number(value) : Number.NaN;
  return Number.isFinite(number) && (!whole || Number.isInteger(number)) ? number : undefined;
}

function flagOf(value: JsonValue): boolean | undefined {
  const word = typeof value === 'object' ? '' : String(value).toLowerCase();
  if (word === 'true' || word === '1') return true;
  return word === 'false' || word === '0' ? false : undefined;
}
