import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import type { FontAnswer } from './font-reader.js';

/** In the sources, which tests run, the program lies beside this file as TypeScript. */
const PROGRAM = fileURLToPath(new URL(`./font-reader${path.extname(import.meta.url)}`, import.meta.url));
/** A font of 20 MB takes a tenth of a second. */
const PATIENCE_MS = 20_000;
const MEMORY_OPTION = '--max-old-space-size=1024';

/** Reads font files one after the other. One that takes too long, or too much memory, has a problem; the others are read all the same. */
export async function readFonts(
  files: readonly string[],
  options: { readonly patienceMs?: number } = {},
): Promise<readonly FontAnswer[]> {
  const answers: FontAnswer[] = [];
  let reader: ChildProcess | null = null;
  try {
    for (const file of files) {
      reader ??= fork(PROGRAM, { execArgv: [...process.execArgv, MEMORY_OPTION], stdio: 'ignore' });
      const answer = await ask(reader, file, options.patienceMs ?? PATIENCE_MS);
      if (typeof answer === 'string') {
        reader.kill('SIGKILL');
        reader = null;
      }
      answers.push(typeof answer === 'string' ? { problem: answer } : answer);
    }
  } finally {
    reader?.kill('SIGKILL');
  }
  return answers;
}

/** A text: why there is no answer; the reader is of no use any more. */
function ask(reader: ChildProcess, file: string, patienceMs: number): Promise<FontAnswer | string> {
  return new Promise((resolve) => {
    const finish = (answer: FontAnswer | string): void => {
      clearTimeout(timer);
      reader.removeAllListeners();
      // One that is killed as it starts says so too.
      reader.on('error', () => undefined);
      resolve(answer);
    };
    const timer = setTimeout(finish, patienceMs, 'reading it does not end');
    reader.once('message', (answer) => {
      finish(answer as FontAnswer);
    });
    reader.once('error', (error) => {
      finish(`it cannot be read: ${error.message}`);
    });
    reader.once('exit', () => {
      finish('reading it fails');
    });
    reader.send(file, (error) => {
      if (error) finish('reading it fails');
    });
  });
}
