import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

const run = promisify(execFile);
const redocly = join(import.meta.dirname, '../../../node_modules/.bin/redocly');

interface Document {
  readonly openapi: string;
  readonly paths: Record<
    string,
    Record<
      string,
      { operationId: string; parameters?: { name: string; in: string }[]; responses: Record<string, unknown> }
    >
  >;
  readonly components: {
    readonly schemas: Record<
      string,
      { description?: string; properties?: Record<string, { description?: string }>; enum?: string[] }
    >;
  };
}

let under: ApiUnderTest;
let document: Document;
beforeAll(async () => {
  under = await startApiUnderTest();
  document = (await (await fetch(`${under.httpUrl}/openapi.json`)).json()) as Document;
});
afterAll(() => under.stop());

describe('the OpenAPI document', () => {
  it('has every route of the proto, with the variables of its path', () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
    );
    expect(operations.sort()).toEqual(
      [
        'get /healthz Healthz',
        'get /readyz Readyz',
        'get /metrics Metrics',
        'get /v1/apiKeys ListApiKeys',
        'post /v1/apiKeys CreateApiKey',
        'post /v1/apiKeys/{apiKey}:revoke RevokeApiKey',
        'get /v1/signingSecrets ListSigningSecrets',
        'post /v1/signingSecrets CreateSigningSecret',
        'post /v1/signingSecrets/{signingSecret}:revoke RevokeSigningSecret',
        'post /v1/urlKeys:rotate RotateUrlKey',
        'post /v1/tasks/{task}:redeliver RedeliverEvents',
        'get /v1/capabilities GetCapabilities',
        'get /v1/tasks ListTasks',
        'get /v1/tasks/{task} GetTask',
        'get /v1/tasks/{task}:watch WatchTask',
        'delete /v1/tasks/{task} DeleteTask',
        'post /v1/media:probe ProbeMedia',
        'post /v1/tasks SubmitTask',
        'post /v1/tasks/{task}:cancel CancelTask',
        'post /v1/tasks/{task}:retry RetryTask',
        'get /v1/tasks/{task}/preview.jpg GetPreview',
        'get /tasks/{task}/{file} GetVideo',
        'get /tasks/{task}/{signature}/{file} GetStreamFile',
        'get /api/v1/ping Ping',
        'post /api/v1/videos CreateVideo',
        'get /api/v1/tasks ListVideoTasks',
        'get /api/v1/tasks/{id} GetVideoTask',
        'delete /api/v1/tasks/{id} DeleteVideoTask',
        'get /api/v1/musics ListMusics',
        'post /api/v1/musics UploadMusic',
        'delete /api/v1/musics/{file} DeleteMusic',
        'get /api/v1/video_materials ListVideoMaterials',
        'post /api/v1/video_materials UploadVideoMaterial',
        'delete /api/v1/video_materials/{file} DeleteVideoMaterial',
        'get /api/v1/stream/{task}/{file} StreamVideo',
        'get /api/v1/download/{task}/{file} DownloadVideo',
      ].sort(),
    );
    expect(document.paths['/v1/tasks/{task}']?.get?.parameters?.map((p) => `${p.in} ${p.name}`)).toEqual([
      'path task',
      'query view',
      'query waitForRevisionAfter',
      'query waitTimeout',
    ]);
  });

  it('has the parts of streams: the cursor as a header, 204, and errors in a form of their own', () => {
    const watch = document.paths['/v1/tasks/{task}:watch']?.get;
    expect(watch?.parameters?.map((p) => `${p.in} ${p.name}`)).toEqual([
      'path task',
      'query afterRevision',
      'query includePreviews',
      'header Last-Event-ID',
    ]);
    expect(Object.keys(watch?.responses ?? {}).sort()).toEqual(['200', '204', '4XX', '5XX']);
    expect(watch?.responses['4XX']).toEqual({ $ref: '#/components/responses/StreamError' });
    expect(document.paths['/v1/tasks/{task}']?.get?.responses['4XX']).toEqual({ $ref: '#/components/responses/Error' });
  });

  it('describes every field and value as the proto does', () => {
    const { Task, 'Task.State': state, Montage } = document.components.schemas;
    expect(Task?.properties?.progress?.description).toMatch(/Percent done/);
    expect(Montage?.properties?.longestClip?.description).toMatch(/0.1 s to 600 s/);
    expect(state?.enum).toContain('RUNNING');
    expect(state?.description).toMatch(/`RUNNING`: A worker has it/);
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      if (name.startsWith('google.') || name === 'Envelope' || name === 'VideoParameters') continue;
      for (const [field, { description }] of Object.entries(schema.properties ?? {}))
        expect(description, `${name}.${field}`).toBeTruthy();
    }
  });

  it('says what the parsers say of single fields', () => {
    const { Montage, SubmitTaskRequest, Subtitles, Task, Material, VideoParameters } = document.components.schemas;
    expect(SubmitTaskRequest).toMatchObject({
      required: ['spec'],
      additionalProperties: false,
      properties: {
        priority: { minimum: -100, maximum: 100 },
        labels: { maxProperties: 64, propertyNames: { pattern: '^[a-z][a-z0-9_-]{0,62}$' } },
      },
    });
    expect(Montage).toMatchObject({
      required: ['materials'],
      properties: {
        materials: { minItems: 1, maxItems: 2_000 },
        resolution: { anyOf: [{ const: 0 }, { minimum: 144, maximum: 2160, multipleOf: 2 }] },
        longestClip: { anyOf: [{ pattern: expect.stringMatching(/600/) as unknown }, { type: 'null' }] },
      },
    });
    expect(Material).toMatchObject({ properties: { uri: { minLength: 1, maxLength: 4096 } } });
    expect(Subtitles).toMatchObject({ oneOf: [{ required: ['uri'] }, { required: ['cues'] }] });
    // Of an answer: everything that is always sent.
    expect(Task).toMatchObject({ required: expect.arrayContaining(['name', 'state', 'progress', 'error']) as unknown });
    expect(VideoParameters).toMatchObject({
      required: expect.arrayContaining(['video_subject', 'custom_audio_file', 'video_materials']) as unknown,
      properties: {
        video_aspect: { enum: ['9:16', '16:9', '1:1', null] },
        bgm_volume: { type: ['number', 'null'] },
        subtitle_cues: { type: 'array' },
      },
    });
  });

  it('passes the linter of Redocly', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cutroom-openapi-'));
    try {
      const file = join(folder, 'openapi.json');
      await writeFile(file, JSON.stringify(document));
      await writeFile(join(folder, 'redocly.yaml'), 'extends: [recommended]\ntelemetry: off\n');
      const result = await run(redocly, ['lint', file, '--format=json', '--config', join(folder, 'redocly.yaml')], {
        env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
      }).catch((error: unknown) => error as { stdout: string; stderr: string });
      const { totals, problems } = JSON.parse(result.stdout) as {
        totals: { errors: number; warnings: number };
        problems: { ruleId: string; message: string }[];
      };
      expect({ totals, problems: problems.map((p) => `${p.ruleId}: ${p.message}`) }).toEqual({
        totals: { errors: 0, warnings: 0, ignored: 0 },
        problems: [],
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
