import { CallError, type CallErrorDetail } from './call-error.js';
import { RenderError, type TaskFailure } from './failure.js';

/** The end of an inspection as a worker stores it. */
type Outcome =
  | { readonly value: unknown }
  /** Of the input. */
  | { readonly failure: TaskFailure }
  /** Of this worker, for now. */
  | { readonly refusal: CallErrorDetail }
  /** A fault, which the log of the worker has. */
  | { readonly fault: true };

/** What a probe is asked for. */
export interface ProbeText {
  readonly uri: string;
  /** The path of the field in the request that names the input. */
  readonly field: string;
}

export function probeText(probe: ProbeText): string {
  return JSON.stringify(probe);
}

export function readProbeText(text: string): ProbeText {
  return JSON.parse(text) as ProbeText;
}

/** @param value of numbers that JSON has, texts, booleans, null, lists and plain objects. */
export function answerText(value: unknown): string {
  return JSON.stringify({ value } satisfies Outcome);
}

/** @returns null for an error that is no answer to a caller. */
export function errorText(error: unknown): string | null {
  if (error instanceof RenderError) return JSON.stringify({ failure: error.failure } satisfies Outcome);
  if (error instanceof CallError) return JSON.stringify({ refusal: error.detail } satisfies Outcome);
  return null;
}

/** The answer to a request that met a fault of the service. */
export const FAULT_TEXT = JSON.stringify({ fault: true } satisfies Outcome);

/** What the worker's inspection returned. @throws what it threw: RenderError, CallError; Error for a fault of the service. */
export function readAnswer(text: string): unknown {
  const outcome = JSON.parse(text) as Outcome;
  if ('value' in outcome) return outcome.value;
  if ('failure' in outcome) {
    const { reason, message, field } = outcome.failure;
    throw new RenderError(reason, message, { field });
  }
  if ('refusal' in outcome) throw new CallError(outcome.refusal);
  throw new Error('a worker failed to look at inputs; its log says why');
}
