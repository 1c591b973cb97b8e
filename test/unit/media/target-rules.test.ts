import { describe, expect, it } from 'vitest';
import { parseAllowedTarget } from '../../../src/config/allowed-targets.js';
import { isInRange, nonPublicRange } from '../../../src/shared/http/address-range.js';
import { parseHttpUrl } from '../../../src/shared/http/parse-http-url.js';
import { createTargetRules, type HttpInputRules } from '../../../src/shared/http/target-rules.js';

const rulesOf = (mode: HttpInputRules['mode'], allow = '') =>
  createTargetRules({
    mode,
    allow: allow
      .split(',')
      .filter((entry) => entry !== '')
      .map((entry) => parseAllowedTarget(entry)!),
  });

/** Why a URL is refused at submit; null: it is not. */
const problemOf = (url: string, rules = rulesOf('public')) => {
  const parsed = parseHttpUrl(url, rules);
  return parsed.kind === 'url' ? null : parsed;
};

describe('the classification of addresses', () => {
  it.each([
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['10.0.0.1', 'private'],
    ['100.64.0.1', 'shared by a provider (CGNAT)'],
    ['100.127.255.255', 'shared by a provider (CGNAT)'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['169.254.169.254', 'link-local'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.0.0.170', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['192.88.99.1', 'reserved'],
    ['192.168.1.1', 'private'],
    ['198.18.0.1', 'reserved'],
    ['198.51.100.1', 'reserved'],
    ['203.0.113.1', 'reserved'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.250', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::127.0.0.1', 'reserved'],
    ['::8.8.8.8', 'reserved'],
    ['::808:808', 'reserved'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::ffff:a9fe:a9fe', 'link-local'],
    ['::ffff:0:127.0.0.1', 'reserved'],
    ['64:ff9b::7f00:1', 'loopback'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b::169.254.169.254', 'link-local'],
    ['64:ff9b:1::8.8.8.8', 'reserved'],
    ['100::1', 'reserved'],
    ['2001::1', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['3fff::1', 'reserved'],
    ['2002:7f00:1::', 'reserved'],
    ['2002:808:808::', 'reserved'],
    ['5f00::1', 'reserved'],
    ['fc00::1', 'private'],
    ['fd00:ec2::254', 'private'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['fec0::1', 'private'],
    ['ff02::1', 'multicast'],
    ['4000::1', 'reserved'],
    ['no address', 'reserved'],
    ['', 'reserved'],
  ])('takes %s for %s', (address, range) => {
    expect(nonPublicRange(address)).toBe(range);
  });

  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450::1',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ])('takes %s for public', (address) => {
    expect(nonPublicRange(address)).toBeNull();
  });

  it('matches a range with its own version of IP only, and mapped IPv4 as IPv4', () => {
    expect(isInRange('10.1.2.3', '10.0.0.0/8')).toBe(true);
    expect(isInRange('::ffff:10.1.2.3', '10.0.0.0/8')).toBe(true);
    expect(isInRange('11.1.2.3', '10.0.0.0/8')).toBe(false);
    expect(isInRange('fd00::1', '10.0.0.0/8')).toBe(false);
    expect(isInRange('10.1.2.3', '::/0')).toBe(false);
    expect(isInRange('nothing', '0.0.0.0/0')).toBe(false);
  });
});

describe('the check of a URL at submit', () => {
  it.each([
    ['http://127.0.0.1/a', 'loopback'],
    ['http://2130706433/a', 'loopback'],
    ['http://0x7f000001/', 'loopback'],
    ['http://0x7f.1/', 'loopback'],
    ['http://0177.0.0.1/', 'loopback'],
    ['http://127.1/', 'loopback'],
    ['http://127.0.0.1./', 'loopback'],
    ['http://①②⑦.0.0.1/', 'loopback'],
    ['http:127.0.0.1/a', 'loopback'],
    ['http:\\\\127.0.0.1\\a', 'loopback'],
    ['HTTP://127.0.0.1:8080/', 'loopback'],
    ['http://[::1]/', 'loopback'],
    ['http://[::ffff:127.0.0.1]/', 'loopback'],
    ['http://[0:0:0:0:0:ffff:7f00:1]/', 'loopback'],
    ['http://[64:ff9b::7f00:1]/', 'loopback'],
    ['http://[::]/', 'unspecified'],
    ['http://0/', 'unspecified'],
    ['http://0.0.0.0/', 'unspecified'],
    ['http://169.254.169.254/latest/meta-data/', 'link-local'],
    ['https://[fe80::1]/', 'link-local'],
    ['https://[fd00:ec2::254]/', 'private'],
    ['https://192.168.0.1:9000/b', 'private'],
    ['http://localhost/', 'loopback'],
    ['http://LOCALHOST./', 'loopback'],
    ['http://a.localhost:81/', 'loopback'],
  ])('refuses %s as %s', (url, range) => {
    const problem = problemOf(url);
    expect(problem).toMatchObject({ reason: 'INPUT_ADDRESS_REFUSED' });
    expect(problem!.description).toContain(` is no public address but a`);
    expect(problem!.description).toContain(range);
  });

  it.each([
    ['http://user@8.8.8.8/a', 'a user name or password'],
    ['http://:secret@host.example/a', 'a user name or password'],
    ['http://8.8.8.8@127.0.0.1/', 'a user name or password'],
    ['http://host.example:0/a', 'port 0'],
    ['ftp://host.example/a', 'a scheme that is not served: ftp'],
    ['file:///etc/passwd', 'a scheme that is not served: file'],
    ['http://', 'no valid URL'],
    ['https://host.example:99999/', 'no valid URL'],
    ['http://1.2.3.4.5/', 'no valid URL'],
    ['http://[::1%25lo]/', 'no valid URL'],
    ['http://a b/', 'no valid URL'],
  ])('refuses %s for %s', (url, words) => {
    expect(problemOf(url)!.description).toContain(words);
    expect(problemOf(url)!.description).not.toContain('secret');
  });

  it('accepts a public address, and a name that is not resolved yet', () => {
    for (const url of [
      'https://8.8.8.8/a.mp4',
      'http://host.example/a.mp4?signature=x#t=1',
      'https://host.example./',
      'http://[2606:4700::1111]:8080/',
      'https://mylocalhost.example/',
    ])
      expect(problemOf(url), url).toBeNull();
    expect(parseHttpUrl('https://Host.Example/a?b=c#d', rulesOf('public'))).toMatchObject({
      target: { host: 'host.example', port: 443 },
      url: { href: 'https://host.example/a?b=c' },
    });
    expect(parseHttpUrl('http://[2606:4700::1111]:8080/', rulesOf('public'))).toMatchObject({
      target: { host: '2606:4700::1111', port: 8080 },
    });
  });

  it('reports neither path nor query', () => {
    expect(problemOf('http://10.0.0.1/private/path?signature=secret')!.description).toBe(
      'leads to 10.0.0.1, which is no public address but a private one',
    );
  });
});

describe('the allow list of the operator', () => {
  it('allows an address, a range or a name, on one port or on all', () => {
    const rules = rulesOf('public', '127.0.0.1:9000,10.1.0.0/16,minio.internal,files.internal:81,[fd00::1]:9000,::1');
    for (const url of [
      'http://127.0.0.1:9000/',
      'http://10.1.255.1/',
      'http://MINIO.internal./',
      'http://files.internal:81/',
      'http://[fd00::1]:9000/',
      'http://[::1]:5/',
      'https://host.example/',
      'http://localhost:9000/',
    ]) {
      expect(problemOf(url, rules), url).toBeNull();
    }
    for (const url of [
      'http://127.0.0.1:9001/',
      'http://127.0.0.2:9000/',
      'http://10.2.0.1/',
      'http://[fd00::1]/',
      'http://[fd00::2]:9000/',
    ])
      expect(problemOf(url, rules), url).not.toBeNull();
  });

  it('allows a name at any address, and a range under any name', () => {
    const rules = rulesOf('public', 'minio.internal:9000,10.1.0.0/16');
    expect(rules.addressProblem({ host: 'minio.internal', port: 9000 }, '192.168.7.7')).toBeNull();
    expect(rules.addressProblem({ host: 'minio.internal', port: 9001 }, '192.168.7.7')).toContain('private');
    expect(rules.addressProblem({ host: 'x.minio.internal', port: 9000 }, '192.168.7.7')).toContain('private');
    expect(rules.addressProblem({ host: 'any.example', port: 80 }, '10.1.2.3')).toBeNull();
    expect(rules.addressProblem({ host: 'any.example', port: 80 }, '::ffff:10.1.2.3')).toBeNull();
    expect(rules.addressProblem({ host: 'any.example', port: 80 }, '10.2.2.3')).toContain('private');
    expect(rules.addressProblem({ host: 'any.example', port: 80 }, '8.8.8.8')).toBeNull();
  });

  it('is the only source of hosts when inputs are limited to listed hosts', () => {
    const named = rulesOf('listed', 'minio.internal');
    expect(problemOf('https://8.8.8.8/', named)!.description).toContain('is not among the hosts');
    expect(problemOf('https://host.example/', named)!.description).toContain('is not among the hosts');
    expect(problemOf('https://minio.internal/', named)).toBeNull();
    // A name may turn out to lie in the range.
    const ranged = rulesOf('listed', '10.0.0.0/8');
    expect(problemOf('https://host.example/', ranged)).toBeNull();
    expect(ranged.addressProblem({ host: 'host.example', port: 443 }, '8.8.8.8')).toContain('is not among the hosts');
    expect(ranged.addressProblem({ host: 'host.example', port: 443 }, '10.9.9.9')).toBeNull();
  });
});
