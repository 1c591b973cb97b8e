import type { CommandRun } from '../../generated/cutroom/v1/diagnostics.js';
import { durationSeconds, formatBytes } from './format.js';

/**
 * A command that was run, as one would type it, with a comment that says how it went; below it, as comments, the filter
 * graph that it read from a file, and the end of its stderr when it failed.
 */
export function describeCommand(run: CommandRun): string {
  const lines = [`# ${howItWent(run)}`, [run.program, ...run.arguments].map(quote).join(' ')];
  if (run.filterGraph !== '') lines.push('# graph.txt:', ...comment(run.filterGraph));
  if (run.exitCode !== 0 && run.stderr !== '') lines.push('# stderr:', ...comment(run.stderr.trimEnd()));
  return lines.join('\n');
}

function howItWent(run: CommandRun): string {
  const end = run.signal === '' ? `exit ${run.exitCode}` : run.signal;
  const memory = run.peakMemoryBytes === 0n ? '' : `, ${formatBytes(Number(run.peakMemoryBytes))} of memory`;
  return `${end}${run.watchdog === '' ? '' : ` by ${run.watchdog}`}, ${durationSeconds(run.wallTime).toFixed(2)} s${memory}`;
}

function comment(text: string): string[] {
  return text.split('\n').map((line) => `#   ${line}`);
}

/** As a POSIX shell reads it back. */
function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
