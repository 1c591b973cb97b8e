import { type AllowedTarget, parseAllowedTarget } from './allowed-targets.js';
import type { NotifyEvent, NotifyTarget } from '../task/notify.js';
import { nearestName } from '../shared/nearest-name.js';

/** What an entry of the limits file says beside limits. Null gives a tenant that of the service again. */
export interface SettingsEntry {
  http_inputs?: HttpMode | null;
  http_allow?: readonly AllowedTarget[] | null;
  upload_ttl_s?: number | null;
  notify?: readonly NotifyTarget[] | null;
}

export type HttpMode = (typeof HTTP_MODES)[number];
const HTTP_MODES = ['public', 'listed', 'off'] as const;

/** As of CUTROOM_UPLOAD_TTL_S. */
const UPLOAD_TTL_S = { min: 60, max: 31_536_000 };
/** As of those that a submit names. */
const MAX_TARGETS = 4;
const MAX_URL_CHARACTERS = 2048;
const EVENTS: Readonly<Record<string, NotifyEvent>> = { ended: 'ENDED', state_changed: 'STATE_CHANGED' };
const TARGET_FIELDS = ['url', 'events', 'secret'];

type Read<T> = (value: unknown, path: string, problems: string[]) => T;

/** Reads each from the file; a value that cannot be used leaves a problem. */
export const SETTINGS: { readonly [Name in keyof SettingsEntry]-?: Read<SettingsEntry[Name]> } = {
  http_inputs(value, path, problems) {
    const mode = HTTP_MODES.find((one) => one === value);
    if (mode === undefined)
      problems.push(`${path}: must be ${HTTP_MODES.join(', ')}, or null for the setting of the service`);
    return mode ?? null;
  },

  http_allow(value, path, problems) {
    const entries: unknown[] = Array.isArray(value) ? value : [];
    if (!Array.isArray(value)) problems.push(`${path}: must be a list of hosts, or null for that of the service`);
    return entries.flatMap((each, i) => {
      const target = typeof each === 'string' ? parseAllowedTarget(each) : undefined;
      if (target === undefined)
        problems.push(
          `${path}[${i}]: must be an address, a range such as 10.1.0.0/16, or a host, such as minio.internal:9000`,
        );
      return target ?? [];
    });
  },

  upload_ttl_s(value, path, problems) {
    const { min, max } = UPLOAD_TTL_S;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    problems.push(`${path}: must be a whole number of seconds from ${min} to ${max}, or null for that of the service`);
    return null;
  },

  notify(value, path, problems) {
    if (Array.isArray(value) && value.length <= MAX_TARGETS) {
      const targets = value.map((each: unknown, i) => targetOf(each, `${path}[${i}]`, problems));
      const again = targets.findIndex(({ url }, i) => url !== '' && targets.findIndex((one) => one.url === url) < i);
      if (again >= 0) problems.push(`${path}[${again}].url: is that of an earlier target; name all events in one`);
      return targets;
    }
    problems.push(
      `${path}: must be a list of at most ${MAX_TARGETS} targets, each with url, events and secret, or null`,
    );
    return null;
  },
};

export function isSetting(name: string): name is keyof SettingsEntry {
  return Object.hasOwn(SETTINGS, name);
}

function targetOf(value: unknown, path: string, problems: string[]): NotifyTarget {
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  const given: Partial<Record<string, unknown>> = isMapping ? value : {};
  if (!isMapping) problems.push(`${path}: must be a mapping with url, events and secret`);
  for (const name of Object.keys(given)) {
    if (TARGET_FIELDS.includes(name)) continue;
    const nearest = nearestName(name, TARGET_FIELDS);
    problems.push(
      `${path}.${name}: is no part of a target${nearest === null ? `; there are ${TARGET_FIELDS.join(', ')}` : `; did you mean ${nearest}?`}`,
    );
  }
  return {
    url: urlOf(given.url, `${path}.url`, isMapping ? problems : []),
    events: eventsOf(given.events, `${path}.events`, problems),
    secretId: secretIdOf(given.secret, `${path}.secret`, problems),
  };
}

function urlOf(value: unknown, path: string, problems: string[]): string {
  const url = typeof value === 'string' && value.length <= MAX_URL_CHARACTERS && URL.canParse(value) ? value : '';
  // The text of it may have a key.
  if (!/^https?:$/.test(url === '' ? '' : new URL(url).protocol))
    problems.push(`${path}: must be an http or https URL of at most ${MAX_URL_CHARACTERS} characters`);
  return url;
}

function eventsOf(value: unknown, path: string, problems: string[]): readonly NotifyEvent[] {
  if (value === undefined || value === null) return ['ENDED'];
  const events = (Array.isArray(value) ? value : []).map((each) => EVENTS[String(each)]);
  const known = [...new Set(events.flatMap((event) => event ?? []))];
  if (known.length > 0 && !events.includes(undefined)) return known;
  problems.push(`${path}: must be a list of ${Object.keys(EVENTS).join(' and ')}`);
  return ['ENDED'];
}

function secretIdOf(value: unknown, path: string, problems: string[]): string | null {
  if (value === undefined || value === null) return null;
  const id = /^(?:signingSecrets\/)?([0-9a-f]{16})$/.exec(typeof value === 'string' ? value : '')?.[1];
  if (id === undefined)
    problems.push(`${path}: must be the id of a signing secret, in quotes; \`cutroom secrets create\` makes one`);
  return id ?? null;
}
