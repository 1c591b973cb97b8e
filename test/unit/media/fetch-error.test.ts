import { describe, expect, it } from 'vitest';
import { networkError } from '../../../src/media/http/fetch-error.js';

const place = { field: 'the.field', host: 'media.example' };
const coded = (code: string, options?: ErrorOptions) => Object.assign(new Error(`secret ${code}`, options), { code });

describe('networkError', () => {
  it.each([
    [
      coded('DEPTH_ZERO_SELF_SIGNED_CERT'),
      'INPUT_FETCH_REFUSED',
      'its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)',
    ],
    [
      coded('ERR_TLS_CERT_ALTNAME_INVALID'),
      'INPUT_FETCH_REFUSED',
      'its certificate is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)',
    ],
    [coded('CERT_HAS_EXPIRED'), 'INPUT_FETCH_REFUSED', 'its certificate is not trusted (CERT_HAS_EXPIRED)'],
    [coded('EPROTO'), 'INPUT_FETCH_FAILED', 'the connection failed (EPROTO)'],
    [new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }), 'INPUT_FETCH_FAILED', 'it refuses connections'],
    [
      new AggregateError([coded('ETIMEDOUT'), coded('ENETUNREACH')]),
      'INPUT_FETCH_FAILED',
      'the connection failed (ETIMEDOUT)',
    ],
    [new Error('secret'), 'INPUT_FETCH_FAILED', 'the connection failed (unknown error)'],
    ['secret', 'INPUT_FETCH_FAILED', 'the connection failed (unknown error)'],
  ])('reports %s by its code alone', (error, reason, what) => {
    const told = networkError(error, place);
    expect(told.failure).toEqual({
      reason,
      field: 'the.field',
      message: `this input could not be fetched from media.example: ${what}`,
    });
    expect(told.cause).toBeUndefined();
  });
});
