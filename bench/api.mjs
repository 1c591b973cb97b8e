/**
 * How fast is the API? Against what does nothing: gRPC against a bare nice-grpc method, JSON against a node:http handler with a ready string,
 * and against a Go grpc-gateway in front of the service. And how soon: from submit to the first RUNNING event, from cancel to the death of the
 * last process. The calls come from a process of their own; rates are taken in short rounds by turns, and the median of their ratios counts.
 * Prints a `RESULT name=value` line for each.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createChannel, createClient } from 'nice-grpc';
import { compare, helper } from './pairs.mjs';
import { ensureGateway, startGateway } from '../scripts/lib/go-gateway.mjs';
import { ensureGoTools, findGo } from '../scripts/lib/go-tools.mjs';
import { root } from '../scripts/lib/root.mjs';
import { say, step } from '../scripts/lib/say.mjs';
import { startService } from '../scripts/lib/service.mjs';
import { makeMedia } from '../scripts/lib/media.mjs';
import { STILL_RECIPE } from './media.mjs';

const folder = join(root, '.cutroom/bench-api');
const media = join(folder, 'media');
const ROUND_MS = 1500;
const CONCURRENCY = 32;

/** @param {{rounds: number, samples: number}} options pairs of rounds per rate, and renders per latency */
export async function benchApi({ rounds, samples }) {
  await step('media', () => makeMedia(media, [STILL_RECIPE]));
  await rm(join(folder, 'data'), { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const load = helper('api-load.mjs');
  try {
    await withService({ CUTROOM_SLOTS: '0' }, (service) => benchRates({ service, load, rounds }));
    await withService({ CUTROOM_SLOTS: '1' }, (service) => benchLatencies({ service, load, samples }));
  } finally {
    load.end();
  }
}

async function withService(env, use) {
  const dataDir = join(folder, 'data', env.CUTROOM_SLOTS);
  const service = await startService({
    env: { CUTROOM_DATA_DIR: dataDir, CUTROOM_INPUT_ROOTS: media, CUTROOM_LOG_LEVEL: 'warn', ...env },
    logFile: join(folder, 'service.log'),
  });
  try {
    await use(service);
  } finally {
    await service.stop();
  }
}

async function benchRates({ service, load, rounds }) {
  const { submitBytes, getBytes, task, json, name } = await firstTask(service);
  const bare = helper('api-bare-servers.mjs');
  try {
    const addresses = await bare.ask({ task, json });
    const rate = { load, rounds };
    await compare(
      'grpc_get',
      grpc(service.grpc, 'GetTask', [getBytes]),
      grpc(addresses.grpc, 'GetTask', [getBytes]),
      rate,
    );
    await compare(
      'grpc_submit',
      grpc(service.grpc, 'SubmitTask', [submitBytes]),
      grpc(addresses.grpc, 'SubmitTask', [submitBytes]),
      rate,
    );
    await compare('json_poll', http(service.http, `/v1/${name}`), http(addresses.http, `/v1/${name}`), rate);
    await againstGateway(service, (gateway) =>
      compare('json_poll_go_gateway', http(service.http, `/v1/${name}`), http(gateway, `/v1/${name}`), rate),
    );
  } finally {
    bare.end();
  }
}

/** An order for api-load.mjs: calls of a unary method. */
export const grpc = (address, rpc, requests) => ({
  kind: 'grpc',
  address,
  path: `/cutroom.v1.TaskService/${rpc}`,
  requests,
  durationMs: ROUND_MS,
  concurrency: CONCURRENCY,
});

/** An order for api-load.mjs: GETs. */
export const http = (address, path) => ({
  kind: 'http',
  address,
  path,
  durationMs: ROUND_MS,
  concurrency: CONCURRENCY,
});

/** The requests that are sent over and over, and what the service answers to them. Only now is dist/ there to import. */
export async function firstTask(service) {
  const { SubmitTaskRequest, GetTaskRequest, TaskServiceDefinition } =
    await import('../dist/generated/cutroom/v1/task_service.js');
  const { Task } = await import('../dist/generated/cutroom/v1/task.js');
  const channel = createChannel(service.grpc);
  try {
    const submit = SubmitTaskRequest.fromPartial({ spec: await longSpec() });
    const answer = await createClient(TaskServiceDefinition, channel).submitTask(submit);
    const response = await fetch(`http://${service.http}/v1/${answer.name}`);
    if (!response.ok) throw new Error(`GET ${answer.name} answered ${response.status}`);
    const base64 = (type, message) => Buffer.from(type.encode(message).finish()).toString('base64');
    return {
      submitBytes: base64(SubmitTaskRequest, submit),
      getBytes: base64(GetTaskRequest, GetTaskRequest.fromPartial({ name: answer.name })),
      task: base64(Task, answer),
      json: await response.text(),
      name: answer.name,
    };
  } finally {
    channel.close();
  }
}

/** A grpc-gateway generated from our proto (test/foreign), in front of the service. Needs Go. */
async function againstGateway(service, use) {
  const go = findGo();
  if (go === null) {
    say('json_poll_go_gateway: SKIPPED, Go is not installed');
    return;
  }
  await ensureGoTools(go);
  await step('grpc-gateway for our protos', () => ensureGateway(go));
  const gateway = await startGateway(service.grpc);
  try {
    await use(gateway.url.replace('http://', ''));
  } finally {
    await gateway.stop();
  }
}

async function longSpec() {
  const { RenderSpec } = await import('../dist/generated/cutroom/v1/spec.js');
  const montage = { materials: [{ uri: 'still.png' }], longestClip: { seconds: 600n }, resolution: 360 };
  return RenderSpec.fromPartial({ kind: { $case: 'montage', value: montage } });
}

async function benchLatencies({ service, load, samples }) {
  const { RenderSpec } = await import('../dist/generated/cutroom/v1/spec.js');
  const spec = Buffer.from(RenderSpec.encode(await longSpec()).finish()).toString('base64');
  const order = { kind: 'latency', address: service.grpc, pid: service.pid, spec };
  await load.ask({ ...order, samples: 5 }); // Warms up; lays out the fonts.
  const { startMs, deadMs } = await load.ask({ ...order, samples });
  for (const [name, values] of [
    ['submit_to_running', startMs],
    ['cancel_to_dead', deadMs],
  ]) {
    const sorted = [...values].sort((a, b) => a - b);
    say(
      `RESULT ${name}_p50_ms=${quantile(sorted, 0.5).toFixed(1)} ${name}_p99_ms=${quantile(sorted, 0.99).toFixed(1)} samples=${samples}`,
    );
  }
}

function quantile(sorted, q) {
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)];
}
