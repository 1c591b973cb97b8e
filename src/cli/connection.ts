import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { ChannelCredentials, type ClientMiddleware, Metadata } from 'nice-grpc';
import { UsageError } from './exit-code.js';

/** How a server is called, beside its address. */
export interface Connection {
  readonly tls: boolean;
  /** PEM files; null: none. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  /** An API key or token, or `@FILE`; null: none. */
  readonly token: string | null;
}

export const PLAIN: Connection = { tls: false, ca: null, cert: null, key: null, token: null };

/** Adds the options of a connection, and reads those that are not given from the environment. Hidden, since the help of each command is full: its end names them. */
export function addConnectionOptions(program: Command, env: NodeJS.ProcessEnv): void {
  const hidden = (flags: string, text: string, fallback: string | undefined) =>
    program.addOption(new Option(flags, text).default(fallback === '' ? undefined : fallback).hideHelp());
  program.addOption(
    new Option('--tls', 'call the server by TLS (CUTROOM_CLIENT_TLS)')
      .default(env.CUTROOM_CLIENT_TLS === '1')
      .hideHelp(),
  );
  hidden('--ca <file>', 'authorities of its certificate, PEM (CUTROOM_CLIENT_CA)', env.CUTROOM_CLIENT_CA);
  hidden('--cert <file>', 'certificate to show, PEM (CUTROOM_CLIENT_CERT)', env.CUTROOM_CLIENT_CERT);
  hidden('--key <file>', 'its key, PEM (CUTROOM_CLIENT_KEY)', env.CUTROOM_CLIENT_KEY);
  hidden('--token <token>', 'API key or token, or @FILE (CUTROOM_TOKEN)', env.CUTROOM_TOKEN);
}

/** The options of a connection as commander reads them. */
export interface ConnectionOptions extends Partial<Record<'ca' | 'cert' | 'key' | 'token', string>> {
  readonly tls?: boolean;
}

/** @param options as commander has read them. */
export function connectionOf(options: ConnectionOptions): Connection {
  const { ca = null, cert = null, key = null, token = null } = options;
  // Files for TLS leave no doubt about it.
  return { tls: options.tls === true || ca !== null || cert !== null, ca, cert, key, token };
}

/** @throws UsageError when the files of the certificate cannot be used. */
export async function credentialsOf({ tls, ca, cert, key }: Connection): Promise<ChannelCredentials> {
  if (!tls) return ChannelCredentials.createInsecure();
  if ((cert === null) !== (key === null)) throw new UsageError('--cert and --key go together: give both, or neither');
  const [caPem, certPem, keyPem] = await Promise.all([ca, cert, key].map(readGiven));
  try {
    return ChannelCredentials.createSsl(caPem ?? null, keyPem ?? null, certPem ?? null);
  } catch (error) {
    throw new UsageError('--ca, --cert and --key must be PEM files, and --key that of --cert', { cause: error });
  }
}

/** Sends the token with each call. @throws UsageError when its file cannot be read, or it can be in no header. */
export async function tokenMiddleware({ token }: Connection): Promise<ClientMiddleware | null> {
  if (token === null) return null;
  const text = token.startsWith('@') ? String(await readGiven(token.slice(1))).trim() : token;
  if (!/^[\x21-\x7e]+$/.test(text)) throw new UsageError('--token must be an API key or a token, in one line');
  return (call, options) => {
    const metadata = Metadata(options.metadata).set('authorization', `Bearer ${text}`);
    return call.next(call.request, { ...options, metadata });
  };
}

/** Whether whoever listens in reads the token on its way. */
export function isTokenExposed({ tls, token }: Connection, address: string): boolean {
  return token !== null && !tls && !/^(unix:|localhost(:|$)|127\.|\[::1\])/.test(address);
}

async function readGiven(file: string | null): Promise<Buffer | null> {
  if (file === null) return null;
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`, {
      cause: error,
    });
  }
}
