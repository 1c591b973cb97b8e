import path from 'node:path';
import { ExitCode } from '../exit-code.js';
import type { AddCommand } from './command.js';

/** `cutroom backup`: copies the SQLite store of a service, which may go on meanwhile. */
export const addBackupCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('backup')
    .description('copy the SQLite store of a service, which may run')
    .argument('<file>', 'a new file');
  command.action((file: string) =>
    run(command, async () => {
      const { backUpStore } = await import('../../app/back-up-store.js');
      backUpStore(context.env, path.resolve(file));
      context.stderr.write(`${file} has all tasks as of now; copy the folder of videos after it\n`);
      return ExitCode.ok;
    }),
  );
};
