import { ExitCode } from '../exit-code.js';
import type { AddCommand } from './command.js';

/** `cutroom doctor`: what a service on this machine would lack. */
export const addDoctorCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('doctor')
    .description('check this machine: ffmpeg, fonts, store, ports, disk')
    .addHelpText(
      'after',
      '\nLooks at what `cutroom serve` would need with the same environment, and says how\nto mend what is wrong. The exit code is 1 when something fails; warnings are ok.',
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
            `${status.padEnd(6)}${name.padEnd(9)}${found}\n${fix === '' ? '' : `${' '.repeat(15)}-> ${fix}\n`}`,
          );
      }
      return failures > 0 ? ExitCode.permanentFailure : ExitCode.ok;
    }),
  );
};
