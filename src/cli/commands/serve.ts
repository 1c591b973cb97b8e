import { variablesAsHelp } from '../../config/print-variables.js';
import type { AddCommand } from './command.js';

/** `cutroom serve`: the service itself, configured by its environment. */
export const addServeCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('serve')
    .description('run the service; environment variables configure it')
    .addHelpText('after', () => `\nEnvironment variables:\n${variablesAsHelp('serve', 80)}`);
  command.action(() =>
    run(command, async () => {
      // Loaded only here: no other command needs a store or an engine.
      const { runService } = await import('../../app/main.js');
      return runService(context.env);
    }),
  );
};
