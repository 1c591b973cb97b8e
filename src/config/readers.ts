import { isIP } from 'node:net';
import type { Environment, VariableName } from './environment.js';

/** A host and a port to listen on. */
export interface Address {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** Reads variables one by one and collects what is wrong with each. An empty value counts as unset. */
export interface Readers {
  readonly problems: string[];
  string(name: VariableName): string | null;
  integer(name: VariableName, range: { min: number; max: number; default: number }): number;
  address(name: VariableName, fallback: Address): Address;
  oneOf<T extends string>(name: VariableName, values: readonly T[], fallback: T): T;
  flag(name: VariableName): boolean;
  /** What stands between commas; every entry that is wrong is a problem of its own. */
  list<T>(name: VariableName, expected: string, parse: (entry: string) => T | undefined): T[];
}

export function createReaders(env: Environment): Readers {
  const problems: string[] = [];

  function string(name: VariableName): string | null {
    const value = env[name]?.trim();
    return value === undefined || value === '' ? null : value;
  }

  /** The parsed value; where there is none to parse, or it is wrong, the fallback. */
  function parsed<T>(name: VariableName, fallback: T, expected: string, parse: (value: string) => T | undefined): T {
    const value = string(name);
    if (value === null) return fallback;
    const result = parse(value);
    if (result !== undefined) return result;
    problems.push(`${name}=${JSON.stringify(value)} must be ${expected}`);
    return fallback;
  }

  return {
    problems,
    string,
    integer: (name, { min, max, default: fallback }) =>
      parsed(name, fallback, `a whole number from ${min} to ${max}`, (value) => {
        const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
        return number >= min && number <= max ? number : undefined;
      }),
    address: (name, fallback) => parsed(name, fallback, 'host:port, such as 127.0.0.1:50051 or [::1]:0', parseAddress),
    oneOf: (name, values, fallback) =>
      parsed(name, fallback, `one of ${values.join(', ')}`, (value) => values.find((v) => v === value)),
    flag: (name) =>
      parsed(name, false, '1 or 0', (value) => (value === '1' ? true : value === '0' ? false : undefined)),
    list: (name, expected, parse) =>
      (string(name) ?? '')
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '')
        .flatMap((entry) => {
          const result = parse(entry);
          if (result !== undefined) return [result];
          problems.push(`${name}: ${JSON.stringify(entry)} must be ${expected}`);
          return [];
        }),
  };
}

function parseAddress(value: string): Address | undefined {
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
