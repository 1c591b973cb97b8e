import type { SigningSecret } from '../../../generated/cutroom/v1/signing_secret.js';
import type { TaskServiceClient } from '../../../generated/cutroom/v1/task_service.js';
import { withClient } from '../client.js';
import { ExitCode } from '../exit-code.js';
import { signingSecretJson } from '../json.js';
import type { AddCommand } from './command.js';
import { addRotateUrlKeyCommand } from './rotate-url-key.js';

/** `cutroom secrets`: makes, lists and revokes the secrets that sign deliveries, and rotates the key of URLs. */
export const addSecretsCommand: AddCommand = (program, host) => {
  const { context, run } = host;
  const secrets = program.command('secrets').description('manage secrets of deliveries, and the key of URLs');
  const print = (secret: SigningSecret, json: boolean): void => {
    context.stdout.write(`${json ? signingSecretJson(secret) : describe(secret)}\n`);
  };
  const create = secrets
    .command('create')
    .description('make a secret, and print its id and its text: it is shown this once')
    .argument('<name>', 'what it is for')
    .option('--tenant <tenant>', 'whose tasks may name it (default)', 'default');
  create.action((displayName: string, { tenant }: { tenant: string }) =>
    run(create, (options) =>
      withClient(options, async (client) => {
        const { signingSecret, secret } = await client.createSigningSecret({ signingSecret: { displayName, tenant } });
        const made = signingSecret === undefined ? null : (JSON.parse(signingSecretJson(signingSecret)) as unknown);
        if (options.json) context.stdout.write(`${JSON.stringify({ signingSecret: made, secret })}\n`);
        else {
          context.stdout.write(`${idOf(signingSecret?.name ?? '')}  ${secret}\n`);
          context.stderr.write('keep it now: it is not shown again\n');
        }
        return ExitCode.ok;
      }),
    ),
  );
  const list = secrets
    .command('list')
    .description('list secrets, also those that are revoked')
    .option('--tenant <tenant>', 'only those of one tenant', '');
  list.action(({ tenant }: { tenant: string }) =>
    run(list, (options) =>
      withClient(options, async (client) => {
        for await (const secret of allSecrets(client, tenant)) print(secret, options.json);
        return ExitCode.ok;
      }),
    ),
  );
  const revoke = secrets
    .command('revoke')
    .description('revoke a secret for good, and erase it')
    .argument('<id>', 'signingSecrets/ID, or the id alone');
  revoke.action((id: string) =>
    run(revoke, (options) =>
      withClient(options, async (client) => {
        print(await client.revokeSigningSecret({ name: secretName(id) }), options.json);
        return ExitCode.ok;
      }),
    ),
  );
  addRotateUrlKeyCommand(secrets, host);
};

/** The resource name of a typed one. Text that is none stays, for the server to refuse. */
export function secretName(typed: string): string {
  return typed === '' || typed.startsWith('signingSecrets/') ? typed : `signingSecrets/${typed}`;
}

async function* allSecrets(client: TaskServiceClient, tenant: string): AsyncGenerator<SigningSecret, void> {
  let pageToken = '';
  do {
    const page = await client.listSigningSecrets({ tenant, pageSize: 1000, pageToken });
    yield* page.signingSecrets;
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
}

/** One line: id, state, tenant, name. */
function describe({ name, tenant, displayName, revokeTime }: SigningSecret): string {
  const state = revokeTime === undefined ? 'in force' : `revoked ${revokeTime.toISOString().slice(0, 10)}`;
  return `${idOf(name)}  ${state}  ${tenant}  ${displayName}`;
}

function idOf(name: string): string {
  return name.replace(/^signingSecrets\//, '');
}
