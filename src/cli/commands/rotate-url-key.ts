import { type Command, Option } from 'commander';
import { withClient } from '../client.js';
import { ExitCode } from '../exit-code.js';
import type { CommandHost } from './command.js';

/** `cutroom secrets rotate-url-key`: changes the key that signs the URLs of outputs. */
export function addRotateUrlKeyCommand(secrets: Command, { context, run }: CommandHost): void {
  const rotate = secrets
    .command('rotate-url-key')
    .description('sign URLs of outputs with a new key; the old ones stay valid')
    .addOption(new Option('--end-old', 'end all URLs that are out there now').default(false));
  rotate.action(({ endOld }: { endOld: boolean }) =>
    run(rotate, (options) =>
      withClient(options, async (client) => {
        const { previousExpireTime } = await client.rotateUrlKey({ endOldKeys: endOld });
        const until = previousExpireTime?.toISOString() ?? null;
        if (options.json) context.stdout.write(`${JSON.stringify({ previousExpireTime: until })}\n`);
        else
          context.stdout.write(
            until === null ? 'a new key signs; no old URL is valid\n' : `a new key signs; old URLs end by ${until}\n`,
          );
        return ExitCode.ok;
      }),
    ),
  );
}
