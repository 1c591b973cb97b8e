import type { DescribedOption, DescribedProgram, Value } from './described.js';

/** The completion script of zsh. */
export function zshScript({ name, options, commands }: DescribedProgram): string {
  const cases = commands.map((command) => {
    const specs = [...command.options.flatMap(optionSpecs), ...options.flatMap(optionSpecs), HELP];
    const values = command.values.map((value, i) => quote(`${i + 1}:argument:${action(value)}`));
    return `        ${command.name}) _arguments ${[...specs, ...values].join(' \\\n          ')} ;;`;
  });
  return `#compdef ${name}
# zsh completion of ${name}; put this into ~/.zshrc after compinit: eval "$(${name} completion zsh)"
_${name}() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C ${[...options.flatMap(optionSpecs), HELP].join(' \\\n    ')} \\
    '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a commands=(
${commands.map((command) => `        ${quote(`${command.name}:${command.description}`)}`).join('\n')}
      )
      _describe command commands ;;
    argument)
      case $words[1] in
${cases.join('\n')}
      esac ;;
  esac
}
if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

const HELP = quote('--help[print help]');

function optionSpecs({ names, description, value }: DescribedOption): string[] {
  const text = description.replace(/[\[\]:\\]/g, '\\$&');
  // A star: it may come again.
  return names.map((option) => quote(`*${option}[${text}]${value === null ? '' : `:value:${action(value)}`}`));
}

function action(value: Value): string {
  switch (value.kind) {
    case 'file':
      return '_files';
    case 'choice':
      return `(${value.of.join(' ')})`;
    case 'any':
      return ' ';
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
