import { ProgressDetail_Phase, Task_State } from '../../generated/cutroom/v1/task.js';

/** Whether a task in this state changes no more by itself. */
export function hasEnded(state: Task_State): boolean {
  return state === Task_State.SUCCEEDED || state === Task_State.FAILED || state === Task_State.CANCELLED;
}

/** A state as the contract writes it: `RUNNING`. One that a newer server knows is shown by its number. */
export function stateName(state: Task_State): string {
  return nameIn(Task_State, state);
}

/** A phase in one word: `RENDERING`. */
export function phaseName(phase: ProgressDetail_Phase): string {
  return nameIn(ProgressDetail_Phase, phase).replace('PHASE_', '');
}

/** The type of an enum promises that every number has a name; the wire does not. */
function nameIn(names: Readonly<Record<number, string | undefined>>, number: number): string {
  return names[number] ?? String(number);
}
