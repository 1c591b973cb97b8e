import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Opens a page in a Chromium without a screen. @param more arguments. @returns a function that ends it. */
export async function openBrowser(url: string, more: readonly string[] = []): Promise<() => Promise<void>> {
  const profile = await mkdtemp(join(tmpdir(), 'cutroom-browser-'));
  const args = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // A page may play a video that nobody has clicked on.
    '--autoplay-policy=no-user-gesture-required',
    `--user-data-dir=${profile}`,
  ];
  // A group of its own: a browser is many processes, which all have to go.
  const browser = spawn('chromium', [...args, ...more, '--remote-debugging-port=0', url], {
    stdio: 'ignore',
    detached: true,
  });
  const exited = once(browser, 'exit');
  return async () => {
    if (browser.pid !== undefined && browser.exitCode === null) process.kill(-browser.pid, 'SIGKILL');
    await exited;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
}
