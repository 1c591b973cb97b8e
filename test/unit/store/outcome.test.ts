import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { MongoInvalidArgumentError, MongoNetworkError, MongoServerError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { isOutcomeUnknown } from '../../../src/store/mongo/outcome.js';

describe('the outcome of a call to MongoDB', () => {
  it.each<[string, Error]>([
    ['a lost connection', new MongoNetworkError('connection closed')],
    ['an election', new MongoServerError({ code: 10107 })],
    ['an interrupted operation', new MongoServerError({ code: 11602 })],
    ['a time limit of the server', new MongoServerError({ code: 50 })],
  ])('is open after %s', (_, error) => {
    expect(isOutcomeUnknown(error)).toBe(true);
  });

  it.each<[string, Error]>([
    ['a refusal', new MongoServerError({ code: 13 })],
    ['a duplicate key', new MongoServerError({ code: 11000 })],
    ['a wrong call of the driver', new MongoInvalidArgumentError('wrong')],
    ['a bug of ours', new TypeError('x is not a function')],
    ['something that Node refuses to do', Object.assign(new TypeError('wrong'), { code: 'ERR_INVALID_ARG_TYPE' })],
    ['an error of the store itself', new Error('there already is a task')],
  ])('is known after %s', (_, error) => {
    expect(isOutcomeUnknown(error)).toBe(false);
  });

  it('is open after a socket that the other side has ended, as Node reports it', async () => {
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket.resume(), 'end');
    const failure = once(socket, 'error');
    socket.write('too late');
    const [error] = (await failure) as [NodeJS.ErrnoException];
    expect(error.code).toBe('EPIPE');
    expect(isOutcomeUnknown(error)).toBe(true);
    server.close();
  });
});
