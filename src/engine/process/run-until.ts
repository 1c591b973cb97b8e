import type { SupervisedResult } from './supervisor.js';
import { runTool, type ToolContext, type ToolOptions } from './run-tool.js';

export interface RunUntilOptions extends ToolOptions {
  /** Asked at each report of progress; once true, the tool is ended. */
  readonly isEnough: () => Promise<boolean>;
}

/** Runs a tool to its end, or until it has done enough. @returns null when it was ended. @throws as `runTool`; what `isEnough` throws. */
export async function runUntil(
  context: ToolContext,
  tool: 'ffmpeg' | 'ffprobe',
  args: readonly string[],
  { isEnough, ...options }: RunUntilOptions,
): Promise<SupervisedResult | null> {
  const stop = new AbortController();
  const ended = new Error('the tool has done enough');
  const onAbort = () => {
    stop.abort(context.signal.reason);
  };
  if (context.signal.aborted) onAbort();
  context.signal.addEventListener('abort', onAbort);
  try {
    return await runTool({ ...context, signal: stop.signal }, tool, args, {
      ...options,
      onProgress: (block) => {
        options.onProgress?.(block);
        isEnough().then(
          (enough) => {
            if (enough) stop.abort(ended);
          },
          (error: unknown) => {
            stop.abort(error);
          },
        );
      },
    });
  } catch (error) {
    if (error === ended) return null;
    throw error;
  } finally {
    context.signal.removeEventListener('abort', onAbort);
  }
}
