import { describe, expect, it } from 'vitest';
import { formRequest, isForm, overriddenMethod } from '../../../../src/api/http/gateway/form-request.js';
import type { HttpRequest } from '../../../../src/api/http/http-types.js';

const request = (changes: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'POST',
  path: '/v1/tasks',
  query: 'b=2',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: Buffer.from('a=1'),
  peer: 'p',
  signal: new AbortController().signal,
  ...changes,
});

describe('a form request', () => {
  it('is read as a query that was too long for a URL', () => {
    expect(formRequest(request(), 'GET')).toMatchObject({
      method: 'GET',
      path: '/v1/tasks',
      query: 'a=1&b=2',
      body: null,
    });
    expect(formRequest(request({ query: '', body: null }), 'GET').query).toBe('');
  });

  it('may override its method, and no other request may', () => {
    const override = { 'x-http-method-override': 'get' };
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(overriddenMethod(request({ headers: { ...form, ...override } }))).toBe('GET');
    expect(overriddenMethod(request())).toBeNull();
    expect(overriddenMethod(request({ headers: override }))).toBeNull();
    expect(overriddenMethod(request({ method: 'DELETE', headers: { ...form, ...override } }))).toBeNull();
    expect(isForm(request({ headers: { 'content-type': 'application/json' } }))).toBe(false);
  });
});
