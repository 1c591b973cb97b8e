import { status as Code } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FuzzedService, startFuzzedService } from '../support/fuzzed-service.js';
import { fuzzGrpc } from '../support/grpc-fuzz.js';
import { fuzzHttp } from '../support/http-fuzz.js';

/** `npm run test:chaos` makes 100,000 of them. */
const CALLS = 1_500;

let fuzzed: FuzzedService;
beforeAll(async () => {
  fuzzed = await startFuzzedService();
});
afterAll(() => fuzzed.close());

it('a service answers calls of any form over HTTP without a fault, with and without credentials', async () => {
  const http = fuzzHttp(fuzzed.service.http, fuzzed.key, 8);
  expect(await http.send(CALLS)).toEqual([]);
  await http.close();
  for (const status of [200, 400, 401, 404]) expect(http.statuses.get(status) ?? 0, `${status}`).toBeGreaterThan(0);
});

it('a service answers calls of any form over gRPC without a fault, with and without credentials', async () => {
  const grpc = fuzzGrpc(fuzzed.service.grpc, fuzzed.key, 8);
  expect(await grpc.send(CALLS)).toEqual([]);
  grpc.close();
  for (const code of [Code.OK, Code.INVALID_ARGUMENT, Code.UNAUTHENTICATED, Code.NOT_FOUND])
    expect(grpc.codes.get(code) ?? 0, Code[code]).toBeGreaterThan(0);
  expect(fuzzed.service.log.filter((line) => line.includes('"level":50'))).toEqual([]);
});
