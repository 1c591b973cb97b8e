import { Help } from 'commander';

/**
 * Help that fits a terminal of 80 columns and 24 lines. The description of an option names its default, and options of every command
 * are explained once.
 */
export const compactHelp: Partial<Help> = {
  helpWidth: 80,
  optionDescription: (option) => option.description,
  subcommandTerm: (command) =>
    [command.name(), ...command.registeredArguments.map((argument) => `<${argument.name()}>`)].join(' '),
  formatHelp(command, helper) {
    const text = Help.prototype.formatHelp.call(helper, command, helper).replace(/^(Usage: .*)\n\n/, '$1\n');
    return command.parent === null
      ? // A line for each command leaves none for this one.
        text.replace('\nOptions:\n', '\n').replace('\n\nCommands:', '\nCommands:')
      : `${text}Also --address, --json, --timeout, --tls, --token: see cutroom --help\n`;
  },
};
