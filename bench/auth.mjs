/**
 * What does authentication cost a poll? The same service with and without it, by turns: with an API key, and with a token.
 * Prints a `RESULT name=value` line for each: a poll with credentials against one without.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createChannel, createClientFactory, Metadata } from 'nice-grpc';
import { root } from '../scripts/lib/root.mjs';
import { makeMedia, STILL } from '../scripts/lib/media.mjs';
import { step } from '../scripts/lib/say.mjs';
import { startService } from '../scripts/lib/service.mjs';
import { compare, helper } from './pairs.mjs';

const folder = join(root, '.cutroom/bench-auth');
const media = join(folder, 'media');
const ROUND_MS = 1500;
const CONCURRENCY = 32;
const BOOTSTRAP_KEY = 'bench-0123456789-0123456789-0123456789';
const SCOPES = ['tasks.submit', 'tasks.read'];

/** @param {{rounds: number}} options pairs of rounds per rate */
export async function benchAuth({ rounds }) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await step('media', () =>
    makeMedia(media, [{ file: 'still.png', source: 'color=teal:size=320x240', output: STILL }]),
  );
  const issuer = await createIssuer();
  const load = helper('api-load.mjs');
  const open = await serve('open', {});
  try {
    const guarded = await serve('guarded', {
      CUTROOM_AUTH: 'keys,jwt',
      CUTROOM_BOOTSTRAP_KEY: BOOTSTRAP_KEY,
      CUTROOM_JWT_ISSUER: issuer.name,
      CUTROOM_JWT_AUDIENCE: 'cutroom',
      CUTROOM_JWT_JWKS: issuer.file,
    });
    try {
      await benchPolls({ open, guarded, token: await issuer.token(), load, rounds });
    } finally {
      await guarded.stop();
    }
  } finally {
    await open.stop();
    load.end();
  }
}

async function benchPolls({ open, guarded, token, load, rounds }) {
  const key = await makeKey(guarded);
  const [without, withKey] = [await submit(open, null), await submit(guarded, key)];
  const http = (service, { name }, shown) => ({ ...order('http', service.http, shown), path: `/v1/${name}` });
  const grpc = (service, { request }, shown) => ({
    ...order('grpc', service.grpc, shown),
    path: '/cutroom.v1.TaskService/GetTask',
    requests: [request],
  });
  for (const [kind, poll] of [
    ['json', http],
    ['grpc', grpc],
  ]) {
    const bare = poll(open, without, undefined);
    await compare(`${kind}_poll_key`, poll(guarded, withKey, key), bare, { load, rounds });
    await compare(`${kind}_poll_jwt`, poll(guarded, withKey, token), bare, { load, rounds });
  }
}

function order(kind, address, token) {
  return { kind, address, durationMs: ROUND_MS, concurrency: CONCURRENCY, ...(token === undefined ? {} : { token }) };
}

function serve(name, env) {
  return startService({
    env: {
      CUTROOM_DATA_DIR: join(folder, name),
      CUTROOM_INPUT_ROOTS: media,
      CUTROOM_LOG_LEVEL: 'warn',
      CUTROOM_SLOTS: '0',
      ...env,
    },
    logFile: join(folder, `${name}.log`),
  });
}

/** An issuer whose public key lies in a file. */
async function createIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const file = join(folder, 'jwks.json');
  await writeFile(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256' }] }));
  const name = 'https://issuer.example';
  const token = () =>
    new SignJWT({ tenant: 'default', scope: SCOPES.join(' ') })
      .setProtectedHeader({ alg: 'ES256', kid: 'bench' })
      .setIssuer(name)
      .setAudience('cutroom')
      .setSubject('bench')
      .setExpirationTime('1h')
      .sign(privateKey);
  return { file, name, token };
}

async function makeKey(service) {
  return withClient(service, BOOTSTRAP_KEY, async (client, options) => {
    const apiKey = { displayName: 'bench', tenant: 'default', scopes: SCOPES };
    return (await client.createApiKey({ apiKey }, options)).key;
  });
}

/** The task to poll, and the bytes that ask for it. */
async function submit(service, token) {
  const { GetTaskRequest, SubmitTaskRequest } = await import('../dist/generated/cutroom/v1/task_service.js');
  return withClient(service, token, async (client, options) => {
    const spec = { kind: { $case: 'montage', value: { materials: [{ uri: 'still.png' }] } } };
    const { name } = await client.submitTask(SubmitTaskRequest.fromPartial({ spec }), options);
    const bytes = GetTaskRequest.encode(GetTaskRequest.fromPartial({ name })).finish();
    return { name, request: Buffer.from(bytes).toString('base64') };
  });
}

/** Only now is dist/ there to import. */
async function withClient(service, token, use) {
  const { TaskServiceDefinition } = await import('../dist/generated/cutroom/v1/task_service.js');
  const channel = createChannel(service.grpc);
  const metadata = Metadata(token === null ? {} : { authorization: `Bearer ${token}` });
  try {
    return await use(createClientFactory().create(TaskServiceDefinition, channel), { metadata });
  } finally {
    channel.close();
  }
}
