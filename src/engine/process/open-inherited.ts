import { closeSync, constants, openSync } from 'node:fs';

/** The open files that a program is to inherit. */
export interface InheritedFiles {
  /** The descriptor in this process, by the number that the program has it under. */
  readonly byNumber: ReadonlyMap<number, number>;
  /** To be called when the program has started, or has not. */
  close(): void;
}

/** Opening must not block. */
const SAFELY = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Opens the files of descriptors of another process anew, by the names that the system has for them: also a file whose path leads elsewhere by now.
 * @param owner its number; absent: they are this process's, and are used as they are.
 * @throws the system's error when one cannot be opened, such as one that is closed there.
 */
export function openInherited(numbers: readonly number[], owner: number | undefined): InheritedFiles {
  if (owner === undefined) return { byNumber: new Map(numbers.map((fd) => [fd, fd])), close: () => undefined };
  const byNumber = new Map<number, number>();
  const close = () => {
    for (const fd of byNumber.values()) closeSync(fd);
  };
  try {
    for (const number of new Set(numbers)) byNumber.set(number, openSync(`/proc/${owner}/fd/${number}`, SAFELY));
  } catch (error) {
    close();
    throw error;
  }
  return { byNumber, close };
}
