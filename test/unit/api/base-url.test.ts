import { Metadata } from 'nice-grpc';
import { describe, expect, it } from 'vitest';
import { createBaseUrls } from '../../../src/api/base-url.js';

const HEADERS = { host: 'localhost', 'x-forwarded-host': 'studio.example', 'x-forwarded-proto': 'https' };

describe('the base of URLs', () => {
  it.each<[string, string[], string, string]>([
    ['a proxy on a Unix socket that is trusted', ['unix:'], 'unix', 'https://studio.example'],
    ['a caller on a Unix socket, when only addresses are trusted', ['10.0.0.0/8'], 'unix', 'http://localhost'],
    ['a caller by TCP, when only Unix sockets are trusted', ['unix:'], '10.0.0.1:4711', 'http://localhost'],
    [
      'a proxy of a trusted range beside a Unix socket',
      ['unix:', '10.0.0.0/8'],
      '10.0.0.1:4711',
      'https://studio.example',
    ],
  ])('is right for %s', (_, trustedProxies, peer, wanted) => {
    const baseUrl = createBaseUrls({
      publicUrl: null,
      trustedProxies,
      scheme: 'http',
      httpAddress: () => '127.0.0.1:8080',
    });
    expect(baseUrl({ peer, headers: HEADERS, metadata: Metadata() })).toBe(wanted);
  });
  it.each<[string, string, object, string]>([
    ['HTTP on a Unix socket', 'unix', { headers: { host: 'localhost' } }, 'http://localhost'],
    ['HTTP on a Unix socket, without a host', 'unix', { headers: {} }, 'https://127.0.0.1:8443'],
    ['HTTP by TCP', '10.0.0.1:4711', { headers: { host: 'studio' } }, 'https://studio'],
    ['gRPC on a Unix socket, which leads to the server at the address', 'unix', {}, 'https://127.0.0.1:8443'],
  ])('has the scheme of the server that the caller reaches by %s, with TLS on', (_, peer, call, wanted) => {
    const httpAddress = () => '127.0.0.1:8443';
    const baseUrl = createBaseUrls({ publicUrl: null, trustedProxies: [], scheme: 'https', httpAddress });
    expect(baseUrl({ peer, metadata: Metadata(), ...call })).toBe(wanted);
  });
});
