import ipaddr from 'ipaddr.js';
import { isIP } from 'node:net';

/** Names for ranges outside the public internet, for messages; any other range is called reserved. */
const NAMES: Readonly<Record<string, string>> = {
  unspecified: 'unspecified',
  broadcast: 'broadcast',
  multicast: 'multicast',
  linkLocal: 'link-local',
  loopback: 'loopback',
  carrierGradeNat: 'shared by a provider (CGNAT)',
  private: 'private',
  uniqueLocal: 'private',
  deprecatedSiteLocal: 'private',
};

/** The public part of IPv6: outside of it are compatible, translated and future forms, some of which lead to IPv4. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** Where networks without IPv4 put all of it (RFC 6052). Their name servers answer with such addresses for every public host. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * Why an IP address is none of the public internet: the name of its range. Null: it is public. IPv4 within IPv6 is judged by the IPv4 where the
 * form has a public use (mapped, NAT64); 6to4, Teredo and the like are refused altogether.
 * @param address an IPv4 or IPv6 address in any form. Any other text counts as reserved.
 */
export function nonPublicRange(address: string): string | null {
  const parsed = parseAddress(address);
  if (parsed === null) return 'reserved';
  if (parsed instanceof ipaddr.IPv6 && !parsed.match(NAT64) && !parsed.match(GLOBAL_UNICAST))
    return nameOf(parsed.range());
  const range = embeddedIpv4(parsed).range();
  return range === 'unicast' ? null : nameOf(range);
}

/** Whether an IP address lies in a range such as `10.0.0.0/8`, of the same IP version. A mapped IPv4 address is an IPv4 address. */
export function isInRange(address: string, cidr: string): boolean {
  const parsed = parseAddress(address);
  const [network, bits] = ipaddr.parseCIDR(cidr);
  return parsed !== null && parsed.kind() === network.kind() && parsed.match(network, bits);
}

function parseAddress(address: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  switch (isIP(address)) {
    case 4:
      return ipaddr.IPv4.parse(address);
    case 6:
      return ipaddr.process(inHexadecimal(address));
    default:
      return null;
  }
}

/** Without IPv4 notation, since ipaddr.js takes the compatible form `::127.0.0.1` for the mapped one; without the zone, which changes no range. */
function inHexadecimal(address: string): string {
  return new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
}

function embeddedIpv4(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  return address instanceof ipaddr.IPv6 && address.match(NAT64)
    ? new ipaddr.IPv4(address.toByteArray().slice(12))
    : address;
}

function nameOf(range: string): string {
  return NAMES[range] ?? 'reserved';
}
