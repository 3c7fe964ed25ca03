/// <reference lib="dom" />
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { ROOT } from '../tree.ts';
import { drawn } from './browser.ts';

/** The workbench as `resetlab serve` serves it, to be driven by a browser. */
export interface Served {
  readonly address: string;
  readonly stop: () => void;
}

export const serveWorkbench = (): Promise<Served> =>
  new Promise((resolve, reject) => {
    const words = [join(ROOT, 'dist/cli/main.js'), 'serve', '--port', '0'];
    const child = spawn(process.execPath, words, { env: { ...process.env, RESETLAB_LANG: '' } });
    let said = '';
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString();
      const address = /^http:\S+/.exec(said)?.[0];
      if (address !== undefined) resolve({ address, stop: () => child.kill() });
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}`)));
  });

/** Opens the workbench at an address, as `#lab/…`; `complaints`: everything that went wrong. */
export const openWorkbench = async (
  browser: Browser,
  { address }: Served,
  hash = '',
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[] }> => {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: 'en-GB',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(address))
      complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(address + hash);
  await page.waitForSelector('main');
  await drawn(page);
  return { page, complaints };
};

/** Chooses a capture, and waits until its report is there. */
export const openCapture = async (page: Page, path: string): Promise<void> => {
  await page.setInputFiles('input[type=file]', path);
  await page.waitForSelector('.findings');
};

/** Serious and critical ones, as axe finds them. */
export const faultsOfAccess = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .map(({ html }) => html)
            .slice(0, 3)
            .join(' ')}`,
      );
  });
};
