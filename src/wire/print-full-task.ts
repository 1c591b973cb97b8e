import type { JsonValue } from '@bufbuild/protobuf';
import type { CommandRun as WireRun, Diagnostics as WireDiagnostics } from '../../generated/cutroom/v1/diagnostics.js';
import type { Task as WireTask } from '../../generated/cutroom/v1/task.js';
import type { CommandRun, Diagnostics } from '../task/diagnostics.js';
import type { TaskDetails } from '../task/use-cases/task-use-cases.js';
import { printDuration } from './print-duration.js';
import { readJson } from './proto-json.js';
import { renderSpecType } from './render-spec/spec-identity.js';

/** A printed task with the parts that only the full view shows. */
export function printFullTask(task: WireTask, { specJson, diagnosticsJson }: TaskDetails): WireTask {
  return {
    ...task,
    // As it was submitted; fields of newer versions are not shown.
    spec:
      specJson === null
        ? undefined
        : readJson(renderSpecType, JSON.parse(specJson) as JsonValue, { unknownFields: 'ignore' }),
    diagnostics: diagnosticsJson === null ? undefined : printDiagnostics(JSON.parse(diagnosticsJson) as Diagnostics),
  };
}

/** How an attempt was rendered, as callers see it. */
export function printDiagnostics({ attempt, ffmpegVersion, commands }: Diagnostics): WireDiagnostics {
  return { attempt, ffmpegVersion, commands: commands.map(printRun) };
}

function printRun({ cpuMs, wallMs, peakMemoryBytes, ...run }: CommandRun): WireRun {
  return {
    ...run,
    arguments: [...run.arguments],
    peakMemoryBytes: BigInt(peakMemoryBytes),
    cpuTime: printDuration(cpuMs * 1000),
    wallTime: printDuration(wallMs * 1000),
  };
}
