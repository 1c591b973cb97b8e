import { copyFile, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { ChannelCredentials, createChannel, createClient } from 'nice-grpc';
import { Agent, fetch } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TaskServiceDefinition } from '../../../generated/cutroom/v1/task_service.js';
import { openServerTls, type ServerTls, type ServerTlsOptions } from '../../../src/api/tls/server-tls.js';
import { createLogger } from '../../../src/observability/logger.js';
import {
  type CertificateFiles,
  createAuthority,
  replaceFiles,
  type TestAuthority,
} from '../../support/certificates.js';
import { eventually } from '../../support/eventually.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

let authority: TestAuthority;
let server: CertificateFiles;
let first: CertificateFiles;
let second: CertificateFiles;
let mine: CertificateFiles;
const log: string[] = [];
const logger = createLogger({ level: 'info', destination: { write: (line: string) => void log.push(line) } });

beforeAll(async () => {
  authority = await createAuthority();
  [first, second, mine] = [
    await authority.issue('first'),
    await authority.issue('second'),
    await authority.issue('me'),
  ];
  server = { cert: path.join(authority.folder, 'server.pem'), key: path.join(authority.folder, 'server.key') };
});
afterAll(() => authority.remove());

async function started(options: Partial<ServerTlsOptions> = {}): Promise<{ api: ApiUnderTest; tls: ServerTls }> {
  await replaceFiles(server, first);
  const tls = await openServerTls(
    { ...server, clientCa: null, clients: 'require', ...options },
    { log: logger, reloadMs: 20 },
  );
  return { api: await startApiUnderTest({ tls }), tls };
}

async function withServer(
  options: Partial<ServerTlsOptions>,
  use: (api: ApiUnderTest) => Promise<void>,
): Promise<void> {
  const { api, tls } = await started(options);
  try {
    await use(api);
  } finally {
    await api.stop();
    tls.close();
  }
}

const httpsUrl = (api: ApiUnderTest) => api.httpUrl.replace('http:', 'https:');

async function overGrpc(api: ApiUnderTest, files: CertificateFiles | null): Promise<number> {
  const ca = await readFile(authority.ca);
  const [key, cert] = files ? [await readFile(files.key), await readFile(files.cert)] : [null, null];
  const channel = createChannel(api.grpcAddress, ChannelCredentials.createSsl(ca, key, cert));
  try {
    return (await createClient(TaskServiceDefinition, channel).listTasks({})).tasks.length;
  } finally {
    channel.close();
  }
}

async function overHttp(api: ApiUnderTest, files: CertificateFiles | null): Promise<number> {
  const ca = await readFile(authority.ca, 'utf8');
  const mineToo = files ? { key: await readFile(files.key, 'utf8'), cert: await readFile(files.cert, 'utf8') } : {};
  const dispatcher = new Agent({ connect: { ca, ...mineToo } });
  try {
    return (await fetch(`${httpsUrl(api)}/v1/tasks`, { dispatcher })).status;
  } finally {
    await dispatcher.close();
  }
}

/** The common name of the server's certificate on a new connection. */
async function presented(port: number, options: object = {}): Promise<{ name: string; socket: TLSSocket }> {
  const socket = connect({
    host: '127.0.0.1',
    port,
    ca: await readFile(authority.ca),
    ALPNProtocols: ['h2', 'http/1.1'],
    ...options,
  });
  await once(socket, 'secureConnect');
  return { name: String(socket.getPeerCertificate().subject.CN), socket };
}

async function replaceFile(file: string, by: string): Promise<void> {
  await copyFile(by, `${file}.new`);
  await rename(`${file}.new`, file);
}

describe('a server with certificates', () => {
  it('answers over gRPC and HTTP by TLS, and gives out https URLs', () =>
    withServer({}, async (api) => {
      expect(await overGrpc(api, null)).toBe(0);
      expect(await overHttp(api, null)).toBe(200);
      await expect(fetch(`${api.httpUrl}/v1/tasks`)).rejects.toThrow();
    }));

  it('takes no TLS before 1.2 and no cipher without forward secrecy', () =>
    withServer({}, async (api) => {
      for (const port of [api.api.grpcPort, api.api.httpPort]) {
        const offer = (options: object) =>
          presented(port, options).then(
            ({ socket }) => {
              socket.destroy();
              return 'taken';
            },
            () => 'refused',
          );
        expect(await offer({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })).toBe(
          'refused',
        );
        expect(await offer({ maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256:AES256-SHA' })).toBe('refused');
        expect(await offer({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' })).toBe('refused');
        expect(await offer({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })).toBe('taken');
        expect(await offer({ minVersion: 'TLSv1.3' })).toBe('taken');
      }
    }));

  it('takes a changed certificate without a restart, and open connections go on', () =>
    withServer({}, async (api) => {
      const before = await presented(api.api.httpPort);
      expect(before.name).toBe('first');
      await replaceFiles(server, second);
      for (const port of [api.api.grpcPort, api.api.httpPort]) {
        await eventually('the second certificate is shown', async () => {
          const { name, socket } = await presented(port);
          socket.destroy();
          return name === 'second';
        });
        // Least version and ciphers outlive the change.
        await expect(
          presented(port, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' }),
        ).rejects.toThrow();
      }
      before.socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
      const [answer] = (await once(before.socket, 'data')) as [Buffer];
      expect(answer.toString()).toContain('200 OK');
      before.socket.destroy();
    }));

  it('keeps the certificate it has while the files do not fit together, and says so once', () =>
    withServer({}, async (api) => {
      log.length = 0;
      // In one step: a file that is half written is another problem, and is told, too.
      await replaceFile(server.cert, second.cert);
      await eventually('the log says so', () => log.join('').includes('the changed certificate is not used'));
      expect(await overHttp(api, null)).toBe(200);
      await replaceFile(server.key, second.key);
      await eventually('the second certificate is shown', async () => {
        const { name, socket } = await presented(api.api.httpPort);
        socket.destroy();
        return name === 'second';
      });
      expect(log.filter((line) => line.includes('is not used'))).toHaveLength(1);
    }));

  it('refuses to start with files that it cannot use, and names the variable', async () => {
    const open = (files: Partial<ServerTlsOptions>) =>
      openServerTls({ ...first, clientCa: null, clients: 'require', ...files }, { log: logger });
    await expect(open({ cert: '/nowhere' })).rejects.toThrow('CUTROOM_TLS_CERT=/nowhere cannot be read (ENOENT)');
    await expect(open({ key: second.key })).rejects.toThrow('CUTROOM_TLS_KEY is not the key of the certificate');
    await expect(open({ cert: first.key })).rejects.toThrow('CUTROOM_TLS_CERT must be a certificate in PEM');
    await expect(open({ clientCa: first.key })).rejects.toThrow('CUTROOM_TLS_CLIENT_CA must be certificates in PEM');
  });
});

describe('a server that asks for client certificates', () => {
  it('refuses a connection without one of its authority', async () => {
    const foreign = await createAuthority();
    const theirs = await foreign.issue('them');
    await withServer({ clientCa: authority.ca }, async (api) => {
      expect(await overGrpc(api, mine)).toBe(0);
      expect(await overHttp(api, mine)).toBe(200);
      for (const files of [null, theirs]) {
        await expect(overGrpc(api, files)).rejects.toThrow();
        await expect(overHttp(api, files)).rejects.toThrow();
      }
    });
    await foreign.remove();
  });

  it('lets callers in without one when it only accepts them', () =>
    withServer({ clientCa: authority.ca, clients: 'accept' }, async (api) => {
      expect(await overGrpc(api, null)).toBe(0);
      expect(await overHttp(api, null)).toBe(200);
    }));
});
