import type { RenderSpec } from '../../../generated/cutroom/v1/spec.js';

/** A spec with another text in place of each of its own, `variables` aside. @param change called with a text and its field path. */
export function mapTexts(spec: RenderSpec, field: string, change: (text: string, field: string) => string): RenderSpec {
  return {
    ...spec,
    kind: mapped(spec.kind, field, change),
    outputs: mapped(spec.outputs, `${field}.outputs`, change),
  };
}

/** Whether any text of a spec, `variables` aside, is one that is looked for. Without a copy, and so cheap for the many specs without placeholders. */
export function hasText({ kind, outputs }: RenderSpec, isOne: (text: string) => boolean): boolean {
  return isFound(kind, isOne) || isFound(outputs, isOne);
}

function isFound(value: unknown, isOne: (text: string) => boolean): boolean {
  if (typeof value === 'string') return isOne(value);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false;
  for (const name in value) if (isFound((value as Readonly<Record<string, unknown>>)[name], isOne)) return true;
  return false;
}

type Change = (text: string, field: string) => string;

/** A oneof, in which the generated code puts the name of the field beside its value. */
interface Chosen {
  readonly $case: string;
  readonly value: unknown;
}

function mapped<T>(value: T, field: string, change: Change): T {
  return changed(value, field, change) as T;
}

function changed(value: unknown, field: string, change: Change): unknown {
  if (typeof value === 'string') return change(value, field);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((item, i) => changed(item, `${field}[${i}]`, change));
  if (isChosen(value)) {
    const name = protoName(value.$case);
    return { $case: value.$case, value: changed(value.value, `${field}.${name}`, change) };
  }
  return Object.fromEntries(
    // The name of a oneof is no part of a path.
    Object.entries(value).map(([name, item]: [string, unknown]) => [
      name,
      changed(item, isChosen(item) ? field : `${field}.${protoName(name)}`, change),
    ]),
  );
}

function isChosen(value: unknown): value is Chosen {
  return typeof value === 'object' && value !== null && '$case' in value;
}

/** `focusX` is `focus_x`. */
function protoName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
