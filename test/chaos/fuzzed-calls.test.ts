import { status as Code } from '@grpc/grpc-js';
import { request } from 'undici';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FuzzedService, startFuzzedService } from '../support/fuzzed-service.js';
import { fuzzGrpc } from '../support/grpc-fuzz.js';
import { fuzzHttp } from '../support/http-fuzz.js';

/** Half of them over HTTP, half over gRPC. */
const CALLS = Number(process.env.CALLS ?? 100_000);
const ROUND = 2_000;
const AT_ONCE = 16;
/** What a heap of a process that answers calls may grow by between two collections. */
const MAX_GROWTH_BYTES = 96 * 1024 * 1024;

let fuzzed: FuzzedService;
beforeEach(async () => {
  fuzzed = await startFuzzedService();
}, 120_000);
afterEach(() => fuzzed.close());

it(
  `answers ${CALLS} calls of any form, with and without credentials, without a fault and without growing`,
  { timeout: 1_800_000 },
  async () => {
    const { service, key } = fuzzed;
    const http = fuzzHttp(service.http, key, AT_ONCE);
    const grpc = fuzzGrpc(service.grpc, key, AT_ONCE);
    const faults: string[] = [];
    let settledBytes = 0;
    for (let sent = 0; sent < CALLS && faults.length === 0; sent += 2 * ROUND) {
      faults.push(...(await http.send(ROUND)), ...(await grpc.send(ROUND)));
      // Its caches and code are filled by then.
      if (sent < CALLS / 2) settledBytes = await fuzzed.memoryBytes();
    }
    await http.close();
    grpc.close();
    expect(faults).toEqual([]);
    expect(service.log.filter((line) => line.includes('"level":50'))).toEqual([]);
    // Every kind was there: answered, refused for its form, its credentials, its limits.
    for (const status of [200, 400, 401, 404]) expect(http.statuses.get(status) ?? 0, `${status}`).toBeGreaterThan(0);
    for (const code of [Code.OK, Code.INVALID_ARGUMENT, Code.UNAUTHENTICATED, Code.NOT_FOUND, Code.PERMISSION_DENIED])
      expect(grpc.codes.get(code) ?? 0, Code[code]).toBeGreaterThan(0);
    expect((await fuzzed.memoryBytes()) - settledBytes).toBeLessThan(MAX_GROWTH_BYTES);
    expect((await request(`${service.http}/healthz`)).statusCode).toBe(200);
  },
);
