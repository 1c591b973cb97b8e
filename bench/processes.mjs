/** The processes of a service, by /proc: its tools are children of its launcher, or of itself until that is ready. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

/** The children of a process, whichever of its threads started them. */
function childrenOf(pid) {
  return threadsOf(pid)
    .flatMap((thread) => textOf(`/proc/${pid}/task/${thread}/children`).split(' '))
    .map(Number)
    .filter((child) => child > 0);
}

const isLauncher = (pid) => textOf(`/proc/${pid}/cmdline`).includes('launcher-program');

/** The service and its launcher. */
export const startersOf = (pid) => [pid, ...childrenOf(pid).filter(isLauncher)];

/** The tools of a service that run now, or are not waited for yet. */
export const toolsOf = (pid) =>
  startersOf(pid)
    .flatMap(childrenOf)
    .filter((child) => !isLauncher(child));

/** CPU seconds of a service, of its launcher and of all tools that have ended; the kernel counts in hundredths. */
export function cpuSeconds(pid) {
  return startersOf(pid).reduce((sum, starter) => {
    const stat = textOf(`/proc/${starter}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum + fields.slice(11, 15).reduce((ticks, field) => ticks + Number(field), 0) / 100;
  }, 0);
}

function threadsOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Empty: it has ended. */
function textOf(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
