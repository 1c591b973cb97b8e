import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway } from '../../scripts/lib/go-gateway.mjs';
import { type ApiUnderTest, startApiUnderTest } from '../integration/api/api-under-test.js';
import { DIFFERENCES } from './differences.js';
import { type Answer, ask } from './transports.js';
import { ROWS } from './rows.js';

let under: ApiUnderTest;
let gateway: Awaited<ReturnType<typeof startGateway>>;

beforeAll(async () => {
  under = await startApiUnderTest();
  gateway = await startGateway(under.grpcAddress);
});

afterAll(async () => {
  await gateway.stop();
  await under.stop();
});

/** The gRPC code in an error's body, or in the last line of a stream. */
function codeIn({ body }: Answer): unknown {
  const last = (Array.isArray(body) ? body.at(-1) : body) as { code?: number; error?: { code?: number } } | null;
  return last?.error?.code ?? last?.code;
}

/** With enums by name where they are by number: those that this test meets. */
function named({ body, ...answer }: Answer): unknown {
  const names: Record<string, string> = {
    'state:3': 'FAILED',
    'phase:1': 'PHASE_FETCHING',
    'category:2': 'CATEGORY_INPUT_MEDIA',
  };
  const text = JSON.stringify(body).replace(
    /"(state|phase|category)":(\d+)/g,
    (_, key: string, number: string) => `"${key}":"${names[`${key}:${number}`] ?? ''}"`,
  );
  return { ...answer, body: JSON.parse(text) as unknown };
}

describe('the JSON API', () => {
  it.each(ROWS)('answers as a grpc-gateway does: $name', async (row) => {
    const [ours, theirs] = await Promise.all([ask(under.httpUrl, under, row), ask(gateway.url, under, row)]);
    if (!row.differs) {
      expect(ours).toEqual(theirs);
      return;
    }
    const { allowed } = DIFFERENCES[row.differs];
    expect(ours.metadata).toEqual(theirs.metadata);
    switch (allowed) {
      case 'text':
        expect([ours.status, ours.type, codeIn(ours)]).toEqual([theirs.status, theirs.type, codeIn(theirs)]);
        expect(codeIn(ours)).toBeGreaterThan(0);
        break;
      case 'content-type':
        expect(ours).toEqual({ ...theirs, type: ours.type });
        expect(ours.type).not.toEqual(theirs.type);
        break;
      case 'enums':
        expect(named(ours)).toEqual(theirs);
        expect(ours).not.toEqual(theirs);
        break;
      default:
        expect({ ours: ours.status, theirs: theirs.status }).toEqual(allowed);
    }
  });
});

it('docs/json-api.md contains the reason of every difference', async () => {
  const text = await readFile(join(import.meta.dirname, '../../docs/json-api.md'), 'utf8');
  for (const { reason } of Object.values(DIFFERENCES)) expect(text).toContain(reason);
});

it('the allowed differences from a grpc-gateway all exist', () => {
  expect([...new Set(ROWS.flatMap((row) => row.differs ?? []))].sort()).toEqual(Object.keys(DIFFERENCES).sort());
});
