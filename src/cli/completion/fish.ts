import type { DescribedOption, DescribedProgram, Value } from './described.js';

/** The completion script of fish. */
export function fishScript({ name, options, commands }: DescribedProgram): string {
  const line = (...parts: readonly string[]) => ['complete', '-c', name, ...parts].join(' ');
  const lines = commands.flatMap((command) => {
    const here = ['-n', quote(`__fish_seen_subcommand_from ${command.name}`)];
    return [
      line('-n', '__fish_use_subcommand', '-a', command.name, '-d', quote(command.description)),
      ...command.options.map((option) => line(...here, ...optionParts(option))),
      ...command.values.slice(0, 1).map((value) => line(...here, ...valueParts(value))),
    ];
  });
  return `# fish completion of ${name}; put this into ~/.config/fish/config.fish: ${name} completion fish | source
${[line('-f'), ...options.map((option) => line(...optionParts(option))), line('-l', 'help', '-d', quote('print help')), ...lines].join('\n')}
`;
}

function optionParts({ names, description, value }: DescribedOption): string[] {
  const flags = names.flatMap((name) => (name.startsWith('--') ? ['-l', name.slice(2)] : ['-s', name.slice(1)]));
  return [...flags, '-d', quote(description), ...(value === null ? [] : ['-r', ...valueParts(value)])];
}

function valueParts(value: Value): string[] {
  switch (value.kind) {
    case 'file':
      return ['-F'];
    case 'choice':
      return ['-f', '-a', quote(value.of.join(' '))];
    case 'any':
      return ['-f'];
  }
}

function quote(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
