import { parse } from 'yaml';
import { isTenant, TENANT_FORM } from '../task/caller.js';
import type { AllowedTarget } from './allowed-targets.js';
import { type LimitName, NO_LIMITS, type TenantLimits } from '../task/limits.js';
import type { PerTenant } from '../task/ports/per-tenant.js';
import type { NotifyTarget } from '../task/notify.js';
import { nearestName } from '../shared/nearest-name.js';
import { type HttpMode, isSetting, SETTINGS, type SettingsEntry } from './tenant-settings.js';

/** The limits of one entry of the file: those that it names. Null lifts the default's. */
type Entry = Partial<Record<Field, number | null>> & SettingsEntry;
type Field = LimitName | 'submit_burst';

/** Everything that the file says of a tenant. */
export interface TenantSettings extends TenantLimits {
  /** From where its inputs are downloaded, and to where its events are sent; null: as the service's variables say. */
  readonly http: { readonly mode: HttpMode | null; readonly allow: readonly AllowedTarget[] | null };
  /** How long its uploads are kept; null: as the service's variable says. */
  readonly uploadTtlMs: number | null;
  /** Who is told of the events of all its tasks, beside those that a submit names. */
  readonly notify: readonly NotifyTarget[];
}

/** A limits file. */
export interface LimitsFile extends PerTenant<TenantSettings> {
  /** Whether the file has an entry of this tenant. */
  isNamed(tenant: string): boolean;
}

/** Those of a tenant that the file does not name, of a file without a default. */
const NO_SETTINGS: TenantSettings = {
  ...NO_LIMITS,
  http: { mode: null, allow: null },
  uploadTtlMs: null,
  notify: [],
};

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
  connections: COUNT,
  inspections: COUNT,
  pixel_frames: COUNT,
  pixel_frames_per_day: COUNT,
  input_bytes: BYTES,
  output_bytes: BYTES,
  upload_bytes: BYTES,
  uploads: COUNT,
  max_priority: {
    read: (value) => (isWhole(value) && value >= -100 && value <= 100 ? value : undefined),
    values: 'a whole number from -100 to 100',
  },
};

/** Every name of an entry. */
const NAMES: readonly string[] = [...Object.keys(RULES), ...Object.keys(SETTINGS)];

/**
 * Reads a limits file, YAML or JSON: `default` has the limits of every tenant, `tenants` by name those that differ.
 * @throws Error, for people, with every problem and its path.
 */
export function parseLimits(text: string): LimitsFile {
  const problems: string[] = [];
  const file = mappingOf(parse(text), 'the file', problems);
  for (const key of Object.keys(file))
    if (key !== 'default' && key !== 'tenants') problems.push(`${key}: must be default or tenants`);
  const fallback = entryOf(file.default, 'default', problems);
  const tenants = new Map<string, TenantSettings>();
  for (const [tenant, value] of Object.entries(mappingOf(file.tenants, 'tenants', problems))) {
    if (!isTenant(tenant)) problems.push(`tenants.${tenant}: the name of a tenant ${TENANT_FORM}`);
    const own = entryOf(value, `tenants.${tenant}`, problems);
    tenants.set(tenant, limitsOf({ ...fallback, ...own }, `tenants.${tenant}`, problems));
  }
  const others = limitsOf(fallback, 'default', problems);
  if (problems.length > 0) throw new Error(problems.join('; '));
  return { of: (tenant) => tenants.get(tenant) ?? others, isNamed: (tenant) => tenants.has(tenant) };
}

function entryOf(value: unknown, path: string, problems: string[]): Entry {
  const entry: Entry = {};
  for (const [name, given] of Object.entries(mappingOf(value, path, problems))) {
    if (isSetting(name)) {
      Object.assign(entry, { [name]: given === null ? null : SETTINGS[name](given, `${path}.${name}`, problems) });
      continue;
    }
    const rule = isField(name) ? RULES[name] : null;
    if (!isField(name) || rule === null) {
      const nearest = nearestName(name, NAMES);
      problems.push(
        `${path}.${name}: is no limit${nearest === null ? `; there are ${NAMES.join(', ')}` : `; did you mean ${nearest}?`}`,
      );
      continue;
    }
    const number = given === null ? null : rule.read(given);
    if (number === undefined) problems.push(`${path}.${name}: must be ${rule.values}, or null for no limit`);
    else entry[name] = number;
  }
  return entry;
}

function limitsOf(entry: Entry, path: string, problems: string[]): TenantSettings {
  const { submits_per_second: perSecond = null, submit_burst: burst = null } = entry;
  if (perSecond === null && burst !== null && path === 'default')
    problems.push(`${path}.submit_burst: counts only with submits_per_second, which is missing`);
  return {
    ...NO_SETTINGS,
    submits: perSecond === null ? null : { perSecond, burst: burst ?? Math.max(1, Math.ceil(perSecond)) },
    queued: entry.queued ?? null,
    running: entry.running ?? null,
    watches: entry.watches ?? null,
    connections: entry.connections ?? null,
    inspections: entry.inspections ?? null,
    pixelFrames: entry.pixel_frames ?? null,
    pixelFramesPerDay: entry.pixel_frames_per_day ?? null,
    inputBytes: entry.input_bytes ?? null,
    outputBytes: entry.output_bytes ?? null,
    uploadBytes: entry.upload_bytes ?? null,
    uploads: entry.uploads ?? null,
    maxPriority: entry.max_priority ?? null,
    http: { mode: entry.http_inputs ?? null, allow: entry.http_allow ?? null },
    uploadTtlMs: typeof entry.upload_ttl_s === 'number' ? entry.upload_ttl_s * 1000 : null,
    notify: entry.notify ?? [],
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
