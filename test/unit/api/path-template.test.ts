import { describe, expect, it } from 'vitest';
import { compilePathTemplate } from '../../../src/api/http/path-template.js';

describe('a path template', () => {
  it.each<[string, string, Record<string, string> | null]>([
    ['/v1/tasks', '/v1/tasks', {}],
    ['/v1/tasks', '/v1/tasks/', null],
    ['/v1/tasks', '/v1/tasksx', null],
    ['/v1.a/tasks', '/v1xa/tasks', null],
    ['/v1/{name=tasks/*}', '/v1/tasks/a', { name: 'tasks/a' }],
    ['/v1/{name=tasks/*}', '/v1/tasks/', null],
    ['/v1/{name=tasks/*}', '/v1/tasks/a/b', null],
    ['/v1/{name=tasks/*}', '/v1/tasks/a:cancel', null],
    ['/v1/{name=tasks/*}:cancel', '/v1/tasks/a:cancel', { name: 'tasks/a' }],
    ['/v1/{name=tasks/*}:cancel', '/v1/tasks/a', null],
    ['/v1/{name=tasks/*}', '/v1/tasks/a%20b%C3%BC', { name: 'tasks/a bü' }],
    ['/v1/{name=tasks/*}', '/v1/tasks/a%2Fb', { name: 'tasks/a%2Fb' }],
    ['/v1/{name=tasks/*}', '/v1/tasks/%zz', null],
    ['/tasks/{task}/{file}', '/tasks/a/b.mp4', { task: 'a', file: 'b.mp4' }],
    ['/tasks/{task}/{file}', '/tasks/a/b%2fc', { task: 'a', file: 'b/c' }],
    ['/files/{path=**}', '/files/a/b/c', { path: 'a/b/c' }],
    ['/x/{a.b=*}/y', '/x/1/y', { 'a.b': '1' }],
  ])('%s matches %s as listed', (template, path, variables) => {
    expect(compilePathTemplate(template).match(path)).toEqual(variables);
  });

  it.each(['v1/tasks', '/v1/{name', '/v1/name}', '/v1/{Name=tasks/*}'])('%s is refused as malformed', (template) => {
    expect(() => compilePathTemplate(template)).toThrow();
  });
});
