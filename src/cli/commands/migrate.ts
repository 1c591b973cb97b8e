import type { Migration } from '../../app/migrate.js';
import { ExitCode } from '../exit-code.js';
import type { AddCommand } from './command.js';

const SHOWN_MISSING = 20;
/** So often progress is told. */
const EVERY = 1000;

/** `cutroom migrate`: moves a SQLite data folder to MongoDB and its storage. */
export const addMigrateCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('migrate')
    .description('move a SQLite data folder to MongoDB')
    .argument('<folder>', 'the data folder of a stopped service')
    .option('--dry-run', 'write nothing, and tell what would be moved', false)
    .addHelpText(
      'after',
      '\nTasks, keys, secrets, uploads and videos go to MONGODB_URI and CUTROOM_STORAGE.\nWhat is there already is left as it is: repeat it after an error. The folder is\nnot changed. The exit code is 1 when files of tasks are missing in it.',
    );
  command.action((folder: string, { dryRun }: { dryRun: boolean }) =>
    run(command, async ({ json }) => {
      const { migrate } = await import('../../app/migrate.js');
      const done = await migrate({
        env: context.env,
        from: folder,
        isDryRun: dryRun,
        signal: context.signal,
        onTask: (tasks) => {
          if (tasks % EVERY === 0) context.stderr.write(`${tasks} tasks\n`);
        },
      });
      if (json) context.stdout.write(`${JSON.stringify({ dryRun, ...done })}\n`);
      else context.stdout.write(summaryOf(done, dryRun));
      return done.missing.length > 0 ? ExitCode.permanentFailure : ExitCode.ok;
    }),
  );
};

const URL_KEY: Readonly<Record<Migration['urlKey'], string>> = {
  NONE: 'there is none',
  MOVED: 'moved: URLs that were given out stay valid',
  ALREADY_THERE: 'there already',
  KEPT: 'not moved: the database has tasks and a key of its own; URLs that were given out are refused, reading a task gives new ones',
};

function summaryOf(done: Migration, isDryRun: boolean): string {
  const { tasks, apiKeys, signingSecrets, files, requestIdsTaken, missing, urlKey } = done;
  const verb = isDryRun ? 'to move' : 'moved';
  const row = (name: string, { moved, alreadyThere }: Migration['tasks'], more = ''): string =>
    `${name.padEnd(17)}${moved} ${verb}${more}, ${alreadyThere} there already\n`;
  const shown = missing.slice(0, SHOWN_MISSING).map((key) => `  ${key}\n`);
  return [
    row('tasks', tasks),
    row('files', files, ` (${(files.bytes / 1e6).toFixed(1)} MB)`),
    row('API keys', apiKeys),
    row('signing secrets', signingSecrets),
    `${'key of URLs'.padEnd(17)}${URL_KEY[urlKey]}\n`,
    ...(requestIdsTaken.length > 0
      ? [
          `${requestIdsTaken.length} tasks go without their request_id, which a newer task has: ${requestIdsTaken.slice(0, SHOWN_MISSING).join(', ')}\n`,
        ]
      : []),
    ...(missing.length > 0 ? [`${missing.length} files of tasks are not in the folder:\n`, ...shown] : []),
    ...(missing.length > SHOWN_MISSING ? [`  and ${missing.length - SHOWN_MISSING} more\n`] : []),
  ].join('');
}
