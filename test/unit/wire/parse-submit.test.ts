import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RenderSpec } from '../../../generated/cutroom/v1/spec.js';
import { SubmitTaskRequest, TaskView } from '../../../generated/cutroom/v1/task_service.js';
import { parseGet } from '../../../src/wire/parse-get.js';
import { parseSubmit } from '../../../src/wire/parse-submit.js';
import { jsonType, readJson } from '../../../src/wire/proto-json.js';
import { fillDefaults } from '../../../src/wire/render-spec/fill-defaults.js';
import { parseSpec } from '../../../src/wire/render-spec/parse-spec.js';
import { requestHash } from '../../../src/wire/render-spec/spec-identity.js';
import { validSpec } from './spec-arbitrary.js';
import { ANYONE } from '../../../src/task/caller.js';
import { montageIn } from '../../support/montage.js';

const requestType = jsonType(SubmitTaskRequest, 'cutroom.v1.SubmitTaskRequest');
const spec = { montage: { materials: [{ uri: 'a.mp4' }] } };
const request = (fields: Record<string, unknown> = {}) =>
  readJson(requestType, { spec, ...fields }, { unknownFields: 'refuse' });
const labels = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, '']));
const parse = (fields: Record<string, unknown> = {}) => parseSubmit(request(fields), ANYONE);

describe('the parser of the options of a submit', () => {
  it('fills the defaults of the proto', () => {
    expect(parse()).toMatchObject({
      options: {
        labels: {},
        priority: 0,
        maxAttempts: 2,
        ttlMs: 7 * 86_400_000,
        timeouts: { queueMs: 7 * 86_400_000, totalMs: null, stallMs: null, fetchMs: null },
      },
      admission: 'QUEUE',
    });
  });

  it('reads every option', () => {
    const command = parse({
      labels: { project: 'spring' },
      priority: -3,
      maxAttempts: 5,
      ttl: '90s',
      admission: 'ADMISSION_RUN_OR_REJECT',
      timeouts: { queue: '10s', total: '60s', stall: '1.5s', fetch: '2s' },
    });
    expect(command).toMatchObject({
      options: {
        labels: { project: 'spring' },
        priority: -3,
        maxAttempts: 5,
        ttlMs: 90_000,
        timeouts: { queueMs: 10_000, totalMs: 60_000, stallMs: 1_500, fetchMs: 2_000 },
      },
      admission: 'RUN_OR_REJECT',
    });
    expect(command.spec.violations).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a key with a space', { labels: { 'x y': 'a' } }, 'labels["x y"]'],
    ['a key of 64 characters', { labels: { ['k'.repeat(64)]: '' } }, `labels["${'k'.repeat(63)}…"]`],
    ['a value of 257 characters', { labels: { project: 'a'.repeat(257) } }, 'labels["project"]'],
    ['65 labels', { labels: labels(65) }, 'labels'],
    ['a priority of 101', { priority: 101 }, 'priority'],
    ['a priority of -101', { priority: -101 }, 'priority'],
    ['11 attempts', { maxAttempts: 11 }, 'max_attempts'],
    ['a ttl of 59 s', { ttl: '59s' }, 'ttl'],
    ['a ttl of more than a year', { ttl: '31536001s' }, 'ttl'],
    ['an unknown admission', { admission: 9 }, 'admission'],
    ['a queue timeout of half a second', { timeouts: { queue: '0.5s' } }, 'timeouts.queue'],
    ['a queue timeout of more than 30 days', { timeouts: { queue: '2592001s' } }, 'timeouts.queue'],
    ['a total of more than a day', { timeouts: { total: '86401s' } }, 'timeouts.total'],
    ['a negative stall timeout', { timeouts: { stall: '-1s' } }, 'timeouts.stall'],
    ['a stall timeout of more than an hour', { timeouts: { stall: '3601s' } }, 'timeouts.stall'],
    ['a fetch timeout of more than an hour', { timeouts: { fetch: '3601s' } }, 'timeouts.fetch'],
  ])('refuses %s by its field', (_, fields, field) => {
    const command = parse(fields);
    expect(command.spec.violations.map((v) => v.field)).toEqual([field]);
    expect(command).toMatchObject({ specJson: '', spec: { form: null } });
  });

  it.each<[string, Record<string, unknown>]>([
    ['64 labels', { labels: labels(64) }],
    ['a key of 63 characters and a value of 256', { labels: { ['k'.repeat(63)]: '😀'.repeat(256) } }],
    ['a priority of 100', { priority: 100 }],
    ['a priority of -100', { priority: -100 }],
    ['one attempt', { maxAttempts: 1 }],
    ['10 attempts', { maxAttempts: 10 }],
    ['a ttl of a minute', { ttl: '60s' }],
    ['a ttl of a year', { ttl: '31536000s' }],
    ['the shortest timeouts', { timeouts: { queue: '1s', total: '1s', stall: '1s', fetch: '1s' } }],
    ['the longest timeouts', { timeouts: { queue: '2592000s', total: '86400s', stall: '3600s', fetch: '3600s' } }],
  ])('accepts %s', (_, fields) => {
    expect(parse(fields).spec.violations).toEqual([]);
  });

  it('reports all violations at once, with the violations of the spec', () => {
    const { violations } = parse({ spec: { montage: {} }, priority: 1000, ttl: '1s' }).spec;
    expect(violations.map((v) => v.field)).toEqual(['spec.montage.materials', 'priority', 'ttl']);
  });

  it('hashes options with the body, with labels in any order and without validate_only', () => {
    const hash = requestHash(request({ labels: { a: '1', b: '2' } }));
    expect(requestHash(request({ labels: { b: '2', a: '1' }, validateOnly: true }))).toBe(hash);
    expect(requestHash(request({ labels: { a: '1', b: '3' } }))).not.toBe(hash);
    expect(requestHash(request({ labels: { a: '1', b: '2' }, priority: 1 }))).not.toBe(hash);
  });
});

it('a spec with its defaults written out has the same meaning, and has no defaults left to fill', () => {
  fc.assert(
    fc.property(validSpec, (partial) => {
      const wire = RenderSpec.fromPartial(partial);
      fc.pre(parseSpec(wire).violations.length === 0);
      const filled = fillDefaults(wire);
      expect(montageIn(parseSpec(filled))).toEqual(montageIn(parseSpec(wire)));
      expect(fillDefaults(filled)).toEqual(filled);
    }),
  );
});

describe('the parser of a get', () => {
  const get = (fields: Partial<Parameters<typeof parseGet>[0]> = {}) =>
    parseGet({
      name: 'tasks/a',
      view: TaskView.TASK_VIEW_UNSPECIFIED,
      waitForRevisionAfter: undefined,
      waitTimeout: undefined,
      ...fields,
    });

  it('waits only where the request names a revision', () => {
    expect(get()).toMatchObject({ id: 'a', wait: null });
    expect(get({ waitForRevisionAfter: 3n }).wait).toEqual({ afterRevision: 3, timeoutMs: 30_000 });
    expect(get({ waitForRevisionAfter: 0n, waitTimeout: { seconds: 2n, nanos: 0 } }).wait).toEqual({
      afterRevision: 0,
      timeoutMs: 2_000,
    });
  });

  it('reports every field at fault', () => {
    const run = () =>
      get({
        name: 'a',
        view: TaskView.UNRECOGNIZED,
        waitForRevisionAfter: -1n,
        waitTimeout: { seconds: 61n, nanos: 0 },
      });
    expect(run).toThrow(
      expect.objectContaining({
        detail: expect.objectContaining({
          violations: ['name', 'view', 'wait_timeout', 'wait_for_revision_after'].map(
            (field) => expect.objectContaining({ field }) as unknown,
          ),
        }) as unknown,
      }),
    );
  });
});
