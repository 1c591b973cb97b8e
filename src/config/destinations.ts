import { parse } from 'yaml';
import { nearestName } from '../shared/nearest-name.js';
import { isTenant, TENANT_FORM } from '../task/caller.js';

/** Buckets of one entry of the file, for one tenant. */
export interface BucketDestination {
  readonly places: readonly { readonly bucket: string; readonly prefix: string }[];
  readonly endpoint: string | null;
  readonly region: string | null;
  readonly pathStyle: boolean;
  readonly encryption: 'AES256' | 'aws:kms' | null;
  readonly kmsKey: string | null;
  readonly credentials: Credentials;
}

type Credentials =
  | { readonly from: 'chain' }
  | { readonly from: 'profile'; readonly profile: string }
  | {
      readonly from: 'env';
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken: string | null;
    };

/** Buckets that inputs of a tenant may be read from. */
export interface ReadableBuckets {
  readonly places: BucketDestination['places'];
  /** The same object at each question, until the file changes. */
  readonly access: BucketDestination;
}

/** The destinations of all tenants, and the buckets that their inputs may be read from. */
export interface BucketDestinations {
  /** Null: there is none of this name that the tenant may use. The same object at each question, until the file changes. */
  find(tenant: string, name: string): BucketDestination | null;
  /** In the order of the file. */
  inputsOf(tenant: string): readonly ReadableBuckets[];
}

/** Those of a file, which `find` gives to tenants. */
export interface ParsedDestinations extends BucketDestinations {
  readonly entries: readonly {
    readonly name: string;
    readonly destination: BucketDestination;
    readonly inputs: BucketDestination['places'];
  }[];
}

export const NO_DESTINATIONS: BucketDestinations = { find: () => null, inputsOf: () => [] };

interface Entry {
  readonly destination: BucketDestination;
  readonly inputs: BucketDestination['places'];
  /** Null: all. */
  readonly tenants: ReadonlySet<string> | null;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const PLACE = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/*(.*?)\/*$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const TENANT = '{tenant}';
const FIELDS = [
  'places',
  'inputs',
  'tenants',
  'endpoint',
  'region',
  'addressing',
  'encryption',
  'kms_key',
  'credentials',
] as const;
const CREDENTIALS = ['profile', 'access_key_id_env', 'secret_access_key_env', 'session_token_env'] as const;

/**
 * Reads a file of destinations, YAML or JSON: by name, the places that may be put to and read from, the tenants that may do so, and where the credentials are.
 * @throws Error, for people, with every problem and its path.
 */
export function parseDestinations(text: string): ParsedDestinations {
  const problems: string[] = [];
  const entries = new Map<string, Entry>();
  for (const [name, value] of Object.entries(mappingOf(parse(text), 'the file', problems))) {
    if (!NAME.test(name))
      problems.push(`${name}: a name must be 1 to 63 letters, digits, ".", "_" and "-", the first a letter or digit`);
    entries.set(name, entryOf(value, name, problems));
  }
  problems.push(...sharedInputs(entries));
  if (problems.length > 0) throw new Error(problems.join('; '));
  const ofTenants = new Map<string, BucketDestination>();
  return {
    entries: [...entries].map(([name, { destination, inputs }]) => ({ name, destination, inputs })),
    find(tenant, name) {
      const entry = entries.get(name);
      if (!entry || !isFor(entry, tenant) || entry.destination.places.length === 0) return null;
      const { destination } = entry;
      if (!destination.places.some(({ prefix }) => prefix.includes(TENANT))) return destination;
      const key = `${tenant}/${name}`;
      const known = ofTenants.get(key) ?? { ...destination, places: placesFor(destination.places, tenant) };
      ofTenants.set(key, known);
      return known;
    },
    inputsOf: (tenant) =>
      [...entries.values()]
        .filter((entry) => isFor(entry, tenant) && entry.inputs.length > 0)
        .map(({ destination, inputs }) => ({ places: placesFor(inputs, tenant), access: destination })),
  };
}

function isFor({ tenants }: Entry, tenant: string): boolean {
  return tenants === null || tenants.has(tenant);
}

function placesFor(places: BucketDestination['places'], tenant: string): BucketDestination['places'] {
  return places.map((place) => ({ ...place, prefix: place.prefix.replaceAll(TENANT, tenant) }));
}

/** An input is named by bucket and key alone: of two entries with its place, nothing would say which credentials are meant. */
function sharedInputs(entries: ReadonlyMap<string, Entry>): string[] {
  const known: { readonly name: string; readonly place: string; readonly tenants: Entry['tenants'] }[] = [];
  const problems: string[] = [];
  for (const [name, { inputs, tenants }] of entries) {
    for (const [i, { bucket, prefix }] of inputs.entries()) {
      const place = `s3://${bucket}/${prefix}`;
      const other = known.find((one) => one.place === place && haveCommon(one.tenants, tenants));
      if (other) problems.push(`${name}.inputs[${i}]: ${other.name} has this place too, for the same tenants`);
      known.push({ name, place, tenants });
    }
  }
  return problems;
}

function haveCommon(a: Entry['tenants'], b: Entry['tenants']): boolean {
  return a === null || b === null || [...a].some((tenant) => b.has(tenant));
}

function entryOf(value: unknown, path: string, problems: string[]): Entry {
  const entry = mappingOf(value, path, problems);
  refuseUnknown(entry, FIELDS, path, problems);
  const read = <T>(name: (typeof FIELDS)[number], one: (given: string) => T | undefined, values: string): T | null => {
    const given = entry[name];
    if (isAbsent(given)) return null;
    const found = typeof given === 'string' ? one(given) : undefined;
    if (found === undefined) problems.push(`${path}.${name}: must be ${values}`);
    return found ?? null;
  };
  const encryption = read('encryption', oneOf(['bucket', 'AES256', 'aws:kms']), 'bucket, AES256 or aws:kms');
  const kmsKey = read('kms_key', (given) => given || undefined, 'the id or ARN of a key');
  if (kmsKey !== null && encryption !== 'aws:kms') problems.push(`${path}.kms_key: needs encryption: aws:kms`);
  const hasInputs = !isAbsent(entry.inputs);
  const isUrl = (given: string): string | undefined => (/^https?:\/\/[^\s?#@]+$/.test(given) ? given : undefined);
  return {
    tenants: tenantsOf(entry.tenants, `${path}.tenants`, problems),
    inputs: hasInputs ? placesOf(entry.inputs, `${path}.inputs`, problems) : [],
    destination: {
      // An entry may be there for inputs alone.
      places: hasInputs && isAbsent(entry.places) ? [] : placesOf(entry.places, `${path}.places`, problems),
      endpoint: read('endpoint', isUrl, 'an http or https URL without user and query'),
      region: read('region', (given) => given || undefined, 'the name of a region'),
      pathStyle: read('addressing', oneOf(['host', 'path']), 'host or path') === 'path',
      encryption: encryption === 'bucket' ? null : encryption,
      kmsKey,
      credentials: credentialsOf(entry.credentials, `${path}.credentials`, problems),
    },
  };
}

/** An empty part of a YAML file is null. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function placesOf(value: unknown, path: string, problems: string[]): BucketDestination['places'] {
  const given: unknown[] = Array.isArray(value) ? value : [];
  if (given.length === 0) problems.push(`${path}: must be a list of places, such as [s3://my-videos/renders]`);
  return given.flatMap((each, i) => {
    const [, bucket, prefix = ''] = PLACE.exec(typeof each === 'string' ? each : '') ?? [];
    if (bucket === undefined) problems.push(`${path}[${i}]: must be s3://BUCKET or s3://BUCKET/PREFIX`);
    return bucket === undefined ? [] : [{ bucket, prefix }];
  });
}

/** Nobody is meant by leaving it out: a forgotten line would open a bucket to all. */
function tenantsOf(value: unknown, path: string, problems: string[]): ReadonlySet<string> | null {
  if (value === 'all') return null;
  const given: unknown[] = Array.isArray(value) ? value : [];
  if (given.length === 0) problems.push(`${path}: must be a list of tenants, or all`);
  for (const each of given)
    if (typeof each !== 'string' || !isTenant(each)) problems.push(`${path}: the name of a tenant ${TENANT_FORM}`);
  return new Set(given.filter((each): each is string => typeof each === 'string'));
}

function credentialsOf(value: unknown, path: string, problems: string[]): Credentials {
  const given = mappingOf(value, path, problems);
  refuseUnknown(given, CREDENTIALS, path, problems);
  const read = (name: (typeof CREDENTIALS)[number], form: RegExp, values: string): string | null => {
    const text = given[name];
    if (isAbsent(text)) return null;
    if (typeof text === 'string' && form.test(text)) return text;
    problems.push(`${path}.${name}: must be ${values}`);
    return null;
  };
  const variable = 'the name of an environment variable, which has the secret';
  const profile = read('profile', /^[^\s\]]+$/, 'the name of a profile');
  const accessKeyId = read('access_key_id_env', VARIABLE, variable);
  const secretAccessKey = read('secret_access_key_env', VARIABLE, variable);
  const sessionToken = read('session_token_env', VARIABLE, variable);
  const isByEnv = accessKeyId !== null || secretAccessKey !== null || sessionToken !== null;
  if (profile !== null && isByEnv) problems.push(`${path}: must have a profile or variables, not both`);
  if (isByEnv && (accessKeyId === null || secretAccessKey === null))
    problems.push(`${path}: must have both access_key_id_env and secret_access_key_env`);
  if (profile !== null) return { from: 'profile', profile };
  if (accessKeyId !== null && secretAccessKey !== null)
    return { from: 'env', accessKeyId, secretAccessKey, sessionToken };
  return { from: 'chain' };
}

function refuseUnknown(given: object, names: readonly string[], path: string, problems: string[]): void {
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const nearest = nearestName(name, names);
    problems.push(
      `${path}.${name}: is unknown${nearest === null ? `; there are ${names.join(', ')}` : `; did you mean ${nearest}?`}`,
    );
  }
}

function oneOf<const T extends string>(values: readonly T[]): (given: string) => T | undefined {
  return (given) => values.find((value) => value === given);
}

function mappingOf(value: unknown, path: string, problems: string[]): Partial<Record<string, unknown>> {
  if (isAbsent(value)) return {};
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value;
  problems.push(`${path}: must be a mapping of names to values`);
  return {};
}
