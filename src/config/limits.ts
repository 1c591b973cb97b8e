import { parse } from 'yaml';
import { isTenant, TENANT_FORM } from '../task/caller.js';
import { type LimitName, NO_LIMITS, type TenantLimits } from '../task/limits.js';
import type { PerTenant } from '../task/ports/per-tenant.js';
import { nearestName } from '../shared/nearest-name.js';

/** The limits of one entry of the file: those that it names. Null lifts the default's. */
type Entry = Partial<Record<Field, number | null>>;
type Field = LimitName | 'submit_burst';

const UNITS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

interface Rule {
  /** Undefined: not a value of this kind. */
  readonly read: (value: unknown) => number | undefined;
  readonly values: string;
}

const COUNT: Rule = {
  read: (value) => (isWhole(value) && value >= 0 ? value : undefined),
  values: 'a whole number of at least 0',
};

const BYTES: Rule = {
  read(value) {
    if (isWhole(value)) return value >= 0 ? value : undefined;
    const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([KMGT]iB)$/.exec(typeof value === 'string' ? value : '') ?? [];
    const factor = UNITS[unit];
    return amount === undefined || factor === undefined ? undefined : Math.floor(Number(amount) * factor);
  },
  values: 'bytes, such as 1048576 or "20 GiB"',
};

const RULES: Readonly<Record<Field, Rule>> = {
  submits_per_second: {
    read: (value) => (typeof value === 'number' && value >= 0.001 && value <= 100_000 ? value : undefined),
    values: 'a number from 0.001 to 100000',
  },
  submit_burst: {
    read: (value) => (isWhole(value) && value >= 1 && value <= 1_000_000 ? value : undefined),
    values: 'a whole number from 1 to 1000000',
  },
  queued: COUNT,
  running: COUNT,
  watches: COUNT,
  inspections: COUNT,
  pixel_frames: COUNT,
  output_bytes: BYTES,
  upload_bytes: BYTES,
  max_priority: {
    read: (value) => (isWhole(value) && value >= -100 && value <= 100 ? value : undefined),
    values: 'a whole number from -100 to 100',
  },
};

/**
 * Reads a limits file, YAML or JSON: `default` has the limits of every tenant, `tenants` by name those that differ.
 * @throws Error, for people, with every problem and its path.
 */
export function parseLimits(text: string): PerTenant<TenantLimits> {
  const problems: string[] = [];
  const file = mappingOf(parse(text), 'the file', problems);
  for (const key of Object.keys(file))
    if (key !== 'default' && key !== 'tenants') problems.push(`${key}: must be default or tenants`);
  const fallback = entryOf(file.default, 'default', problems);
  const tenants = new Map<string, TenantLimits>();
  for (const [tenant, value] of Object.entries(mappingOf(file.tenants, 'tenants', problems))) {
    if (!isTenant(tenant)) problems.push(`tenants.${tenant}: the name of a tenant ${TENANT_FORM}`);
    const own = entryOf(value, `tenants.${tenant}`, problems);
    tenants.set(tenant, limitsOf({ ...fallback, ...own }, `tenants.${tenant}`, problems));
  }
  const others = limitsOf(fallback, 'default', problems);
  if (problems.length > 0) throw new Error(problems.join('; '));
  return { of: (tenant) => tenants.get(tenant) ?? others };
}

function entryOf(value: unknown, path: string, problems: string[]): Entry {
  const entry: Entry = {};
  for (const [name, given] of Object.entries(mappingOf(value, path, problems))) {
    const rule = isField(name) ? RULES[name] : null;
    if (!isField(name) || rule === null) {
      const nearest = nearestName(name, Object.keys(RULES));
      problems.push(
        `${path}.${name}: is no limit${nearest === null ? `; there are ${Object.keys(RULES).join(', ')}` : `; did you mean ${nearest}?`}`,
      );
      continue;
    }
    const number = given === null ? null : rule.read(given);
    if (number === undefined) problems.push(`${path}.${name}: must be ${rule.values}, or null for no limit`);
    else entry[name] = number;
  }
  return entry;
}

function limitsOf(entry: Entry, path: string, problems: string[]): TenantLimits {
  const { submits_per_second: perSecond = null, submit_burst: burst = null } = entry;
  if (perSecond === null && burst !== null && path === 'default')
    problems.push(`${path}.submit_burst: counts only with submits_per_second, which is missing`);
  return {
    ...NO_LIMITS,
    submits: perSecond === null ? null : { perSecond, burst: burst ?? Math.max(1, Math.ceil(perSecond)) },
    queued: entry.queued ?? null,
    running: entry.running ?? null,
    watches: entry.watches ?? null,
    inspections: entry.inspections ?? null,
    pixelFrames: entry.pixel_frames ?? null,
    outputBytes: entry.output_bytes ?? null,
    uploadBytes: entry.upload_bytes ?? null,
    maxPriority: entry.max_priority ?? null,
  };
}

/** An empty part of a YAML file is null. */
function mappingOf(value: unknown, path: string, problems: string[]): Partial<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value;
  problems.push(`${path}: must be a mapping of names to values`);
  return {};
}

function isField(name: string): name is Field {
  return Object.hasOwn(RULES, name);
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
