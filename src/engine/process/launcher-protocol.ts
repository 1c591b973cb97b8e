import type { ProgressBlock } from './progress.js';
import type { SentError } from './sent-error.js';
import type { SupervisedCommand, SupervisedResult } from './supervisor.js';

/** The part of a command that crosses to the launcher, and the reports that its caller wants. */
export interface SentCommand extends Omit<
  SupervisedCommand,
  'signal' | 'owner' | 'onStart' | 'onProgress' | 'onStderr'
> {
  readonly wantsProgress: boolean;
  readonly wantsStderr: boolean;
}

/** From the service to the launcher; `id` names a run, for as long as the launcher lives. */
export type LauncherOrder =
  | { readonly kind: 'run'; readonly id: number; readonly command: SentCommand }
  | { readonly kind: 'abort'; readonly id: number };

/** From the launcher to the service; `ended` and `failed` are the last of a run. */
export type LauncherReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'alive' }
  | { readonly kind: 'started'; readonly id: number; readonly pid: number }
  | { readonly kind: 'progress'; readonly id: number; readonly block: ProgressBlock }
  | { readonly kind: 'stdout'; readonly id: number; readonly chunk: Buffer }
  | { readonly kind: 'stderr'; readonly id: number; readonly chunk: Buffer }
  | { readonly kind: 'ended'; readonly id: number; readonly result: Omit<SupervisedResult, 'stdout'> }
  | { readonly kind: 'failed'; readonly id: number; readonly error: SentError };
