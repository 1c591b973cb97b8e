/** The values that a path gave to the variables of its template, by field path. */
export type PathVariables = Readonly<Record<string, string>>;

/** A path template of `google.api.http`, such as `/v1/{name=tasks/*}:cancel`. */
export interface PathTemplate {
  /** As written. */
  readonly text: string;
  /** The variables in a path as it was sent, percent-decoded; null when the path is another. */
  match(path: string): PathVariables | null;
}

const VARIABLE = /\{([a-z0-9_.]+)(?:=([^{}]+))?\}/g;

/**
 * Compiles a template. `*` is one segment, `**` any number of them; `{x}` is short for `{x=*}`. A single segment's value is decoded
 * whole; in one of several an encoded slash stays encoded, so that it is no border.
 * @throws Error on a template that is malformed: the protos do not fit this code.
 */
export function compilePathTemplate(template: string): PathTemplate {
  const names: string[] = [];
  let source = '';
  let end = 0;
  for (const match of template.matchAll(VARIABLE)) {
    const [whole, name = '', pattern = '*'] = match;
    source += segments(template.slice(end, match.index)) + `(${segments(pattern)})`;
    names.push(name);
    end = match.index + whole.length;
  }
  const rest = template.slice(end);
  if (!template.startsWith('/') || /[{}]/.test(rest)) throw new Error(`malformed path template ${template}`);
  const regExp = new RegExp(`^${source}${segments(rest)}$`);
  return {
    text: template,
    match(path) {
      const match = regExp.exec(path);
      if (!match) return null;
      const variables: Record<string, string> = {};
      for (const [i, name] of names.entries()) {
        const value = decode(match[i + 1] ?? '');
        if (value === null) return null;
        variables[name] = value;
      }
      return variables;
    },
  };
}

/** A single segment never has a colon in it here: that begins the verb. */
function segments(pattern: string): string {
  return pattern
    .split(/(\*\*|\*)/)
    .map((part) => {
      if (part === '**') return '.*';
      if (part === '*') return '[^/:]+';
      return part.replace(/[.+?^$()|[\]\\]/g, '\\$&');
    })
    .join('');
}

function decode(value: string): string | null {
  if (!value.includes('%')) return value;
  const text = value.includes('/') ? value.replace(/%2f/gi, '%252F') : value;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
