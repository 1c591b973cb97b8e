import type { Scope } from '../../src/task/caller.js';

/** Makes a key of the tenant acme at a service, as its operator does. @param url of its HTTP server. */
export async function createKey(url: string, bootstrapKey: string, scopes: readonly Scope[]): Promise<string> {
  const answer = await fetch(`${url}/v1/apiKeys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bootstrapKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ apiKey: { displayName: 'test', tenant: 'acme', scopes } }),
  });
  const { key, ...rest } = (await answer.json()) as { key?: string };
  if (key === undefined) throw new Error(`no key was made: ${JSON.stringify(rest)}`);
  return key;
}
