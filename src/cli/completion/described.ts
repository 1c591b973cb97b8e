import type { Argument, Command, Option } from 'commander';

/** A value that a word of the command line may have. */
export type Value =
  | { readonly kind: 'file' }
  | { readonly kind: 'any' }
  | { readonly kind: 'choice'; readonly of: readonly string[] };

export interface DescribedOption {
  /** As typed: `-o` and `--output`, or one of them. */
  readonly names: readonly string[];
  readonly description: string;
  /** Null: it takes no value. */
  readonly value: Value | null;
}

export interface DescribedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly DescribedOption[];
  /** Its arguments, in order. */
  readonly values: readonly Value[];
}

/** The command line as the scripts of shells need it, read off the program itself. */
export interface DescribedProgram {
  readonly name: string;
  /** Options that stand before a command and after it. */
  readonly options: readonly DescribedOption[];
  readonly commands: readonly DescribedCommand[];
}

export function describeProgram(program: Command): DescribedProgram {
  return {
    name: program.name(),
    options: program.options.map(describeOption),
    commands: program.commands.map((command) => ({
      name: command.name(),
      description: command.description(),
      options: command.options.map(describeOption),
      values: command.registeredArguments.map(valueOf),
    })),
  };
}

function describeOption(option: Option): DescribedOption {
  const { short, long, description } = option;
  return {
    names: [short, long].filter((name) => name !== undefined),
    description,
    value: option.required || option.optional ? valueOf(option) : null,
  };
}

/** Commander knows choices; files are told by the name of the placeholder. */
function valueOf(of: Option | Argument): Value {
  if (of.argChoices !== undefined) return { kind: 'choice', of: of.argChoices };
  const placeholder = 'flags' in of ? of.flags : of.name();
  return { kind: /\bfile\b|^spec$/.test(placeholder) ? 'file' : 'any' };
}
