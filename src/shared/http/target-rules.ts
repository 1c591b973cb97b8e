import { isIP } from 'node:net';
import { isInRange, nonPublicRange } from './address-range.js';

/** A host that may be fetched from though it is not public, as the operator names it. */
export type AllowedTarget =
  | {
      readonly kind: 'range';
      /** Such as `10.1.0.0/16`. */ readonly cidr: string;
      /** Null: any. */ readonly port: number | null;
    }
  | {
      readonly kind: 'name';
      /** In lower case, without a dot at its end. */ readonly name: string;
      /** Null: any. */ readonly port: number | null;
    };

/** Where inputs may be fetched from. `public`: public addresses and the allowed ones; `listed`: only the allowed ones; `off`: none. */
export interface HttpInputRules {
  readonly mode: 'public' | 'listed' | 'off';
  readonly allow: readonly AllowedTarget[];
}

/** Where a URL leads. */
export interface Target {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Answers whether a host, or an address that it turned out to have, may be connected to. Null: it may; else why not, to end a sentence about it. */
export interface TargetRules {
  /** Before anything is resolved: a name is refused only when no address could make it right. */
  hostProblem(target: Target): string | null;
  /** One address of a target, right before it is connected to. */
  addressProblem(target: Target, address: string): string | null;
}

const NOT_LISTED = 'is not among the hosts that this server fetches from';

export function createTargetRules({ mode, allow }: HttpInputRules): TargetRules {
  const fits = (entry: AllowedTarget, { port }: Target): boolean => entry.port === null || entry.port === port;
  const isNamed = (target: Target): boolean =>
    allow.some((entry) => entry.kind === 'name' && fits(entry, target) && entry.name === plainName(target.host));

  function addressProblem(target: Target, address: string): string | null {
    if (
      isNamed(target) ||
      allow.some((entry) => entry.kind === 'range' && fits(entry, target) && isInRange(address, entry.cidr))
    )
      return null;
    if (mode !== 'public') return NOT_LISTED;
    const range = nonPublicRange(address);
    return range === null ? null : `is no public address but ${withArticle(range)} one`;
  }

  return {
    addressProblem,
    hostProblem(target) {
      if (isIP(target.host) !== 0) return addressProblem(target, target.host);
      if (isNamed(target)) return null;
      const mayBeInRange = allow.some((entry) => entry.kind === 'range' && fits(entry, target));
      if (mode === 'listed') return mayBeInRange ? null : NOT_LISTED;
      return isLocalhost(target.host) && !mayBeInRange ? 'is no public address but a loopback one' : null;
    },
  };
}

/** `Host.` and `host` are one name. */
function plainName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

/** Loopback by definition (RFC 6761), with any answer of a name server. */
function isLocalhost(host: string): boolean {
  return /(?:^|\.)localhost$/.test(plainName(host));
}

function withArticle(range: string): string {
  return `${/^[aeiou]/.test(range) ? 'an' : 'a'} ${range}`;
}
