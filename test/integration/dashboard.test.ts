import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { startApiUnderTest } from './api/api-under-test.js';

const deploy = path.join(import.meta.dirname, '../../deploy');

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string }[];
}

/** Words of a query that are neither functions nor labels: those of our metrics have a prefix. */
const METRIC = /\b(?:cutroom|grpc|process|nodejs)_[a-z0-9_]+/g;
const LABELS = new Set(['grpc_code', 'grpc_method', 'grpc_type', 'grpc_service']);

it('the Grafana dashboard asks only for metrics and labels that /metrics has', async () => {
  const dashboard = JSON.parse(await readFile(path.join(deploy, 'grafana/cutroom.json'), 'utf8')) as {
    panels: readonly Panel[];
  };
  const under = await startApiUnderTest();
  await fetch(`${under.httpUrl}/v1/tasks`);
  const page = await (await fetch(`${under.httpUrl}/metrics`)).text();
  await under.stop();
  const known = new Set(
    [...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  for (const { title, targets } of dashboard.panels) {
    expect(targets.length, title).toBeGreaterThan(0);
    for (const { expr } of targets) {
      const names = [...expr.matchAll(METRIC)].map(([name]) => name).filter((name) => !LABELS.has(name));
      expect(names.length, expr).toBeGreaterThan(0);
      expect(
        names.filter((name) => !known.has(name)),
        expr,
      ).toEqual([]);
    }
  }
  const overlaps = dashboard.panels.flatMap((one, i) =>
    dashboard.panels.slice(i + 1).filter(({ gridPos: b }) => {
      const { gridPos: a } = one;
      return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
    }),
  );
  expect(overlaps).toEqual([]);
});

it('the example for Envoy has a cluster for each route, and a route for each of our paths', async () => {
  const { static_resources: made } = parse(await readFile(path.join(deploy, 'envoy/cutroom.yaml'), 'utf8')) as {
    static_resources: { listeners: unknown[]; clusters: { name: string }[] };
  };
  const text = JSON.stringify(made.listeners);
  const routed = [...text.matchAll(/"cluster":"([^"]+)"/g)].map(([, name]) => name);
  expect([...new Set(routed)].sort()).toEqual(made.clusters.map(({ name }) => name).sort());
  expect([...text.matchAll(/"prefix":"([^"]+)"/g)].map(([, prefix]) => prefix)).toEqual([
    '/cutroom.v1.',
    '/grpc.',
    '/',
  ]);
  // A watch outlives the 15 s that Envoy gives a route by default.
  expect([...text.matchAll(/"cluster":"[^"]+","timeout":"0s"/g)]).toHaveLength(3);
});
