import { Option } from 'commander';
import type { ApiKey } from '../../../generated/cutroom/v1/api_key.js';
import { SCOPES } from '../../task/caller.js';
import { withClient } from '../client.js';
import type { GlobalOptions } from '../cli-context.js';
import { ExitCode } from '../exit-code.js';
import type { KeyCalls } from '../key-calls.js';
import { apiKeyJson } from '../json.js';
import { parseDuration } from '../parse-option.js';
import { describeApiKey } from '../print-api-key.js';
import type { AddCommand, CommandHost } from './command.js';

interface CreateOptions {
  readonly tenant: string;
  readonly scopes: string;
  readonly expires?: ReturnType<typeof parseDuration>;
}

/** `cutroom keys`: makes, lists and revokes API keys, over a server or in its store. */
export const addKeysCommand: AddCommand = (program, host) => {
  const keys = program
    .command('keys')
    .description('create, list or revoke API keys')
    .addOption(new Option('--local', 'in the store of this environment, without a server').default(false));
  const { context, run } = host;
  const create = keys
    .command('create')
    .description('make a key, and print it: it is shown this once')
    .argument('<name>', 'what it is for')
    .option('--tenant <tenant>', 'whose tasks it sees (default)', 'default')
    .option('--scopes <list>', `with commas between; all are ${SCOPES.join(', ')}`, SCOPES.slice(0, 5).join(','))
    .option('--expires <time>', 'when it ends from now on, such as 90d (never)', parseDuration);
  create.action((name: string, { tenant, scopes, expires }: CreateOptions) =>
    run(create, (options) =>
      withKeys(host, { ...options, ...keys.opts<{ local: boolean }>() }, async (calls) => {
        const made = await calls.createApiKey({
          apiKey: {
            displayName: name,
            tenant,
            scopes: scopes.split(',').map((scope) => scope.trim()),
            expireTime: expires && new Date(Date.now() + Number(expires.seconds) * 1000),
          },
        });
        if (options.json) context.stdout.write(`${JSON.stringify({ ...made, apiKey: jsonOf(made.apiKey) })}\n`);
        else {
          context.stdout.write(`${made.key}\n`);
          context.stderr.write('keep it now: it is not shown again\n');
        }
        return ExitCode.ok;
      }),
    ),
  );
  const list = keys
    .command('list')
    .description('list keys, also those that are revoked')
    .option('--tenant <tenant>', 'only those of one tenant', '');
  list.action(({ tenant }: { tenant: string }) =>
    run(list, (options) =>
      withKeys(host, { ...options, ...keys.opts<{ local: boolean }>() }, async (calls) => {
        for await (const key of allKeys(calls, tenant))
          context.stdout.write(`${options.json ? apiKeyJson(key) : describeApiKey(key)}\n`);
        return ExitCode.ok;
      }),
    ),
  );
  const revoke = keys
    .command('revoke')
    .description('revoke a key for good: within 5 s no server takes it')
    .argument('<id>', 'apiKeys/ID, the id alone, or the key itself');
  revoke.action((id: string) =>
    run(revoke, (options) =>
      withKeys(host, { ...options, ...keys.opts<{ local: boolean }>() }, async (calls) => {
        const key = await calls.revokeApiKey({ name: nameOf(id) });
        context.stdout.write(`${options.json ? apiKeyJson(key) : describeApiKey(key)}\n`);
        return ExitCode.ok;
      }),
    ),
  );
};

async function withKeys(
  { context }: CommandHost,
  options: GlobalOptions & { readonly local: boolean },
  use: (calls: KeyCalls) => Promise<number>,
): Promise<number> {
  if (!options.local) return withClient(options, use);
  // Loaded only here: no other command of a client needs a store.
  const { withLocalKeyCalls } = await import('../local-key-calls.js');
  return withLocalKeyCalls(context.env, use);
}

async function* allKeys(calls: KeyCalls, tenant: string): AsyncGenerator<ApiKey, void> {
  let pageToken = '';
  do {
    const page = await calls.listApiKeys({ tenant, pageSize: 1000, pageToken });
    yield* page.apiKeys;
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
}

/** Text that is none of these stays, for the server to refuse; but never a secret. */
function nameOf(typed: string): string {
  const id = /^ck_([0-9a-f]{16})/.exec(typed)?.[1] ?? typed;
  return id.startsWith('apiKeys/') ? id : `apiKeys/${id}`;
}

function jsonOf(key: ApiKey | undefined): unknown {
  return key === undefined ? null : JSON.parse(apiKeyJson(key));
}
