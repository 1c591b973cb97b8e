import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeError, failureOf, type ForeignClient } from '../support/foreign-client.js';
import type { SpawnedService } from '../support/spawned-service.js';
import { deploy, toolsOf, type Deployment } from './deployment.js';

let place: Deployment;
let service: SpawnedService;
let client: ForeignClient;
beforeAll(async () => {
  place = await deploy('SQLite');
  await place.media.video('plain.mp4', { size: '320x240', colors: ['aa2222'], secondsEach: 2, sound: true });
  await place.media.image('still.png', { size: '64x48', colors: ['ff0000', '00ff00', '0000ff', 'ffffff'] });
  await place.media.file('text.mp4', 'no video');
  await place.media.file('cues.vtt', 'WEBVTT\n\n00:00.000 --> soon\nHello');
  service = await place.start();
  client = place.client(service);
});
afterAll(() => place.close());

interface JsonError {
  readonly code: number;
  readonly details: readonly {
    readonly '@type': string;
    readonly fieldViolations?: readonly { field: string; description: string }[];
  }[];
}

async function post(path: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(service.http + path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

/** The violations of a refusal over JSON. */
function violationsIn(body: unknown): readonly { field: string; description: string }[] {
  return (
    (body as JsonError).details.find((detail) => detail['@type'].endsWith('google.rpc.BadRequest'))?.fieldViolations ??
    []
  );
}

/** The violations of a refusal over gRPC. */
async function violationsOf(call: Promise<unknown>): Promise<readonly { field: string; description: string }[]> {
  const { code, details } = await failureOf(call);
  expect(code).toBe(3);
  return (details['google.rpc.BadRequest'] as { field_violations: { field: string; description: string }[] })
    .field_violations;
}

describe('ProbeMedia', () => {
  it('returns the same over both transports', async () => {
    expect(await client.call('ProbeMedia', { uri: 'plain.mp4' })).toMatchObject({
      format: 'mov,mp4,m4a,3gp,3g2,mj2',
      video: { codec: 'h264', width: 320, height: 240, frame_rate: { numerator: 30, denominator: 1 } },
      audio: { codec: 'aac' },
    });
    expect(await post('/v1/media:probe', { uri: 'plain.mp4' })).toMatchObject({
      status: 200,
      body: {
        format: 'mov,mp4,m4a,3gp,3g2,mj2',
        video: { codec: 'h264', width: 320, height: 240, rotation: 0, image: false },
        audio: { codec: 'aac' },
      },
    });
    expect(await post('/v1/media:probe', { uri: 'still.png' })).toMatchObject({
      body: { duration: null, video: { image: true, width: 64 }, audio: null },
    });
  });

  it.each([
    ['text.mp4', /^INPUT_NOT_MEDIA/],
    ['gone.mp4', /does not exist/],
    ['/etc/passwd', /outside/],
    ['', /is required/],
  ])('refuses %j over both transports, with the field', async (uri, description) => {
    const expected = [{ field: 'uri', description: expect.stringMatching(description) as string }];
    expect(await violationsOf(client.call('ProbeMedia', { uri }))).toMatchObject(expected);
    const { status, body } = await post('/v1/media:probe', { uri });
    expect([status, violationsIn(body)]).toEqual([400, [expect.objectContaining(expected[0]!)]]);
  });
});

describe('many calls of ProbeMedia at once', () => {
  const most = Math.min(4, availableParallelism());
  /** The largest number of processes of the service that were seen at a time while `work` ran. */
  async function processesDuring(work: Promise<unknown>): Promise<number> {
    let [peak, isOver] = [0, false];
    const over = work.finally(() => (isOver = true));
    while (!isOver) {
      peak = Math.max(peak, (await toolsOf(service.pid)).length);
      // The looks take a core from what is looked at.
      await sleep(20);
    }
    await over;
    // Else they were not seen, and any number would do.
    expect(peak).toBeGreaterThan(0);
    return peak;
  }
  /** Another name of the same file each time, so that no two calls are the same. */
  const uri = (i: number): string => `${'./'.repeat(i)}still.png`;

  it('never have more processes than the pool, and the calls beyond its queue are told when to come again', async () => {
    const calls = Array.from({ length: 80 }, (_, i) => client.call('ProbeMedia', { uri: uri(i) }));
    const ended = Promise.allSettled(calls);
    expect(await processesDuring(ended)).toBeLessThanOrEqual(most);
    const refused = (await ended).flatMap((end) =>
      end.status === 'rejected' ? [decodeError(end.reason as ServiceError)] : [],
    );
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThanOrEqual(80 - 32);
    for (const { code, details } of refused) {
      expect(code).toBe(8);
      expect(details).toMatchObject({
        'google.rpc.ErrorInfo': { reason: 'INSPECTIONS_BUSY' },
        'google.rpc.RetryInfo': { retry_delay: { seconds: '1' } },
      });
    }
  });

  it('are refused over HTTP with 429 and Retry-After', async () => {
    const calls = Array.from({ length: 80 }, (_, i) =>
      fetch(`${service.http}/v1/media:probe`, { method: 'POST', body: JSON.stringify({ uri: uri(i) }) }),
    );
    const answers = await Promise.all(calls);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]));
    expect(answers.find(({ status }) => status === 429)!.headers.get('retry-after')).toBe('1');
  });

  it('are one, when they name the same input', async () => {
    const calls = Promise.all(Array.from({ length: 40 }, () => client.call('ProbeMedia', { uri: 'still.png' })));
    expect(await processesDuring(calls)).toBe(1);
    expect(await calls).toHaveLength(40);
  });
});

describe('a submit that only validates', () => {
  const bad = { materials: [{ uri: 'plain.mp4' }, { uri: 'text.mp4' }], subtitles: { uri: 'cues.vtt' } };
  const wrong = [
    { field: 'spec.montage.materials[1].uri', description: expect.stringMatching(/^INPUT_NOT_MEDIA/) as string },
    {
      field: 'spec.montage.subtitles.uri',
      description: expect.stringMatching(/^SUBTITLES_NOT_READABLE: .* line 3 has times that cannot be read$/) as string,
    },
  ];

  it('reads the inputs, and reports every problem with them over both transports', async () => {
    expect(
      await violationsOf(client.call('SubmitTask', { spec: { montage: bad }, validate_only: true })),
    ).toMatchObject(wrong);
    const { status, body } = await post('/v1/tasks', { spec: { montage: bad }, validateOnly: true });
    expect([status, violationsIn(body)]).toEqual([
      400,
      wrong.map((violation) => expect.objectContaining(violation) as unknown),
    ]);
  });

  it('returns every default for a valid spec, and stores nothing', async () => {
    const montage = { materials: [{ uri: 'plain.mp4' }, { uri: 'still.png' }] };
    const answer = await client.call('SubmitTask', { spec: { montage }, validate_only: true });
    expect(answer).toMatchObject({ spec: { montage: { resolution: 1080, variants: 1 } } });
    expect(answer.name ?? '').toBe('');
    expect(await post('/v1/tasks', { spec: { montage }, validateOnly: true })).toMatchObject({
      status: 200,
      body: { name: '', spec: { montage: { resolution: 1080, fit: 'FIT_COVER' } } },
    });
    expect((await client.call('ListTasks', {})).tasks ?? []).toEqual([]);
  });
});

describe('a label by the name __proto__', () => {
  const spec = { montage: { materials: [{ uri: 'plain.mp4' }] } };

  it('is refused over JSON', async () => {
    const { status, body } = await post('/v1/tasks', `{"spec": ${JSON.stringify(spec)}, "labels": {"__proto__": "x"}}`);
    expect([status, violationsIn(body).map(({ field }) => field)]).toEqual([400, ['labels["__proto__"]']]);
  });

  it('is refused over gRPC', async () => {
    // Written by hand: encoders in JavaScript lose it as well.
    const field = (tag: number, content: Buffer) => Buffer.concat([Buffer.from([tag, content.length]), content]);
    const material = field(0x0a, Buffer.from('plain.mp4'));
    const request = Buffer.concat([
      field(0x0a, field(0x12, field(0x0a, material))),
      field(0x1a, Buffer.concat([field(0x0a, Buffer.from('__proto__')), field(0x12, Buffer.from('x'))])),
    ]);
    const raw = new Client(service.grpc, credentials.createInsecure());
    const same = (bytes: Buffer) => bytes;
    const error = await new Promise<ServiceError | null>((resolve) => {
      raw.makeUnaryRequest('/cutroom.v1.TaskService/SubmitTask', same, same, request, (refusal) => {
        resolve(refusal);
      });
    });
    raw.close();
    const { code, details } = decodeError(error!);
    expect([code, details['google.rpc.BadRequest']]).toMatchObject([
      3,
      { field_violations: [{ field: 'labels["__proto__"]' }] },
    ]);
    expect((await client.call('ListTasks', {})).tasks ?? []).toEqual([]);
  });
});
