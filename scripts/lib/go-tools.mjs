/**
 * Foreign clients and plugins for `npm run test:foreign`, by `go install` into the user's cache, keyed by version: another one never
 * overwrites it. The first call compiles for a few minutes; later ones only look. Nothing of this is committed or shipped.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run, which } from './run.mjs';
import { step } from './say.mjs';

/** By the name of the binary, which is the last part of the package's path. */
const TOOLS = [
  { package: 'github.com/fullstorydev/grpcurl/cmd/grpcurl', version: 'v1.9.4' },
  { package: 'github.com/grpc-ecosystem/grpc-health-probe', version: 'v0.4.61' },
  { package: 'github.com/bojand/ghz/cmd/ghz', version: 'v0.93.0' },
  { package: 'github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-grpc-gateway', version: 'v2.33.0' },
  { package: 'google.golang.org/protobuf/cmd/protoc-gen-go', version: 'v1.36.12' },
  { package: 'google.golang.org/grpc/cmd/protoc-gen-go-grpc', version: 'v1.6.2' },
  // An S3 server.
  { package: 'github.com/versity/versitygw/cmd/versitygw', version: 'v1.8.0' },
];

/** Where built tools lie, one folder for each version. */
export function goCache() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cutroom', 'go');
}

/** The Go command, or null. */
export function findGo() {
  return which('go') ?? (existsSync('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : null);
}

/** What `go version` says, for people. */
export function goVersion(go) {
  return execFileSync(go, ['version'], { encoding: 'utf8' }).trim();
}

/** Where a tool's binary lies once `ensureGoTools` has run. */
export function goTool(name) {
  const tool = TOOLS.find((t) => nameOf(t) === name);
  if (!tool) throw new Error(`no Go tool ${name}`);
  return join(folderOf(tool), name);
}

/** Installs the tools that are not there yet, one after the other: each compile already uses every core. */
export async function ensureGoTools(go) {
  for (const tool of TOOLS) {
    if (existsSync(join(folderOf(tool), nameOf(tool)))) continue;
    await step(`go install ${nameOf(tool)}@${tool.version}`, () => install(go, tool));
  }
}

async function install(go, tool) {
  const scratch = `${folderOf(tool)}.${process.pid}`;
  await mkdir(scratch, { recursive: true });
  try {
    await run(go, ['install', `${tool.package}@${tool.version}`], {
      env: { ...process.env, GOBIN: scratch },
      quiet: true,
    });
    // Whole or not at all.
    await rename(scratch, folderOf(tool));
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    if (!existsSync(folderOf(tool))) throw error;
  }
}

const nameOf = (tool) => tool.package.slice(tool.package.lastIndexOf('/') + 1);
const folderOf = (tool) => join(goCache(), `${nameOf(tool)}-${tool.version}`);
