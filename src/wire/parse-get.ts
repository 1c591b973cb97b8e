import { type GetTaskRequest, TaskView } from '../../generated/cutroom/v1/task_service.js';
import { CallError } from '../task/call-error.js';
import type { WaitOptions } from '../task/use-cases/task-use-cases.js';
import { type EnumTable, type Findings, parseDurationUs, parseEnum, refuse } from './render-spec/fields.js';
import { TASK_NAME_FORM, taskIdIn } from './task-name.js';

export const WAIT = { minUs: 0, maxUs: 60_000_000, defaultUs: 30_000_000 };
const VIEWS: EnumTable<TaskView, ParsedGet['view']> = {
  [TaskView.TASK_VIEW_UNSPECIFIED]: 'BASIC',
  [TaskView.TASK_VIEW_BASIC]: 'BASIC',
  [TaskView.TASK_VIEW_FULL]: 'FULL',
};

/** A parsed GetTask. */
export interface ParsedGet {
  readonly id: string;
  readonly view: 'BASIC' | 'FULL';
  /** Null: answer at once. */
  readonly wait: Omit<WaitOptions, 'signal'> | null;
}

/** @throws CallError INVALID_REQUEST with every violation. */
export function parseGet(request: GetTaskRequest): ParsedGet {
  const findings: Findings = { violations: [], assets: [], fonts: [] };
  const root = (field: string) => ({ field, findings });
  const id = taskIdIn(request.name);
  if (id === null) refuse(root('name'), TASK_NAME_FORM);
  const view = parseEnum(request.view, root('view'), VIEWS);
  const timeoutUs = request.waitTimeout
    ? parseDurationUs(request.waitTimeout, root('wait_timeout'), WAIT)
    : WAIT.defaultUs;
  const after = request.waitForRevisionAfter;
  if (after !== undefined && after < 0n) refuse(root('wait_for_revision_after'), 'must not be negative');
  if (after === undefined && request.waitTimeout) refuse(root('wait_timeout'), 'needs wait_for_revision_after');
  const { violations } = findings;
  if (id === null || violations.length > 0) throw new CallError({ reason: 'INVALID_REQUEST', violations });
  return {
    id,
    view,
    wait:
      after === undefined ? null : { afterRevision: Number(after), timeoutMs: (timeoutUs ?? WAIT.defaultUs) / 1000 },
  };
}
