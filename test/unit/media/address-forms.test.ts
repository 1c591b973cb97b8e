import { expect, it } from 'vitest';
import { parseHttpUrl } from '../../../src/shared/http/parse-http-url.js';
import { createTargetRules } from '../../../src/shared/http/target-rules.js';

/** Addresses that no input may lead to. */
const ADDRESSES = [
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '10.0.0.1',
  '100.64.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
];

const parts = (address: string) => address.split('.').map(Number);
const valueOf = (address: string) => parts(address).reduce((sum, part) => sum * 256 + part, 0);
const hexGroups = (address: string) => {
  const hex = valueOf(address).toString(16).padStart(8, '0');
  return `${hex.slice(0, 4)}:${hex.slice(4)}`;
};
const digitsFrom = (first: number) => (address: string) =>
  address.replace(/\d/g, (digit) => String.fromCodePoint(first + Number(digit)));

/** The ways to write an IPv4 address as the host of a URL, for some parser or other. */
const FORMS: Readonly<Record<string, (address: string) => string>> = {
  dotted: (a) => a,
  'a dot at the end': (a) => `${a}.`,
  decimal: (a) => String(valueOf(a)),
  hexadecimal: (a) => `0x${valueOf(a).toString(16)}`,
  'upper-case hexadecimal': (a) => `0X${valueOf(a).toString(16).toUpperCase()}`,
  'hexadecimal with zeros': (a) => `0x00000000${valueOf(a).toString(16)}`,
  octal: (a) => `0${valueOf(a).toString(8)}`,
  'dotted hexadecimal': (a) =>
    parts(a)
      .map((part) => `0x${part.toString(16)}`)
      .join('.'),
  'dotted octal': (a) =>
    parts(a)
      .map((part) => `0${part.toString(8)}`)
      .join('.'),
  'dotted octal with zeros': (a) =>
    parts(a)
      .map((part) => part.toString(8).padStart(6, '0'))
      .join('.'),
  'mixed bases': (a) =>
    parts(a)
      .map((part, i) => [`0x${part.toString(16)}`, `0${part.toString(8)}`, part][i % 3])
      .join('.'),
  'two parts': (a) => `${parts(a)[0]}.${valueOf(a) % 2 ** 24}`,
  'three parts': (a) => `${parts(a)[0]}.${parts(a)[1]}.${valueOf(a) % 2 ** 16}`,
  'escaped dots': (a) => a.replaceAll('.', '%2e'),
  'escaped digits': (a) => a.replace(/\d/g, (digit) => `%3${digit}`),
  'full-width digits': digitsFrom(0xff10),
  'mathematical digits': digitsFrom(0x1d7ce),
  'ideographic dots': (a) => a.replaceAll('.', '。'),
  'a soft hyphen within': (a) => a.replace('.', '\u00ad.'),
  'a user before it': (a) => `media.example@${a}`,
  'a user with a password before it': (a) => `media.example:80@${a}`,
  'a port': (a) => `${a}:80`,
  'mapped into IPv6': (a) => `[::ffff:${a}]`,
  'mapped into IPv6, in groups': (a) => `[::ffff:${hexGroups(a)}]`,
  'mapped into IPv6, in full': (a) => `[0000:0000:0000:0000:0000:FFFF:${hexGroups(a).toUpperCase()}]`,
  'translated by NAT64': (a) => `[64:ff9b::${a}]`,
  'compatible with IPv6': (a) => `[::${a}]`,
};

const HOSTS = Object.entries(FORMS).flatMap(([form, write]) =>
  ADDRESSES.map((address) => [`${address} as ${form}`, write(address)] as const),
);

it('has some hundred forms', () => {
  expect(new Set(HOSTS.map(([, host]) => host)).size).toBeGreaterThan(300);
});

it.each(HOSTS)('refuses %s', (_, host) => {
  const rules = createTargetRules({ mode: 'public', allow: [] });
  for (const url of [`http://${host}/a.mp4`, `https://${host}/a.mp4?b#c`, `HTTP:\\\\${host}\\a.mp4`])
    expect(parseHttpUrl(url, rules).kind, url).not.toBe('url');
});
