/**
 * A Go grpc-gateway generated from proto/ (test/foreign/gateway): tests and a bench compare the JSON API with it. Built into the
 * user's cache, keyed by everything that goes into it.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { goCache, goTool } from './go-tools.mjs';
import { root } from './root.mjs';
import { run } from './run.mjs';

const source = join(root, 'test/foreign/gateway');
const PLUGINS = ['protoc-gen-go', 'protoc-gen-go-grpc', 'protoc-gen-grpc-gateway'];

/** Where the gateway for the protos as they are now lies once it was built. */
export async function gatewayPath() {
  return join(goCache(), `gateway-${await identity()}`, 'gateway');
}

/** Builds it unless it is there. The plugins must be installed (`ensureGoTools`). */
export async function ensureGateway(go) {
  const target = dirname(await gatewayPath());
  if (existsSync(target)) return;
  const scratch = `${target}.${process.pid}`;
  await rm(scratch, { recursive: true, force: true });
  await mkdir(dirname(scratch), { recursive: true });
  try {
    await cp(source, scratch, { recursive: true });
    const path = [
      ...PLUGINS.map((plugin) => dirname(goTool(plugin))),
      join(root, 'node_modules/.bin'),
      process.env.PATH,
    ].join(delimiter);
    const template = join(source, 'buf.gen.yaml');
    await run('buf', ['generate', 'proto', '--template', template, '--path', 'proto/cutroom', '--output', scratch], {
      cwd: root,
      env: { ...process.env, PATH: path },
      quiet: true,
    });
    await run(go, ['build', '-mod=readonly', '-trimpath', '-o', 'gateway', '.'], { cwd: scratch, quiet: true });
    // Whole or not at all.
    await rename(scratch, target);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

/**
 * Starts one in front of a gRPC server.
 * @param {string} grpcAddress host:port
 * @returns {Promise<{url: string, stop: () => Promise<void>}>}
 */
export async function startGateway(grpcAddress) {
  const child = spawn(await gatewayPath(), ['-grpc', grpcAddress], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [address] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the gateway exited with ${code} before it listened`);
    }),
  ]);
  return {
    url: `http://${address}`,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}

async function identity() {
  const hash = createHash('sha256');
  for (const folder of [join(root, 'proto/cutroom'), source]) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
    for (const file of files.sort())
      hash
        .update(file.slice(root.length))
        .update('\0')
        .update(await readFile(file))
        .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}
