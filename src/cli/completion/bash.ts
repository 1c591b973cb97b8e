import type { DescribedOption, DescribedProgram, Value } from './described.js';

/** The completion script of bash 4 or newer. */
export function bashScript({ name, options, commands }: DescribedProgram): string {
  const words = (from: readonly DescribedOption[]) => from.flatMap(({ names }) => names).join(' ');
  const withValue = options.filter(({ value }) => value !== null).flatMap(({ names }) => names);
  const everywhere = [...options, ...commands.flatMap((command) => command.options)];
  const cases = commands.map((command) => {
    const values = command.options.flatMap(({ names, value }) =>
      value === null ? [] : [`        ${names.join('|')}) ${reply(value)}; return ;;`],
    );
    return `    ${command.name})
      case $previous in
${[...values, ...valuesOf(options)].join('\n')}
      esac
      case $current in
        -*) COMPREPLY=($(compgen -W '${words([...command.options, ...options])} --help' -- "$current")) ;;
        *) ${reply(command.values[0] ?? { kind: 'any' })} ;;
      esac ;;`;
  });
  const skipped = [
    ...new Set([...withValue, ...everywhere.filter(({ value }) => value).flatMap(({ names }) => names)]),
  ];
  return `# bash completion of ${name}; put this into ~/.bashrc: eval "$(${name} completion bash)"
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${skipped.join('|')}) i=$((i + 1)) ;;
      -*) ;;
      *) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  COMPREPLY=()
  case $command in
${cases.join('\n')}
    '')
      case $previous in
${valuesOf(options).join('\n')}
      esac
      COMPREPLY=($(compgen -W '${commands.map((command) => command.name).join(' ')} ${words(options)} --help' -- "$current")) ;;
  esac
}
complete -F _${name} ${name}
`;
}

function valuesOf(options: readonly DescribedOption[]): string[] {
  return options.flatMap(({ names, value }) =>
    value === null ? [] : [`        ${names.join('|')}) ${reply(value)}; return ;;`],
  );
}

function reply(value: Value): string {
  switch (value.kind) {
    case 'file':
      // Readline's own completion of files, which knows spaces and ~.
      return 'compopt -o default';
    case 'choice':
      return `COMPREPLY=($(compgen -W '${value.of.join(' ')}' -- "$current"))`;
    case 'any':
      return ':';
  }
}
