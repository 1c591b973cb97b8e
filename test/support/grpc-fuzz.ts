import { Client, credentials, Metadata, status as Code } from '@grpc/grpc-js';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { SubmitTaskRequest, TaskServiceDefinition } from '../../generated/cutroom/v1/task_service.js';
import { authorizationOf, fuzzedCredentials } from './fuzz-credentials.js';

/** A field of a message that keeps the wire format of protobuf, whatever its type expects there. */
type Field =
  | { readonly kind: 'varint'; readonly no: number; readonly value: bigint }
  | { readonly kind: 'fixed32' | 'fixed64'; readonly no: number; readonly value: number }
  | { readonly kind: 'bytes'; readonly no: number; readonly value: Uint8Array }
  | { readonly kind: 'text'; readonly no: number; readonly value: string }
  | { readonly kind: 'message'; readonly no: number; readonly value: readonly Field[] };

const no = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 16 }) },
  fc.integer({ min: 1, max: 2 ** 29 - 1 }),
);
const text = fc.oneof(
  fc.constantFrom(
    'tasks/',
    'tasks/0b7fa2cd-4e0b-4b0e-9d5b-7a3f3f1d2c55',
    'a.mp4',
    'upload:../../x',
    'http://127.0.0.1/',
  ),
  fc.constantFrom('apiKeys/0123456789abcdef', 'acme', 'state = FAILED', '__proto__', '\u0000'),
  fc.string({ unit: 'binary' }),
);
const { message } = fc.letrec<{ message: Field[]; field: Field }>((tie) => ({
  message: fc.array(tie('field'), { maxLength: 6 }),
  field: fc.oneof(
    { depthSize: 'small', withCrossShrink: false },
    fc.record({ kind: fc.constant('text' as const), no, value: text }),
    fc.record({ kind: fc.constant('varint' as const), no, value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
    fc.record({ kind: fc.constant('fixed32' as const), no, value: fc.integer({ min: 0 }) }),
    fc.record({ kind: fc.constant('fixed64' as const), no, value: fc.integer({ min: 0 }) }),
    fc.record({ kind: fc.constant('bytes' as const), no, value: fc.uint8Array({ maxLength: 40 }) }),
    fc.record({ kind: fc.constant('message' as const), no, value: tie('message') }),
  ),
}));

function encoded(fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const field of fields) {
    switch (field.kind) {
      case 'varint':
        writer.tag(field.no, WireType.Varint).uint64(field.value);
        break;
      case 'fixed32':
        writer.tag(field.no, WireType.Bit32).fixed32(field.value);
        break;
      case 'fixed64':
        writer.tag(field.no, WireType.Bit64).fixed64(field.value);
        break;
      case 'bytes':
        writer.tag(field.no, WireType.LengthDelimited).bytes(field.value);
        break;
      case 'text':
        writer.tag(field.no, WireType.LengthDelimited).string(field.value);
        break;
      case 'message':
        writer.tag(field.no, WireType.LengthDelimited).bytes(encoded(field.value));
    }
  }
  return writer.finish();
}

const SUBMIT = SubmitTaskRequest.encode(
  SubmitTaskRequest.fromPartial({
    spec: { kind: { $case: 'montage', value: { materials: [{ uri: 'a.mp4' }, { uri: 'b.mp4' }] } } },
    labels: { a: 'b' },
    requestId: '0b7fa2cd-4e0b-4b0e-9d5b-7a3f3f1d2c55',
  }),
).finish();

/** A real request with some bytes changed, and its end cut off. */
const damaged = fc
  .tuple(fc.array(fc.tuple(fc.nat(SUBMIT.length - 1), fc.nat(255)), { maxLength: 3 }), fc.nat(SUBMIT.length))
  .map(([changes, cut]) => {
    const bytes = Uint8Array.from(SUBMIT);
    for (const [at, value] of changes) bytes[at] = value;
    return cut % 3 === 0 ? bytes.subarray(0, cut) : bytes;
  });

const METHODS = Object.values(TaskServiceDefinition.methods).map(({ name }) => `/cutroom.v1.TaskService/${name}`);
const OTHERS = [
  '/grpc.health.v1.Health/Check',
  '/grpc.health.v1.Health/Watch',
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
  '/cutroom.v1.TaskService/Nothing',
  '/cutroom.v1.TaskService/',
  '/a/b/c',
  '/',
];
/** They may last: their caller goes after the first message. */
const LASTING = /Watch/;

const call = fc.record({
  path: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...METHODS) }, fc.constantFrom(...OTHERS)),
  /** Of the request, in place of one message. */
  messages: fc.constantFrom(1, 1, 1, 1, 1, 1, 0, 2),
  bytes: fc.oneof(
    { weight: 4, arbitrary: message.map(encoded) },
    { weight: 2, arbitrary: damaged },
    fc.uint8Array({ maxLength: 200 }),
    fc.constant(new Uint8Array()),
  ),
  credentials: fuzzedCredentials,
  header: fc.constantFrom('authorization', 'x-api-key'),
  more: fc.array(
    fc.tuple(fc.stringMatching(/^x-[a-z0-9_.-]{1,20}$/), fc.stringMatching(/^[\x20-\x7e]{0,50}$/), fc.uint8Array()),
    { maxLength: 3 },
  ),
});

type FuzzedCall = typeof call extends fc.Arbitrary<infer One> ? One : never;

/** Sends calls of any form over gRPC. */
export interface GrpcFuzz {
  /** Sends so many. @returns the calls that were answered with a fault of the service. */
  send(count: number): Promise<string[]>;
  /** How often each code was answered. */
  readonly codes: ReadonlyMap<Code, number>;
  close(): void;
}

/** A call without an end of its own is left by its caller. */
const DEADLINE_MS = 1_000;
const FAULTS: readonly Code[] = [Code.INTERNAL, Code.UNKNOWN, Code.DATA_LOSS];

export function fuzzGrpc(address: string, key: string, atOnce: number): GrpcFuzz {
  const client = new Client(address, credentials.createInsecure());
  const codes = new Map<Code, number>();
  const same = (bytes: Uint8Array): Buffer => Buffer.from(bytes);

  function sendOne(one: FuzzedCall, faults: string[]): Promise<void> {
    const metadata = new Metadata();
    for (const [name, value, bytes] of one.more)
      metadata.add(name, name.endsWith('-bin') ? Buffer.from(bytes) : value.trim());
    const authorization = authorizationOf(one.credentials, key);
    if (authorization !== '')
      metadata.set(one.header, authorization.replace(/^Bearer (?=ck_)/, one.header === 'x-api-key' ? '' : '$&'));
    return new Promise((resolve) => {
      // Also where the method takes and answers one message.
      const stream = client.makeBidiStreamRequest<Uint8Array, Buffer>(one.path, same, same, metadata, {
        deadline: Date.now() + DEADLINE_MS,
      });
      for (let i = 0; i < one.messages; i += 1) stream.write(one.bytes);
      stream.end();
      stream.on('data', () => {
        if (LASTING.test(one.path)) stream.cancel();
      });
      stream.on('error', () => undefined);
      stream.on('status', ({ code, details }: { readonly code: Code; readonly details: string }) => {
        codes.set(code, (codes.get(code) ?? 0) + 1);
        const shown = JSON.stringify({ ...one, bytes: Buffer.from(one.bytes).toString('base64') });
        if (FAULTS.includes(code)) faults.push(`${Code[code]} ${details} ${shown.slice(0, 800)}`);
        resolve();
      });
    });
  }

  return {
    codes,
    async send(count) {
      const queue = fc.sample(call, count);
      const faults: string[] = [];
      const lane = async (): Promise<void> => {
        for (let one = queue.pop(); one !== undefined; one = queue.pop()) await sendOne(one, faults);
      };
      await Promise.all(Array.from({ length: atOnce }, lane));
      return faults;
    },
    close: () => {
      client.close();
    },
  };
}
