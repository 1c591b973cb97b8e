import { resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import type { CliContext, GlobalOptions } from './cli-context.js';
import { addBackupCommand } from './commands/backup.js';
import { addCancelCommand } from './commands/cancel.js';
import type { CommandHost } from './commands/command.js';
import { addCompletionCommand } from './commands/completion.js';
import { addConvertCommand } from './commands/convert.js';
import { addDeleteCommand } from './commands/delete.js';
import { addDoctorCommand } from './commands/doctor.js';
import { addGetCommand } from './commands/get.js';
import { addKeysCommand } from './commands/keys.js';
import { addListCommand } from './commands/list.js';
import { addMigrateCommand } from './commands/migrate.js';
import { addProbeCommand } from './commands/probe.js';
import { addRedeliverCommand } from './commands/redeliver.js';
import { addRenderCommand } from './commands/render.js';
import { addRetryCommand } from './commands/retry.js';
import { addSecretsCommand } from './commands/secrets.js';
import { addServeCommand } from './commands/serve.js';
import { addSubmitCommand } from './commands/submit.js';
import { addWatchCommand } from './commands/watch.js';
import { addConnectionOptions, connectionOf, type ConnectionOptions, isTokenExposed } from './connection.js';
import { RELEASE } from '../config/release.js';
import { ExitCode, exitCodeOf } from './exit-code.js';
import { compactHelp } from './help.js';
import { parseSeconds } from './parse-option.js';
import { printError } from './print-error.js';

const DEFAULT_ADDRESS = '127.0.0.1:50051';

const DEFAULT_PORT = DEFAULT_ADDRESS.slice(DEFAULT_ADDRESS.lastIndexOf(':'));

/** A host alone means the port that servers have. Of the forms of a Unix socket (`unix:PATH`) nice-grpc knows only the one with slashes. */
function withPort(address: string): string {
  const socket = /^unix:(?!\/\/)(.+)$/.exec(address)?.[1];
  if (socket !== undefined) return `unix://${resolve(socket)}`;
  if (/^[^:/\[\]\s]+$/.test(address) || /^\[[^\]]*\]$/.test(address)) return address + DEFAULT_PORT;
  return address;
}

const EXIT_CODES = `Also --timeout SECONDS (15); TLS: --tls, --ca, --cert, --key FILE; --token KEY
Exit codes: 0 ok, 1 refused or failed, 2 worth retrying, 64 usage, 130 Ctrl-C`;

/** Runs one command line (without the program's own name) to its end. Never throws; the result is the exit code. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  let exitCode: number = ExitCode.ok;
  const host: CommandHost = {
    context,
    run: async (command, work) => {
      const options = command.optsWithGlobals<GlobalOptions & ConnectionOptions & { timeout: number }>();
      const connection = connectionOf(options);
      if (isTokenExposed(connection, options.address))
        context.stderr.write('warning: the token is sent without TLS, where others can read it: add --tls\n');
      try {
        exitCode = await work({
          address: options.address,
          connection,
          json: options.json,
          timeoutMs: options.timeout,
        });
      } catch (error) {
        exitCode = context.signal.aborted ? ExitCode.interrupted : exitCodeOf(error);
        if (!context.signal.aborted) printError(context, options, error);
      }
    },
  };
  try {
    await createProgram(host).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version are asked for: 0. Commander has printed the problem with anything else.
    return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  }
  return exitCode;
}

/** In the order of the help. */
const COMMANDS = [
  ...[addRenderCommand, addServeCommand, addDoctorCommand, addSubmitCommand, addWatchCommand, addGetCommand],
  ...[addListCommand, addCancelCommand, addRetryCommand, addRedeliverCommand, addDeleteCommand, addProbeCommand],
  ...[addConvertCommand, addKeysCommand, addSecretsCommand, addBackupCommand, addMigrateCommand, addCompletionCommand],
];

function createProgram(host: CommandHost): Command {
  const { context } = host;
  const program = new Command('cutroom')
    .option(
      '--address <host:port>',
      'gRPC address of the server (CUTROOM_GRPC_ADDRESS)',
      withPort,
      withPort(context.env.CUTROOM_GRPC_ADDRESS ?? DEFAULT_ADDRESS),
    )
    .option('--json', 'print canonical proto JSON, an object per line', false)
    .option('--timeout <seconds>', 'the most that one call may take (15)', parseSeconds, 15_000)
    .addHelpText('after', EXIT_CODES)
    .helpCommand(false)
    .version(RELEASE, '--version', 'print the release')
    // Whoever reads the help knows these.
    .addHelpOption(new Option('-h, --help').hideHelp())
    .configureHelp(compactHelp)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    });
  addConnectionOptions(program, context.env);
  // Whoever looks for it tries it, or reads the line below the commands; the help has to fit a small terminal.
  for (const option of program.options)
    if (option.long === '--version' || option.long === '--timeout') option.hideHelp();
  for (const add of COMMANDS) add(program, host);
  return program;
}
