import { readFile } from 'node:fs/promises';
import { repeat } from './repeat.js';

/** The content of a file, as it is now. */
export interface ReloadedFile<T> {
  current(): T;
  close(): void;
}

/** With the time for which a look at credentials counts, below the 5 s in which a revocation takes effect. */
const RELOAD_MS = 2_000;

/**
 * Reads a file, and from then on every change of it. One that cannot be used changes nothing.
 * @param onProblem called once for each problem with a change.
 * @throws Error, for people, when it cannot be used at first.
 */
export async function openReloadedFile<T>(
  { name, file, parse }: { readonly name: string; readonly file: string; readonly parse: (text: string) => T },
  onProblem: (message: string, cause: unknown) => void,
): Promise<ReloadedFile<T>> {
  const read = async (): Promise<string> => {
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
      throw new Error(`${name}=${file} cannot be read (${code})`, { cause: error });
    }
  };
  const parseNamed = (text: string): T => {
    try {
      return parse(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${name}=${file} cannot be used: ${reason}`, { cause: error });
    }
  };
  let text = await read();
  let value = parseNamed(text);
  let problem: string | null = null;
  const reload = async (): Promise<void> => {
    try {
      const next = await read();
      if (next !== text) value = parseNamed(next);
      text = next;
      problem = null;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // Said once, not at each look.
      if (message !== problem)
        onProblem('a changed file is not used: the service goes on with what it read before', error);
      problem = message;
    }
  };
  return { current: () => value, close: repeat(reload, { pauseMs: RELOAD_MS }) };
}
