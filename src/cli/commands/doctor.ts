import { ExitCode } from '../exit-code.js';
import type { AddCommand } from './command.js';

/** `cutroom doctor`: checks whether this machine has all that a service needs. */
export const addDoctorCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('doctor')
    .description('check this machine: ffmpeg, fonts, store, ports, disk')
    .addHelpText(
      'after',
      '\nChecks all that `cutroom serve` would need with the same environment, and names\nthe fix of each problem. The exit code is 1 when a check fails; warnings are ok.',
    );
  command.action(() =>
    run(command, async ({ json }) => {
      // Loaded only here: no other command needs store and engine together.
      const { examine } = await import('../../doctor/doctor.js');
      let failures = 0;
      for await (const { name, status, found, fix } of examine(context.env, context.signal)) {
        if (status === 'fail') failures += 1;
        if (json) context.stdout.write(`${JSON.stringify({ name, status, found, fix })}\n`);
        else
          context.stdout.write(
            `${status.padEnd(6)}${name.padEnd(16)}${found}\n${fix === '' ? '' : `${' '.repeat(22)}-> ${fix}\n`}`,
          );
      }
      return failures > 0 ? ExitCode.permanentFailure : ExitCode.ok;
    }),
  );
};
