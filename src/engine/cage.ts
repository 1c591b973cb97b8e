import { locate } from './locate.js';
import { runSupervised } from './process/supervisor.js';
import { QUERY_CLOCKS, toolEnv, type CageLayer, type Toolchain } from './toolchain.js';

/** Programs that start a tool, one inside the other, and their effects. */
export interface Cage {
  readonly wrapper: readonly string[];
  readonly layers: readonly CageLayer[];
}

/** Address space for each byte of memory that a tool may use: decoders reserve much more than they touch. */
const ADDRESS_SPACE_FACTOR = 4;
const ADDRESS_SPACE = '--as=';
/** A graph of two hundred inputs has some six hundred files open. */
const MAX_FILES = 4_096;
/** The size of any file that a tool writes: more than four hours of 2160p take. */
const MAX_FILE_BYTES = 128 * 1024 ** 3;
/** On every core of a large machine for the longest attempt that can be configured. */
const MAX_CPU_SECONDS = 64 * 86_400;

/**
 * Finds the protections that this machine offers, by trying each: containers forbid some. `setpriv` comes last, since a process loses its
 * parent-death signal when its credentials change.
 * @param memoryBytes the most memory that a tool may use.
 */
export async function findCage(memoryBytes: number, signal: AbortSignal): Promise<Cage> {
  const limits = [
    `${ADDRESS_SPACE}${memoryBytes * ADDRESS_SPACE_FACTOR}`,
    `--cpu=${MAX_CPU_SECONDS}`,
    `--fsize=${MAX_FILE_BYTES}`,
    `--nofile=${MAX_FILES}`,
    '--core=0',
  ];
  // A user namespace of its own would take root's right to read the files of others away.
  const namespaces = process.getuid?.() === 0 ? ['-n'] : ['-r', '-n'];
  const candidates = [
    {
      name: 'resource-limits',
      program: 'prlimit',
      args: limits,
      effect: 'limits of memory, files, CPU time; no core dumps',
    },
    { name: 'no-network', program: 'unshare', args: namespaces, effect: 'a network namespace without any network' },
    { name: 'parent-death', program: 'setpriv', args: ['--pdeathsig', 'KILL'], effect: 'killed with the service' },
  ] as const;
  const tried = await Promise.all(
    candidates.map(async ({ name, program, args, effect }) => {
      const file = await locate(program);
      const wrapper = file === null ? [] : [file, ...args, '--'];
      return { layer: { name, effect, active: file !== null && (await works(wrapper, signal)) }, wrapper };
    }),
  );
  return {
    wrapper: tried.flatMap(({ layer, wrapper }) => (layer.active ? wrapper : [])),
    layers: tried.map(({ layer }) => layer),
  };
}

/** For tools whose driver reserves addresses by the terabyte. The watchdog bounds what they use of them. */
export function withoutAddressLimit(toolchain: Toolchain): Toolchain {
  return { ...toolchain, wrapper: toolchain.wrapper.filter((argument) => !argument.startsWith(ADDRESS_SPACE)) };
}

async function works(wrapper: readonly string[], signal: AbortSignal): Promise<boolean> {
  const command = { program: 'true', args: [], wrapper, env: toolEnv(), clocks: QUERY_CLOCKS, signal };
  return runSupervised(command).then(
    ({ exitCode }) => exitCode === 0,
    (error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof Error) return false;
      throw error;
    },
  );
}
