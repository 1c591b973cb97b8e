import { SingleBar } from 'cli-progress';
import { ProgressDetail_Phase, type Task, Task_State } from '../../generated/cutroom/v1/task.js';
import type { CliOutput } from './cli-context.js';
import { describeProgress } from './print-task.js';
import { formatEta } from './remaining-time.js';
import { hasEnded, phaseName, stateName } from './task-state.js';

/** Shows how a task gets on while it is watched. */
export interface ProgressView {
  show(task: Task): void;
  /** A line that stays, such as that the server is gone. */
  note(text: string): void;
  /** Leaves the terminal as it was; may be called more than once. */
  end(): void;
}

/** A live bar on a terminal; plain lines anywhere else. */
export function createProgressView(output: CliOutput): ProgressView {
  return output.isTTY === true ? barView(output) : lineView(output);
}

function barView(output: CliOutput): ProgressView {
  const bar = new SingleBar({
    stream: output,
    format: '{phase} {bar} {percent} %  {frames}{left}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    fps: 10,
    hideCursor: true,
    clearOnComplete: true,
    // Ctrl-C is the program's to handle.
    gracefulExit: false,
  });
  let isRunning = false;
  const payloadOf = (task: Task): object => ({
    phase: phaseOf(task).padEnd(10),
    percent: String(task.progress).padStart(3),
    frames: framesOf(task),
    left: task.state === Task_State.RUNNING ? formatEta(task.progressDetail) : '',
  });
  const end = (): void => {
    if (isRunning) bar.stop();
    isRunning = false;
  };
  return {
    show(task) {
      if (hasEnded(task.state)) {
        end();
      } else if (isRunning) {
        bar.update(task.progress, payloadOf(task));
      } else {
        bar.start(100, task.progress, payloadOf(task));
        isRunning = true;
      }
    },
    note(text) {
      end(); // The next event starts the bar anew, below the note.
      output.write(`${text}\n`);
    },
    end,
  };
}

function framesOf(task: Task): string {
  const { framesDone = 0, framesTotal = 0 } = task.progressDetail ?? {};
  return framesTotal === 0 ? '' : `${String(framesDone).padStart(String(framesTotal).length)}/${framesTotal} frames  `;
}

/** A line when the state or the phase changes, and every ten percent. */
function lineView(output: CliOutput): ProgressView {
  let shown = '';
  return {
    show(task) {
      const key = `${task.attempt} ${phaseOf(task)} ${Math.floor(task.progress / 10)}`;
      if (key === shown || hasEnded(task.state)) return;
      shown = key;
      const detail =
        task.state === Task_State.RUNNING && task.progressDetail
          ? describeProgress(task.progressDetail)
          : stateName(task.state);
      output.write(`${String(task.progress).padStart(3)} %  ${detail}\n`);
    },
    note(text) {
      output.write(`${text}\n`);
    },
    end() {
      // Nothing is left open.
    },
  };
}

function phaseOf(task: Task): string {
  const phase = task.progressDetail?.phase ?? ProgressDetail_Phase.PHASE_UNSPECIFIED;
  return task.state === Task_State.RUNNING && phase !== ProgressDetail_Phase.PHASE_UNSPECIFIED
    ? phaseName(phase)
    : stateName(task.state);
}
