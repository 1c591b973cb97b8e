import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { registry } from '../../../src/wire/proto-json.js';

const anyNumber = fc.oneof(
  fc.integer({ min: -1, max: 120 }),
  fc.double(),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 0, 0.5, 1e308),
);
const anyInteger = fc.oneof(
  fc.integer({ min: -1, max: 40 }).map((n) => 2 * n),
  fc.integer(),
);
/** Some that mean something in one field or another, so that parsers get further. */
const anyText = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'b',
    'c',
    'a.mp4',
    '#112233',
    '#11223344',
    '30000/1001',
    '25',
    'fade',
    'ease',
    '{{a}}',
    '\\{{',
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const anyDuration = fc.oneof(
  fc.record({ seconds: fc.bigInt({ min: 0n, max: 9n }), nanos: fc.constantFrom(0, 500_000_000) }),
  fc.record({ seconds: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), nanos: fc.integer() }),
);

const MAX_DEPTH = 8;

/**
 * Any message of a type at all, as the generated code has it but for fields that are not set: what a hostile client may put on the wire. By the descriptor, so that fields
 * that are added later are among it.
 */
export function anyMessage(typeName: string): fc.Arbitrary<object> {
  const desc = registry.getMessage(typeName);
  if (!desc) throw new Error(`there is no message ${typeName}`);
  return messageOf(desc, 0);
}

function messageOf(desc: DescMessage, depth: number): fc.Arbitrary<object> {
  if (desc.typeName === 'google.protobuf.Duration') return anyDuration;
  const entries = desc.members.flatMap((member): [string, fc.Arbitrary<unknown>][] => {
    if (member.kind === 'oneof') {
      const cases = member.fields.filter((field) => !isTooDeep(field, depth));
      if (cases.length === 0) return [];
      const chosen = cases.map((field) => valueOf(field, depth).map((value) => ({ $case: field.localName, value })));
      return [[member.localName, sometimes(fc.oneof(...chosen), 9)]];
    }
    return isTooDeep(member, depth) ? [] : [[member.localName, sometimes(valueOf(member, depth), 2)]];
  });
  return fc
    .record(Object.fromEntries(entries))
    .map((message) => Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined)));
}

/** @param weight against 2 for none. */
function sometimes<T>(value: fc.Arbitrary<T>, weight: number): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight, arbitrary: value });
}

function isTooDeep({ message }: DescField, depth: number): boolean {
  return message !== undefined && depth >= MAX_DEPTH;
}

function valueOf(field: DescField, depth: number): fc.Arbitrary<unknown> {
  switch (field.fieldKind) {
    case 'message':
      return messageOf(field.message, depth + 1);
    case 'list': {
      const item = field.message
        ? messageOf(field.message, depth + 1)
        : field.enum
          ? anyInteger
          : scalarOf(field.scalar);
      return fc.array(item, { maxLength: 3 });
    }
    case 'map':
      return fc.dictionary(anyText, anyText, { maxKeys: 3 });
    case 'enum':
      return fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(...field.enum.values.map(({ number }) => number)) },
        { weight: 1, arbitrary: fc.integer() },
      );
    case 'scalar':
      return scalarOf(field.scalar);
  }
}

function scalarOf(scalar: ScalarType): fc.Arbitrary<unknown> {
  switch (scalar) {
    case ScalarType.STRING:
      return anyText;
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return anyNumber;
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 9 });
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return fc.integer({ min: 0, max: 2 ** 32 - 1 });
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return anyInteger;
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  }
}
