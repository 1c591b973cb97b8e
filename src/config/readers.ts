import { isIP } from 'node:net';

/** A host and a port to listen on. */
export interface Address {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** Turns the text of one variable into a value. */
export interface Reader<T> {
  /** @param text trimmed; null: the variable is unset or empty, which takes the default. */
  readonly read: (text: string | null) => Reading<T>;
  /** The default, for people. */
  readonly default: string;
  /** The values that are taken, for people; empty when any text is. */
  readonly values: string;
}

/** A value, and each problem of the text as the end of a sentence about the variable. With a problem the default stands in. */
export interface Reading<T> {
  readonly value: T;
  readonly problems: readonly string[];
}

/** Any text. */
export function text<Default extends string | null>(fallback: Default, shown?: string): Reader<string | Default> {
  return {
    read: (given) => ({ value: given ?? fallback, problems: [] }),
    default: shown ?? fallback ?? 'none',
    values: '',
  };
}

/** Text that is read as one value. @param shown the default, for people; @param isSecret whether problems leave the text out. */
export function parsed<T>(
  fallback: T,
  {
    shown,
    values,
    parse,
    isSecret = false,
  }: { shown: string; values: string; parse: (given: string) => T | undefined; isSecret?: boolean },
): Reader<T> {
  return {
    read: (given) => {
      const value = given === null ? fallback : parse(given);
      if (value !== undefined) return { value, problems: [] };
      return { value: fallback, problems: [`${isSecret ? '' : `=${JSON.stringify(given)}`} must be ${values}`] };
    },
    default: shown,
    values,
  };
}

/** A whole number within limits, both allowed. */
export function integer<Default extends number | null>(range: {
  min: number;
  max: number;
  default: Default;
  shown?: string;
}): Reader<number | Default> {
  const { min, max } = range;
  return parsed<number | Default>(range.default, {
    shown: range.shown ?? String(range.default),
    values: `${min} to ${max}`,
    parse: (given) => {
      const number = /^\d{1,15}$/.test(given) ? Number(given) : NaN;
      return number >= min && number <= max ? number : undefined;
    },
  });
}

/** One of some words. */
export function oneOf<const T extends string>(values: readonly T[], fallback: NoInfer<T>): Reader<T> {
  return parsed<T>(fallback, {
    shown: fallback,
    values: values.join(', '),
    parse: (given) => values.find((value) => value === given),
  });
}

/** `1` or `0`, which is the default. */
export function flag(): Reader<boolean> {
  return parsed(false, {
    shown: '0',
    values: '0, 1',
    parse: (given) => (given === '1' ? true : given === '0' ? false : undefined),
  });
}

/** An address to listen on. */
export function address(fallback: Address): Reader<Address> {
  return parsed(fallback, {
    shown: formatAddress(fallback),
    values: 'host:port, such as 127.0.0.1:50051 or [::1]:0',
    parse: parseAddress,
  });
}

/** Entries between commas, none by default; each wrong one is a problem of its own. */
export function list<T>(values: string, parse: (entry: string) => T | undefined): Reader<readonly T[]> {
  return {
    read: (given) => {
      const entries = (given ?? '')
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '')
        .map((entry) => ({ entry, value: parse(entry) }));
      return {
        value: entries.flatMap(({ value }) => (value === undefined ? [] : [value])),
        problems: entries
          .filter(({ value }) => value === undefined)
          .map(({ entry }) => `: ${JSON.stringify(entry)} must be ${values}`),
      };
    },
    default: 'none',
    values: '',
  };
}

/** `host:port`; undefined: it is none. */
export function parseAddress(value: string): Address | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(value);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535 || (match?.[1] !== undefined && isIP(host) !== 6)) return undefined;
  return { host, port };
}

/** host:port, with brackets around an IPv6 host. */
export function formatAddress({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Whether only this machine can reach an address. */
export function isLoopback({ host }: Address): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** Whether it stands for every address of this machine, and so names none. */
export function isUnspecified({ host }: Address): boolean {
  return host === '0.0.0.0' || host === '::';
}
