import {
  type Delivery as WireDelivery,
  Delivery_State,
  type NotifyTarget as WireTarget,
  NotifyTarget_Event,
} from '../../generated/cutroom/v1/task.js';
import type { Delivery, NotifyEvent, NotifyTarget } from '../task/notify.js';
import type { Task } from '../task/task.js';
import { signingSecretName } from './id-names.js';
import { at, type EnumTable, parseEnum, type Place, refuse } from './render-spec/fields.js';

export const MAX_TARGETS = 4;
export const MAX_NOTIFY_URL_CHARACTERS = 2048;

const EVENTS: EnumTable<NotifyTarget_Event, NotifyEvent> = {
  [NotifyTarget_Event.EVENT_UNSPECIFIED]: 'ENDED',
  [NotifyTarget_Event.EVENT_ENDED]: 'ENDED',
  [NotifyTarget_Event.EVENT_STATE_CHANGED]: 'STATE_CHANGED',
};

/** Whom a submit asks to tell. Whether anything is sent to those URLs is checked later. */
export function parseNotify(targets: readonly WireTarget[], place: Place): readonly NotifyTarget[] {
  if (targets.length > MAX_TARGETS) {
    refuse(place, `must be at most ${MAX_TARGETS}, not ${targets.length}`);
    return [];
  }
  return targets.map((target, i): NotifyTarget => {
    const here = { ...place, field: `${place.field}[${i}]` };
    if (target.url === '') refuse(at(here, 'url'), 'is required');
    else if (target.url.length > MAX_NOTIFY_URL_CHARACTERS)
      refuse(at(here, 'url'), `must be at most ${MAX_NOTIFY_URL_CHARACTERS} characters long`);
    else if (targets.findIndex(({ url }) => url === target.url) < i)
      refuse(at(here, 'url'), 'is that of an earlier target; name all events in one');
    return { url: target.url, events: parseEvents(target.events, here), secretId: parseSecret(target.secret, here) };
  });
}

/** Without repetitions. A list as long as the request is cut: there are only two events. */
function parseEvents(events: readonly NotifyTarget_Event[], place: Place): readonly NotifyEvent[] {
  if (events.length === 0) return ['ENDED'];
  return [...new Set([...new Set(events)].map((event, i) => parseEnum(event, at(place, 'events', i), EVENTS)))];
}

function parseSecret(name: string, place: Place): string | null {
  if (name === '') return null;
  const id = signingSecretName.idIn(name);
  if (id === null) refuse(at(place, 'secret'), 'must be signingSecrets/{id}, with an id of 16 hexadecimal digits');
  return id;
}

/** The records of a task's deliveries, as callers see them: of a URL only the host, for its path and query may be a key. */
export function printDeliveries({ deliveries = [], notify = [] }: Task): WireDelivery[] {
  return deliveries.map((delivery) => ({
    target: delivery.target,
    host: hostOf(notify[delivery.target]?.url ?? ''),
    event: delivery.event === 'ENDED' ? NotifyTarget_Event.EVENT_ENDED : NotifyTarget_Event.EVENT_STATE_CHANGED,
    revision: BigInt(delivery.revision),
    state: STATES[delivery.state],
    attempts: delivery.attempts,
    lastStatus: delivery.lastStatus ?? 0,
    reason: delivery.problem ?? '',
    deliverTime: printTime(delivery.deliverTimeMs),
    nextAttemptTime: printTime(delivery.nextAttemptMs),
  }));
}

const STATES: Readonly<Record<Delivery['state'], Delivery_State>> = {
  PENDING: Delivery_State.PENDING,
  DELIVERED: Delivery_State.DELIVERED,
  ABANDONED: Delivery_State.ABANDONED,
};

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}

function printTime(timeMs: number | null): Date | undefined {
  return timeMs === null ? undefined : new Date(timeMs);
}
