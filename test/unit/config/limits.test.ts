import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLimits } from '../../../src/app/open-limits.js';
import { parseLimits } from '../../../src/config/limits.js';
import { NO_LIMITS } from '../../../src/task/limits.js';
import { eventually } from '../../support/eventually.js';
import { recordEvents } from '../../support/task-events.js';

const NO_SETTINGS = { ...NO_LIMITS, http: { mode: null, allow: null }, uploadTtlMs: null, notify: [] };

describe('a limits file', () => {
  it('has the limits of every tenant, and those of some by name, which replace them one by one', () => {
    const limits = parseLimits(`
default:
  submits_per_second: 2.5
  queued: 100
  output_bytes: 1.5 GiB
tenants:
  acme:
    queued: 5000
    submit_burst: 20
    max_priority: -3
  free: { queued: null, submits_per_second: null, pixel_frames_per_day: 2000000000000 }
`);
    const fallback = {
      ...NO_SETTINGS,
      submits: { perSecond: 2.5, burst: 3 },
      queued: 100,
      outputBytes: 1.5 * 2 ** 30,
    };
    expect(limits.of('anybody')).toEqual(fallback);
    expect(limits.of('acme')).toEqual({
      ...fallback,
      submits: { perSecond: 2.5, burst: 20 },
      queued: 5000,
      maxPriority: -3,
    });
    expect(limits.of('free')).toEqual({
      ...fallback,
      queued: null,
      submits: null,
      pixelFramesPerDay: 2_000_000_000_000,
    });
  });

  it('has the hosts of tenants, in place of those of the service', () => {
    const settings = parseLimits(`
default: { http_inputs: listed, http_allow: [media.example:8443, 10.1.0.0/16] }
tenants:
  acme: { http_allow: [minio.acme.internal], input_bytes: 1 GiB, connections: 3 }
  free: { http_inputs: null, http_allow: null }
`);
    const allow = [
      { kind: 'name', name: 'media.example', port: 8443 },
      { kind: 'range', cidr: '10.1.0.0/16', port: null },
    ];
    expect(settings.of('anybody').http).toEqual({ mode: 'listed', allow });
    expect(settings.of('acme')).toMatchObject({
      http: { mode: 'listed', allow: [{ kind: 'name', name: 'minio.acme.internal', port: null }] },
      inputBytes: 2 ** 30,
      connections: 3,
    });
    expect(settings.of('free').http).toEqual({ mode: null, allow: null });
  });

  it('has the lifetime and number of uploads, and whom events of all tasks are told, also by tenant', () => {
    const settings = parseLimits(`
default: { uploads: 100, upload_ttl_s: 86400, notify: [{ url: "https://hooks.example/all" }] }
tenants:
  acme:
    uploads: null
    upload_ttl_s: 3600
    notify:
      - { url: "https://acme.example/hook?key=1", events: [ended, state_changed], secret: 0123456789abcdef }
      - { url: "http://acme.example/", secret: signingSecrets/0123456789abcdef }
  free: { upload_ttl_s: null, notify: null }
  mute: { notify: [] }
`);
    const all = { url: 'https://hooks.example/all', events: ['ENDED'], secretId: null };
    expect(settings.of('anybody')).toEqual({ ...NO_SETTINGS, uploads: 100, uploadTtlMs: 86_400_000, notify: [all] });
    expect(settings.of('acme')).toEqual({
      ...NO_SETTINGS,
      uploadTtlMs: 3_600_000,
      notify: [
        {
          url: 'https://acme.example/hook?key=1',
          events: ['ENDED', 'STATE_CHANGED'],
          secretId: '0123456789abcdef',
        },
        { url: 'http://acme.example/', events: ['ENDED'], secretId: '0123456789abcdef' },
      ],
    });
    expect(settings.of('free')).toMatchObject({ uploadTtlMs: null, notify: [] });
    expect(settings.of('mute').notify).toEqual([]);
    expect(['acme', 'anybody'].map((tenant) => settings.isNamed(tenant))).toEqual([true, false]);
  });

  it('may be JSON, and may be empty', () => {
    expect(parseLimits('{"tenants": {"a": {"running": 0}}}').of('a')).toMatchObject({ ...NO_LIMITS, running: 0 });
    expect(parseLimits('').of('a')).toEqual(NO_SETTINGS);
    expect(parseLimits('default:\n').of('a')).toEqual(parseLimits('').of('a'));
  });

  it('reports every problem with its path and the fix', () => {
    const text = `
default: { queud: 1, running: -1, submit_burst: 5, pixel_frames_per_day: 1.5 }
tenants:
  Acme: { upload_bytes: 20 GB, max_priority: 101 }
  b: [1]
  c: { http_inputs: all, http_allow: [a/b, 1], http_alow: [] }
  d: { http_allow: a.example, upload_ttl_s: 5, notify: 1 }
  e: { notify: [{ url: "ftp://a/s3cret" }, { url: "http://b", event: [ended] }, { url: "http://b", events: [end], secret: 1 }, 7] }
other: 1
`;
    const message = (() => {
      try {
        parseLimits(text);
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    })();
    for (const part of [
      'default.queud: is no limit; did you mean queued?',
      'default.running: must be a whole number of at least 0, or null for no limit',
      'default.pixel_frames_per_day: must be a whole number of at least 0, or null for no limit',
      'default.submit_burst: counts only with submits_per_second',
      'tenants.Acme: the name of a tenant must be 1 to 63 characters',
      'tenants.Acme.upload_bytes: must be bytes, such as 1048576 or "20 GiB"',
      'tenants.Acme.max_priority: must be a whole number from -100 to 100',
      'tenants.b: must be a mapping',
      'other: must be default or tenants',
      'tenants.c.http_inputs: must be public, listed, off, or null',
      'tenants.c.http_allow[0]: must be an address',
      'tenants.c.http_allow[1]: must be an address',
      'tenants.c.http_alow: is no limit; did you mean http_allow?',
      'tenants.d.http_allow: must be a list of hosts',
      'tenants.d.upload_ttl_s: must be a whole number of seconds from 60',
      'tenants.d.notify: must be a list of at most 4 targets',
      'tenants.e.notify[0].url: must be an http or https URL',
      'tenants.e.notify[1].event: is no part of a target; did you mean events?',
      'tenants.e.notify[2].url: is that of an earlier target',
      'tenants.e.notify[2].events: must be a list of ended and state_changed',
      'tenants.e.notify[2].secret: must be the id of a signing secret, in quotes',
      'tenants.e.notify[3]: must be a mapping',
    ])
      expect(message).toContain(part);
    // A URL may be a key.
    expect(message).not.toContain('s3cret');
  });
});

describe('the limits of a service', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'cutroom-limits-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('are refused at start with the file and the problem', async () => {
    const file = join(folder, 'limits.yaml');
    const events = recordEvents();
    await expect(openLimits(file, events, [])).rejects.toThrow(`CUTROOM_LIMITS_FILE=${file} cannot be read (ENOENT)`);
    await writeFile(file, 'default: { queued: many }');
    await expect(openLimits(file, events, [])).rejects.toThrow(
      `CUTROOM_LIMITS_FILE=${file} cannot be used: default.queued: must`,
    );
  });

  it(
    'follow the file, and stay as they were after a change that cannot be used, which is told once',
    { timeout: 40_000 },
    async () => {
      const file = join(folder, 'limits.yaml');
      const put = (text: string) => writeFile(`${file}.new`, text).then(() => rename(`${file}.new`, file));
      await put('default: { queued: 1 }');
      const problems: unknown[] = [];
      const events = { backgroundError: (_: string, cause: unknown) => void problems.push(cause) };
      const cleanups: (() => Promise<unknown>)[] = [];
      const limits = (await openLimits(file, events, cleanups))!;
      const queued = () => limits.of('a').queued;
      expect(queued()).toBe(1);
      await put('default: { queued: 2 }');
      await eventually('the new limit', () => queued() === 2);
      await put('default: { queued: no }');
      await eventually('the problem', () => problems.length > 0);
      expect([queued(), String(problems[0])]).toEqual([2, expect.stringContaining('default.queued: must be')]);
      await put('default: { queued: 3 }');
      await eventually('the limit after the problem', () => queued() === 3);
      expect(problems).toHaveLength(1);
      for (const cleanup of cleanups) await cleanup();
    },
  );
});
