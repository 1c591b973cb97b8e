import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, Metadata, type ServiceError, status as Code } from '@grpc/grpc-js';
import { ServerError, Status } from 'nice-grpc';
import { describe, expect, it } from 'vitest';
import { TaskServiceDefinition } from '../../../generated/cutroom/v1/task_service.js';
import type { Authenticate } from '../../../src/api/chain/authenticate.js';
import { createMongoStore } from '../../../src/store/mongo/mongo-store.js';
import { createSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import { endlessSession } from '../../../src/task/authenticator.js';
import { SCOPES } from '../../../src/task/caller.js';
import type { Store } from '../../../src/task/ports/store.js';
import { skipWithoutMongod, startMongod } from '../../support/mongod.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';
import { STORED_STATES, storeTask } from './stored-task.js';

/** Pairs of calls for each way to name a task. */
const PAIRS = 16;
/** Of the medians, one against the other: a further look at the store, or a wait, would be far more over hundreds of pairs. */
const WITHIN = 2;
const STRANGER = 'stranger';

/** A bearer's word is the tenant. */
const byBearer: Authenticate = async ({ origin }) => {
  const tenant = /^Bearer ([a-z]+)$/.exec(origin.metadata.get('authorization') ?? '')?.[1];
  if (tenant === undefined) throw new ServerError(Status.UNAUTHENTICATED, 'a bearer token is required');
  return Promise.resolve(endlessSession({ tenant, scopes: SCOPES, principal: 'test' }));
};

/** The same store, which notes every call with what it was asked for. */
function recorded(store: Store, calls: string[]): Store {
  return new Proxy(store, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      // The health of the server is looked at by the clock, whoever calls.
      if (typeof value !== 'function' || name === 'ping') return value;
      return (...args: unknown[]) => {
        calls.push(`${String(name)} ${JSON.stringify(args)}`);
        return (value as (...given: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}

async function store(kind: string): Promise<{ store: Store; remove: () => Promise<void> }> {
  if (kind === 'SQLite') {
    const folder = await mkdtemp(join(tmpdir(), 'cutroom-foreign-'));
    const remove = () => rm(folder, { recursive: true, force: true });
    return { store: createSqliteStore({ file: join(folder, 'tasks.db') }), remove };
  }
  const mongod = await startMongod();
  return { store: await createMongoStore({ uri: mongod.uriOf('foreign') }), remove: () => mongod.stop() };
}

const OF_EACH_CALL = ['date', 'x-request-id'];

/** One way to name a task. @returns all that its caller sees. */
type Ask = (id: string) => Promise<string>;

/** Each method with a `name`, but for those of names that are no tenant's. */
function rpcs(grpc: Client): [string, Ask][] {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${STRANGER}`);
  const same = (bytes: Buffer): Buffer => bytes;
  return Object.values(TaskServiceDefinition.methods).flatMap(({ name, requestType, responseStream }) => {
    if (!('name' in requestType.fromPartial({})) || /ApiKey|SigningSecret/.test(name)) return [];
    const ask: Ask = (id) =>
      new Promise((resolve) => {
        const bytes = Buffer.from(
          requestType.encode(requestType.fromPartial({ name: `tasks/${id}` }) as never).finish(),
        );
        const path = `/${TaskServiceDefinition.fullName}/${name}`;
        const end = (error: ServiceError | null) => {
          const trailers = Object.entries(error?.metadata.getMap() ?? {})
            .filter(([key]) => !OF_EACH_CALL.includes(key))
            .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : value.toString('latin1')}`);
          resolve(`${Code[error?.code ?? 0]} ${error?.details} ${trailers.join(' ')}`);
        };
        if (!responseStream) {
          grpc.makeUnaryRequest(path, same, same, bytes, metadata, end);
          return;
        }
        grpc
          .makeServerStreamRequest(path, same, same, bytes, metadata)
          .on('error', end)
          .on('data', () => undefined)
          .on('end', () => {
            end(null);
          });
      });
    return [[`rpc ${name}`, ask] as [string, Ask]];
  });
}

/** Each route with a task in its path. */
function routes({ api, httpUrl }: ApiUnderTest): [string, Ask][] {
  return api.routes.flatMap(({ method, template }) => {
    const isOfTask = /\{name=tasks\/\*\}|\{task\}|\{id\}/.test(template);
    if (!isOfTask) return [];
    const ask: Ask = async (id) => {
      const path = template
        .replace('{name=tasks/*}', `tasks/${id}`)
        .replace(/\{task\}|\{id\}/, id)
        .replace('{file}', 'final-1.mp4');
      const answer = await fetch(httpUrl + path, {
        method,
        headers: { authorization: `Bearer ${STRANGER}`, 'content-type': 'application/json' },
        ...(method === 'POST' && { body: '{}' }),
      });
      const headers = [...answer.headers].filter(([name]) => !OF_EACH_CALL.includes(name));
      return `${answer.status} ${JSON.stringify(headers)} ${await answer.text()}`;
    };
    return [[`${method} ${template}`, ask] as [string, Ask]];
  });
}

/** Without the ids, which differ anyway: those of tasks, and those that each call gets. */
const plain = (text: string) => text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}/g, 'ID');
const median = (values: number[]) => values.sort((one, other) => one - other)[Math.floor(values.length / 2)]!;

describe.each(['SQLite', 'MongoDB'])('on %s', (kind) => {
  it.skipIf(kind === 'MongoDB' && skipWithoutMongod())(
    'another tenant’s task costs the store what no task costs, takes as long, and is answered alike, over every RPC and route',
    { timeout: 600_000 },
    async () => {
      const calls: string[] = [];
      const { store: real, remove } = await store(kind);
      const under = await startApiUnderTest({ authenticate: byBearer, store: recorded(real, calls) });
      const grpc = new Client(under.grpcAddress, credentials.createInsecure());
      try {
        const foreign = await Promise.all(STORED_STATES.map(async (state) => (await storeTask(under, state)).id));
        const ways = [...rpcs(grpc), ...routes(under)];
        for (const name of ['rpc WatchTask', 'GET /tasks/{task}/{file}', 'GET /api/v1/stream/{task}/{file}'])
          expect(ways.map(([way]) => way)).toContain(name);
        expect(ways.length).toBeGreaterThanOrEqual(17);
        const ratios: number[] = [];
        for (const [way, ask] of ways) {
          const seen = { foreign: new Set<string>(), missing: new Set<string>() };
          const ms = { foreign: [] as number[], missing: [] as number[] };
          const call = async (whose: 'foreign' | 'missing', id: string) => {
            calls.length = 0;
            const beginMs = performance.now();
            const answer = await ask(id);
            ms[whose].push(performance.now() - beginMs);
            seen[whose].add(plain(`${answer}\n${calls.join('\n')}`));
          };
          for (let pair = 0; pair < PAIRS; pair++) {
            const id = foreign[pair % foreign.length]!;
            // By turns, so that neither always has the other's warmth.
            const order = [() => call('foreign', id), () => call('missing', randomUUID())];
            for (const one of pair % 2 === 0 ? order : order.reverse()) await one();
          }
          // One answer, and one list of questions to the store, whatever the state of the task that is there.
          expect([...seen.missing].slice(1), `${way}: ${[...seen.missing][0]}`).toEqual([]);
          expect([...seen.foreign], way).toEqual([...seen.missing]);
          expect([...seen.missing][0], way).toMatch(/^(?:NOT_FOUND|404) /);
          ratios.push(...ms.foreign.map((each, i) => each / ms.missing[i]!));
        }
        expect(median(ratios)).toBeLessThan(WITHIN);
        expect(median(ratios)).toBeGreaterThan(1 / WITHIN);
      } finally {
        grpc.close();
        await under.stop();
        await remove();
      }
    },
  );
});
