import { expect, it } from 'vitest';
import { Admission, TaskServiceDefinition } from '../../generated/cutroom/v1/task_service.js';
import { createTaskService } from '../../src/api/service/task-service.js';
import type { Methods } from '../../src/api/service/method.js';
import type { SigningSecretUseCases } from '../../src/task/use-cases/signing-secrets.js';
import type { TaskUseCases } from '../../src/task/use-cases/task-use-cases.js';
import { type EnumTable, namedDefault, parseEnum } from '../../src/wire/render-spec/fields.js';

const KEY = Buffer.alloc(32);

// Checked by the compiler: each of these lacks one entry.

// @ts-expect-error An RPC without a method.
export const withoutProbe = (all: Omit<Methods, 'probeMedia'>): Methods => all;

// @ts-expect-error A value of the enum without a row.
export const withoutReject: EnumTable<Admission, string> = {
  [Admission.ADMISSION_UNSPECIFIED]: 'QUEUE',
  [Admission.ADMISSION_QUEUE]: 'QUEUE',
};

it('the service has every RPC of the generated definition, streaming where the definition streams', () => {
  const service = createTaskService({
    tasks: {} as TaskUseCases,
    secrets: {} as SigningSecretUseCases,
    urlKeys: { rotate: () => Promise.resolve(null), current: () => KEY },
    sign: () => '',
    facts: { fonts: [], fontFiles: [], maxInputPixels: 1 },
    drain: new AbortController().signal,
    monotonicMs: () => 0,
  });
  expect(service.map(({ name, path, kind }) => ({ name, path, isStream: kind === 'stream' }))).toEqual(
    Object.values(TaskServiceDefinition.methods).map(({ name, responseStream }) => ({
      name,
      path: `/cutroom.v1.TaskService/${name}`,
      isStream: responseStream,
    })),
  );
});

it('an enum table takes its default from row 0, and refuses unknown numbers', () => {
  const table: EnumTable<Admission, string> = {
    [Admission.ADMISSION_UNSPECIFIED]: 'QUEUE',
    [Admission.ADMISSION_QUEUE]: 'QUEUE',
    [Admission.ADMISSION_RUN_OR_REJECT]: 'RUN_OR_REJECT',
  };
  const parse = (value: Admission) => {
    const findings = { violations: [], assets: [], fonts: [] };
    const parsed = parseEnum(value, { field: 'f', findings }, table);
    return [parsed, findings.violations];
  };
  expect(parse(Admission.ADMISSION_UNSPECIFIED)).toEqual(['QUEUE', []]);
  expect(parse(Admission.ADMISSION_RUN_OR_REJECT)).toEqual(['RUN_OR_REJECT', []]);
  for (const unknown of JSON.parse('[-1, 3, 0.5]') as Admission[])
    expect(parse(unknown)).toEqual(['QUEUE', [{ field: 'f', description: `has the unknown value ${unknown}` }]]);
  expect(namedDefault(table)).toBe(Admission.ADMISSION_QUEUE);
});
