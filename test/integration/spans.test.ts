import { context, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createSpans } from '../../src/observability/spans.js';
import { runSteps } from '../../src/engine/steps/run-steps.js';
import { inSpan } from '../../src/engine/steps/in-span.js';
import { RenderError } from '../../src/task/failure.js';
import type { Renderer } from '../../src/task/ports/renderer.js';
import { startApiUnderTest } from './api/api-under-test.js';
import { startPool, store } from '../unit/worker/worker-harness.js';
import { eventually } from '../support/eventually.js';
import { newTask } from '../support/new-task.js';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const CALLER = `00-${TRACE_ID}-b7ad6b7169203331-01`;

/** As an operator's file that `node --import` loads. */
const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const load = () => trace.setGlobalTracerProvider(provider);

afterEach(() => {
  exporter.reset();
});
afterAll(async () => {
  trace.disable();
  context.disable();
  await provider.shutdown();
});

const byName = (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name);

describe('spans', () => {
  it('are none without an SDK', () => {
    expect(createSpans('1')).toBeNull();
  });

  it('continue the trace of a caller through the call, the stored task, the attempt and its steps', async () => {
    load();
    const spans = createSpans('1')!;
    const api = await startApiUnderTest({ spans });
    const body = JSON.stringify({ spec: { montage: { materials: [{ uri: 'a.mp4' }] } } });
    const answer = await fetch(`${api.httpUrl}/v1/tasks`, { method: 'POST', body, headers: { traceparent: CALLER } });
    const { name } = (await answer.json()) as { name: string };
    const [call] = byName('cutroom.v1.TaskService/SubmitTask');
    expect(call!.spanContext().traceId).toBe(TRACE_ID);
    expect(call!.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(call!.attributes).toMatchObject({
      'rpc.system': 'http_json',
      'rpc.method': 'SubmitTask',
      'rpc.grpc.status_code': 0,
      'cutroom.task': name,
    });
    const stored = await api.store.get({ tenant: 'default', id: name.slice('tasks/'.length) });
    expect(stored!.trace?.traceparent).toBe(`00-${TRACE_ID}-${call!.spanContext().spanId}-01`);
    await api.stop();

    const step = (id: string, kind: string, after: string[] = []) => ({
      ...{ id, kind, after, phase: 'RENDERING' as const, frames: 3, tries: 1 },
    });
    const renderer: Renderer = {
      render: async (_job, hooks) => {
        await runSteps([step('fetch 1', 'fetch'), step('section 1', 'section', ['fetch 1'])], {
          atOnce: () => 1,
          perform: inSpan(hooks, ({ kind }) =>
            kind === 'fetch'
              ? Promise.resolve()
              : Promise.reject(new RenderError('RENDER_FAILED', 'ffmpeg ended with 1')),
          ),
          mayPass: () => false,
          signal: hooks.signal,
        });
        return { outputs: [], warnings: [] };
      },
    };
    await store.insert({ ...newTask({ id: 'x', nowMs: Date.now() }), trace: stored!.trace!, maxAttempts: 1 }, '{}');
    startPool('w', { spans, renderer });
    await eventually('the attempt ended', () => byName('attempt').length === 1);
    const [attempt] = byName('attempt');
    expect(attempt!.parentSpanContext?.spanId).toBe(call!.spanContext().spanId);
    expect(attempt!.attributes).toMatchObject({ 'cutroom.task': 'tasks/x', 'error.type': 'RENDER_FAILED' });
    const [fetched, section] = [byName('fetch')[0]!, byName('section')[0]!];
    expect(fetched.attributes).toMatchObject({ 'cutroom.step': 'fetch 1', 'cutroom.frames': 3 });
    expect(fetched.status.code).toBe(0);
    expect(section.status).toMatchObject({ code: 2, message: 'ffmpeg ended with 1' });
    for (const part of [fetched, section]) {
      expect(part.spanContext().traceId).toBe(TRACE_ID);
      expect(part.parentSpanContext?.spanId).toBe(attempt!.spanContext().spanId);
    }
  });

  it('begin a trace of their own where a caller sends none that is valid', async () => {
    load();
    const api = await startApiUnderTest({ spans: createSpans('1')! });
    await fetch(`${api.httpUrl}/v1/tasks/nobody`, { headers: { traceparent: '00-0-0-01' } });
    await api.stop();
    const [call] = byName('cutroom.v1.TaskService/GetTask');
    expect(call!.parentSpanContext).toBeUndefined();
    // The caller's fault, not the service's.
    expect(call!.status.code).toBe(0);
    expect(call!.attributes['rpc.grpc.status_code']).toBe(5);
  });
});
