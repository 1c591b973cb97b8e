import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createChannel, createClient } from 'nice-grpc';
import { RenderSpec } from '../dist/generated/cutroom/v1/spec.js';
import { Task_State } from '../dist/generated/cutroom/v1/task.js';
import { TaskServiceDefinition } from '../dist/generated/cutroom/v1/task_service.js';
import { toolsOf } from './processes.mjs';

/** How often the process table is looked at: the error of what is measured. */
const LOOK_MS = 2;

/**
 * Submits a render, waits for the event that it is RUNNING and for its ffmpeg, cancels it, and waits until the service has no tool left;
 * `samples` times.
 * @param {{address: string, pid: number, spec: string, samples: number}} options `pid` is the service's, `spec` an encoded RenderSpec.
 * @returns {Promise<{startMs: number[], deadMs: number[]}>}
 */
export async function measureLatency({ address, pid, spec, samples }) {
  const channel = createChannel(address);
  const client = createClient(TaskServiceDefinition, channel);
  const request = { spec: RenderSpec.decode(Buffer.from(spec, 'base64')) };
  const startMs = [];
  const deadMs = [];
  try {
    for (let sample = 0; sample < samples; sample += 1) {
      const submittedAt = performance.now();
      const { name } = await client.submitTask(request);
      startMs.push((await untilRunning(client, name)) - submittedAt);
      await until(() => liveTools(pid).some((child) => commandOf(child).includes('libx264')));
      const cancelledAt = performance.now();
      await client.cancelTask({ name });
      await until(() => liveTools(pid).length === 0);
      deadMs.push(performance.now() - cancelledAt);
      await client.deleteTask({ name });
    }
  } finally {
    channel.close();
  }
  return { startMs, deadMs };
}

async function untilRunning(client, name) {
  for await (const { event } of client.watchTask({ name })) {
    if (event?.$case !== 'task') continue;
    if (event.value.state === Task_State.RUNNING) return performance.now();
    if (event.value.state !== Task_State.QUEUED) throw new Error(`the task ended as ${Task_State[event.value.state]}`);
  }
  throw new Error('the watch ended early');
}

async function until(condition) {
  const giveUpAt = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error('waited 20 s in vain');
    await delay(LOOK_MS);
  }
}

/** Tools that live; what is dead and not yet reaped does no more harm. */
const liveTools = (pid) => toolsOf(pid).filter(isAlive);

function isAlive(pid) {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
