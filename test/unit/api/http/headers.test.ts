import { Metadata } from 'nice-grpc';
import { describe, expect, it } from 'vitest';
import { malformedBinaryHeader, metadataOf, withMetadata } from '../../../../src/api/http/gateway/call-metadata.js';
import { parseGrpcTimeout } from '../../../../src/api/http/gateway/grpc-timeout.js';
import { jsonResponse } from '../../../../src/api/http/http-types.js';

describe('Grpc-Timeout', () => {
  it.each<[string | undefined, number | null | undefined]>([
    ['2H', 7_200_000],
    ['3M', 180_000],
    ['4S', 4_000],
    ['500m', 500],
    ['1500u', 1.5],
    ['2000000n', 2],
    ['123456789m', 123_456_789],
    // Longer than a timer takes: it would fire at once.
    ['99999999H', 2_000_000_000],
    ['0S', null],
    [undefined, null],
    ['', null],
    ['5', undefined],
    ['S', undefined],
    ['-1S', undefined],
    ['1.5S', undefined],
    ['1s', undefined],
    [' 1S', undefined],
    ['1S1M', undefined],
  ])('reads %s as %s ms', (value, ms) => {
    expect(parseGrpcTimeout(value)).toBe(ms);
  });
});

describe('metadata of an HTTP call', () => {
  const of = (headers: Record<string, string>) => {
    const metadata = metadataOf({ headers, peer: '[::1]:1234' });
    return Object.fromEntries([...metadata].map(([name, values]) => [name, values.map(String)]));
  };

  it('comes from its own headers, and from the permanent headers under a prefix', () => {
    expect(of({ 'grpc-metadata-x-trace': 'a', 'user-agent': 'curl', 'x-custom': 'no', host: 'h' })).toEqual({
      'x-trace': ['a'],
      'grpcgateway-user-agent': ['curl'],
      'x-forwarded-host': ['h'],
      'x-forwarded-for': ['[::1]'],
    });
  });

  it('cannot replace metadata of the server', () => {
    expect(
      of({
        'grpc-metadata-x-forwarded-for': 'evil',
        'grpc-metadata-grpcgateway-cookie': 'evil',
        'grpc-metadata-authorization': 'evil',
        authorization: 'good',
      }),
    ).toEqual({
      authorization: ['good'],
      'grpcgateway-authorization': ['good'],
      'x-forwarded-for': ['[::1]'],
    });
  });

  it('is base64 where it is binary, and is refused otherwise', () => {
    expect(metadataOf({ headers: { 'grpc-metadata-x-bin': 'AP8=' }, peer: 'p' }).get('x-bin')).toEqual(
      Buffer.from([0, 255]),
    );
    expect(malformedBinaryHeader({ 'grpc-metadata-x-bin': 'AP8=', 'x-other-bin': '!!' })).toBeNull();
    expect(malformedBinaryHeader({ 'grpc-metadata-x-bin': '!!' })).toBe('grpc-metadata-x-bin');
  });

  it('goes back as headers of the answer, with binary values in base64', () => {
    const sentHeader = Metadata({ 'x-quota': '17', 'x-several': ['a', 'b'], 'x-bin': Uint8Array.of(0, 255) });
    expect(withMetadata(jsonResponse(200, '{}'), { sentHeader }).headers).toEqual({
      'content-type': 'application/json',
      'grpc-metadata-x-quota': '17',
      'grpc-metadata-x-several': 'a, b',
      'grpc-metadata-x-bin': 'AP8=',
    });
  });
});
