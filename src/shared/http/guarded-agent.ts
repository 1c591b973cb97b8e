import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { Agent } from 'undici';
import type { Target, TargetRules } from './target-rules.js';

/** Finds all addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The system's own: `/etc/hosts` and name servers. */
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/** Where a name leads is not allowed. */
export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';
  /** Ends a sentence about the host. */
  readonly description: string;

  constructor(description: string) {
    super(`the address ${description}`);
    this.description = description;
  }
}

export interface GuardedAgentOptions {
  readonly target: Target;
  readonly rules: TargetRules;
  readonly resolve: Resolve;
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
}

/**
 * Connects to one target, to no address that was not checked: a name is resolved once, and the socket is given the very addresses that the
 * rules have seen, so that a name server which answers differently the second time gains nothing. An address in the URL is never
 * resolved and so not seen here: `parseHttpUrl` checks it. To be destroyed after its one request.
 */
export function createGuardedAgent({
  target,
  rules,
  resolve,
  connectTimeoutMs,
  headersTimeoutMs,
}: GuardedAgentOptions): Agent {
  return new Agent({
    // No environment's proxy is asked: it would resolve the name anew, on its own terms.
    connect: { lookup: guardedLookup(target, rules, resolve), timeout: connectTimeoutMs },
    connections: 1,
    allowH2: false,
    headersTimeout: headersTimeoutMs,
    // The body has a clock of its own, which also sees one that trickles.
    bodyTimeout: 0,
  });
}

function guardedLookup(target: Target, rules: TargetRules, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    checkedAddresses(hostname, target, rules, resolve).then(
      (addresses) => {
        if (options.all === true) callback(null, addresses);
        else callback(null, addresses[0].address, addresses[0].family);
      },
      (error: unknown) => {
        callback(error as NodeJS.ErrnoException, '');
      },
    );
  };
}

/** One bad address makes the name bad: it would be used as soon as the others do not answer. */
async function checkedAddresses(
  hostname: string,
  target: Target,
  rules: TargetRules,
  resolve: Resolve,
): Promise<[LookupAddress, ...LookupAddress[]]> {
  const [first, ...others] = await resolve(hostname);
  if (!first) throw Object.assign(new Error('this name has no address'), { code: 'ENOTFOUND' });
  for (const { address } of [first, ...others]) {
    const refused = rules.addressProblem(target, address);
    if (refused !== null) throw new AddressRefusedError(refused);
  }
  return [first, ...others];
}
