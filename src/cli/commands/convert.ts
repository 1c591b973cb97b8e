import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Option } from 'commander';
import type { CliContext } from '../cli-context.js';
import { paintFor } from '../colors.js';
import type { Conversion, Format } from '../convert/convert.js';
import { RefusedDocumentError } from '../convert/refusal.js';
import { ExitCode, UsageError } from '../exit-code.js';
import { specFileText } from '../json.js';
import type { AddCommand } from './command.js';

/** As in convert.ts, which is loaded only when it is needed. */
const FORMATS: readonly Format[] = ['shotstack', 'editly', 'json2video', 'otio'];

/** The file is in none of the formats, or nothing of it can be rendered. */
const REFUSED = 2;

interface ConvertOptions {
  readonly from?: Format;
  readonly output?: string;
  readonly schema?: string;
}

/** `cutroom convert FILE`: turns a document of another service or program into a spec. */
export const addConvertCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('convert')
    .description('convert a Shotstack, editly, JSON2Video or OTIO file')
    .argument('<file>', 'the file, in JSON or JSON5; - reads stdin')
    .addOption(new Option('--from <format>', 'its format; otherwise told by its content').choices(FORMATS))
    .option('-o, --output <file>', 'where the spec goes; otherwise to stdout')
    .option('--schema <url>', 'write a $schema, for editors')
    .addHelpText(
      'after',
      `
What has no counterpart is named on stderr, with its place in the file.
Paths stay as they are: a relative one is relative to the server's input roots
(cutroom render: to the folder of the spec, or the working one).
Exit codes: 0 converted, also with warnings; 2 none of the formats.`,
    );
  command.action((file: string, options: ConvertOptions) =>
    run(command, async () => {
      const content = await contentOf(file, context);
      // Loaded only here: no other command needs it.
      const { convert, parseDocument } = await import('../convert/convert.js');
      let conversion: Conversion;
      try {
        conversion = convert(parseDocument(content), options.from);
      } catch (error) {
        if (!(error instanceof RefusedDocumentError)) throw error;
        context.stderr.write(
          `${paintFor(context, context.stderr)(`error: cannot convert ${file}: ${error.message}`)}\n`,
        );
        return REFUSED;
      }
      printWarnings(context, conversion);
      await writeSpec(`${specFileText(conversion.spec, options.schema)}\n`, options, context);
      return ExitCode.ok;
    }),
  );
};

async function contentOf(file: string, { stdin }: CliContext): Promise<string> {
  const content = await (file === '-' ? text(stdin) : readFile(file, 'utf8')).catch((error: unknown) => {
    throw new UsageError(`cannot read the file: ${error instanceof Error ? error.message : String(error)}`);
  });
  // A byte order mark is no JSON.
  return content.replace(/^\uFEFF/, '');
}

function printWarnings(context: CliContext, { warnings }: Conversion): void {
  const paint = paintFor(context, context.stderr);
  for (const { path, message } of warnings)
    context.stderr.write(`${paint(`warning: ${path === '' ? 'the document' : path}: ${message}`)}\n`);
}

async function writeSpec(spec: string, { output }: ConvertOptions, { stdout }: CliContext): Promise<void> {
  if (output === undefined) {
    stdout.write(spec);
    return;
  }
  await writeFile(output, spec).catch((error: unknown) => {
    throw new UsageError(`cannot write the spec: ${error instanceof Error ? error.message : String(error)}`);
  });
}
