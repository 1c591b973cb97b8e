import { Argument } from 'commander';
import { bashScript } from '../completion/bash.js';
import { describeProgram, type DescribedProgram } from '../completion/described.js';
import { fishScript } from '../completion/fish.js';
import { zshScript } from '../completion/zsh.js';
import { ExitCode } from '../exit-code.js';
import type { AddCommand } from './command.js';

const SCRIPTS: Readonly<Record<string, (program: DescribedProgram) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** `cutroom completion SHELL`: prints the script by which a shell completes command lines. */
export const addCompletionCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('completion')
    .description('print the completion script of a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SCRIPTS)))
    .addHelpText(
      'after',
      `
bash: eval "$(cutroom completion bash)"        in ~/.bashrc
zsh:  eval "$(cutroom completion zsh)"         in ~/.zshrc, after compinit
fish: cutroom completion fish | source         in ~/.config/fish/config.fish`,
    );
  command.action((shell: string) =>
    run(command, () => {
      context.stdout.write(SCRIPTS[shell]?.(describeProgram(program)) ?? '');
      return Promise.resolve(ExitCode.ok);
    }),
  );
};
