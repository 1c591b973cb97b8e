import { describe, expect, it } from 'vitest';
import { parseAllowedTarget } from '../../../src/config/allowed-targets.js';

describe('the parser of the allow list', () => {
  it.each([
    ['10.1.0.0/16', { kind: 'range', cidr: '10.1.0.0/16', port: null }],
    ['FD00::/8', { kind: 'range', cidr: 'fd00::/8', port: null }],
    ['10.1.2.3', { kind: 'range', cidr: '10.1.2.3/32', port: null }],
    ['127.0.0.1:9000', { kind: 'range', cidr: '127.0.0.1/32', port: 9000 }],
    ['::1', { kind: 'range', cidr: '::1/128', port: null }],
    ['[::1]:9000', { kind: 'range', cidr: '::1/128', port: 9000 }],
    ['[::ffff:10.0.0.1]', { kind: 'range', cidr: '10.0.0.1/32', port: null }],
    ['Minio.Internal.', { kind: 'name', name: 'minio.internal', port: null }],
    ['minio:9000', { kind: 'name', name: 'minio', port: 9000 }],
    ['my_bucket.files.internal', { kind: 'name', name: 'my_bucket.files.internal', port: null }],
  ])('reads %s', (entry, target) => {
    expect(parseAllowedTarget(entry)).toEqual(target);
  });

  it.each([
    '10.1.2.3/8',
    '10.0.0.0/33',
    '10.0/8',
    '127.1',
    '0x7f.1',
    '2130706433',
    '[10.0.0.1]',
    '[::1',
    '::1/129',
    'fd00::1/8',
    'host:0',
    'host:65536',
    'host:',
    'http://host',
    'ho st',
    '*.internal',
    '-a',
    '.',
    '/8',
    'a..b',
  ])('refuses %s', (entry) => {
    expect(parseAllowedTarget(entry)).toBeUndefined();
  });
});
