import { withClient } from '../client.js';
import { ExitCode } from '../exit-code.js';
import { mediaJson } from '../json.js';
import { describeMedia } from '../print-media.js';
import type { AddCommand } from './command.js';

/** `cutroom probe URI`: the format and streams of an input, as the server sees it. */
export const addProbeCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('probe')
    .description('show the size, length and streams of an input')
    .argument('<uri>', 'as a spec names it: a path on the server');
  command.action((uri: string) =>
    run(command, (options) =>
      withClient(options, async (client) => {
        const media = await client.probeMedia({ uri }, { signal: context.signal });
        context.stdout.write(`${options.json ? mediaJson(media) : describeMedia(media).join('\n')}\n`);
        return ExitCode.ok;
      }),
    ),
  );
};
