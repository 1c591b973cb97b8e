import ipaddr from 'ipaddr.js';
import { isIP } from 'node:net';

/** A host, or a range of addresses, that inputs may be fetched from though it is not public. */
export type AllowedTarget =
  | { readonly kind: 'range'; readonly cidr: string; readonly port: number | null }
  | { readonly kind: 'name'; readonly name: string; readonly port: number | null };

const NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;
/** A host that URLs read as an IPv4 address; a name of this form would never match. */
const NUMERIC_END = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;

/** Reads one entry of an allow list: `10.1.0.0/16`, `fd00::/8`, `10.1.2.3`, `[fd00::1]:9000`, `minio.internal`, `minio.internal:9000`. Undefined: it is none of these. */
export function parseAllowedTarget(entry: string): AllowedTarget | undefined {
  const text = entry.toLowerCase();
  if (text.includes('/')) return isStrictCidr(text) ? { kind: 'range', cidr: text, port: null } : undefined;
  if (isIP(text) === 6) return addressEntry(text, null);
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text);
  const port = match?.[3] === undefined ? null : Number(match[3]);
  const host = (match?.[1] ?? match?.[2] ?? '').replace(/\.$/, '');
  if (port !== null && (port < 1 || port > 65_535)) return undefined;
  if (isIP(host) === (match?.[1] === undefined ? 4 : 6)) return addressEntry(host, port);
  return match?.[1] === undefined && NAME.test(host) && !NUMERIC_END.test(host)
    ? { kind: 'name', name: host, port }
    : undefined;
}

function addressEntry(address: string, port: number | null): AllowedTarget {
  const parsed = ipaddr.process(address);
  return { kind: 'range', cidr: `${parsed.toString()}/${parsed.kind() === 'ipv4' ? 32 : 128}`, port };
}

/** Four-part IPv4 or IPv6, and a network: `10.1.2.3/8` is more likely a slip than meant. */
function isStrictCidr(text: string): boolean {
  const [address = ''] = text.split('/');
  if (isIP(address) === 0 || !ipaddr.isValidCIDR(text)) return false;
  const [parsed] = ipaddr.parseCIDR(text);
  const network =
    parsed.kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(text) : ipaddr.IPv6.networkAddressFromCIDR(text);
  return network.toString() === parsed.toString();
}
