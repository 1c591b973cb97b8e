import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { CommandRun } from '../../../generated/cutroom/v1/diagnostics.js';
import type { RenderSpec } from '../../../generated/cutroom/v1/spec.js';
import { extensionOf } from '../../composition/output-spec.js';
import { parseSpec } from '../../wire/render-spec/parse-spec.js';
import { UsageError } from '../exit-code.js';
import { describeCommand } from '../print-command.js';
import { parseLabel } from '../parse-option.js';
import { readSpec } from '../read-spec.js';
import { printEnd, viewFor } from '../watch.js';
import type { AddCommand } from './command.js';

interface RenderOptions {
  readonly output: string;
  readonly var: Record<string, string>;
  readonly printCommand: boolean;
}

/** `cutroom render SPEC -o FILE`: renders here and now, without a server. */
export const addRenderCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('render')
    .description('render a composition here and now, without a server')
    .argument('<spec>', 'JSON file with a cutroom.v1.RenderSpec; - reads stdin')
    .requiredOption(
      '-o, --output <file.mp4>',
      'where the video goes, once it is whole; of several outputs the first, the others beside it with -2, -3, …',
    )
    .option('--var <name=value>', 'replaces {{name}} in its texts; repeatable', parseLabel, {})
    .option('--print-command', 'afterwards print the ffmpeg commands that were run', false)
    .addHelpText(
      'after',
      `
Playlists, segments, sprite sheets and other further files go beside the video,
under names that begin with its own.
Inputs in the spec are paths, absolute or relative to its folder or the working
one, or http and https URLs.
Ctrl-C leaves nothing behind. The exit code is 0 when the video is there.`,
    );
  command.action((specFile: string, { output, var: variables, printCommand }: RenderOptions) =>
    run(command, async ({ json }) => {
      const spec = await readSpec(specFile, { stdin: context.stdin, variables });
      await checkOutput(output, spec);
      // Loaded only here: most commands need no engine.
      const { renderSpec } = await import('../render-spec.js');
      const view = viewFor(context, { json, quiet: false });
      let commands: readonly CommandRun[] = [];
      try {
        const inputRoots = [specFile === '-' ? '.' : path.dirname(specFile), '.', '/'];
        const task = await renderSpec({
          ...{ spec, file: output, inputRoots, env: context.env, signal: context.signal },
          onChange: (changed) => {
            view.show(changed);
          },
          onDiagnostics: (ran) => {
            commands = ran.commands;
          },
        });
        return printEnd(context, view, task, { json });
      } finally {
        view.end();
        if (printCommand) for (const command of commands) context.stdout.write(`${describeCommand(command)}\n`);
      }
    }),
  );
};

/** The checks that come before minutes of work. */
async function checkOutput(file: string, spec: RenderSpec): Promise<void> {
  const [first] = parseSpec(spec).outputs;
  const extension = first ? extensionOf(first.format) : '.mp4';
  if (path.extname(file).toLowerCase() !== extension)
    throw new UsageError(`the output is a ${extension} file: name it ${file}${extension}`);
  const kindOf = async (name: string): Promise<string> =>
    stat(name).then(
      (info) => (info.isDirectory() ? 'folder' : 'file'),
      () => 'nothing',
    );
  if ((await kindOf(path.dirname(file))) !== 'folder') throw new UsageError(`there is no folder ${path.dirname(file)}`);
  if ((await kindOf(file)) === 'folder') throw new UsageError(`${file} is a folder`);
}
