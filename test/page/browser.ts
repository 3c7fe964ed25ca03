/// <reference lib="dom" />
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { spawnSync } from 'node:child_process';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { ROOT } from '../tree.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const program = CHROMIUM.find((path) => existsSync(path));

/** Whether there is a browser; if not, says what is skipped. */
export const hasBrowser = (): boolean => {
  if (program === undefined) console.warn('skipped: no Chromium, so no page is opened');
  return program !== undefined;
};

/** Without a sandbox of its own: it opens nothing but our pages, often as root in a container. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: program ?? '',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });

/** A page from disk, and everything that went wrong on it, or that it asked of the network. */
export interface OpenPage {
  readonly page: Page;
  readonly complaints: string[];
}

export const openPage = async (
  browser: Browser,
  path: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> => {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!/^(?:file|data):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
  });
  const [file = '', hash = ''] = path.split('#');
  await page.goto(`${pathToFileURL(file).href}${hash === '' ? '' : `#${hash}`}`);
  await page.waitForSelector('main');
  await drawn(page);
  return { page, complaints };
};

/** Keys, drops and addresses are listened to from the first frame on that was drawn. */
export const drawn = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    await new Promise((resolve) => setTimeout(resolve));
  });

/** The address as the page itself has it: a browser may tell of its change a moment later. */
export const hashOn = (page: Page): Promise<string> => page.evaluate(() => location.hash);

/** A folder that is gone when the tests are over, and reports made in it by the command line. */
export const reportsFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'resetlab-page-'));
  const made = (capture: string, name: string, ...options: readonly string[]): string => {
    const path = join(folder, `${name}.html`);
    const { status, stderr } = resetlab('report', capture, '-o', path, ...options);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return path;
  };
  return { folder, made, remove: () => rmSync(folder, { recursive: true }) };
};

/** What is built is what people run. */
export const resetlab = (...words: readonly string[]) =>
  spawnSync(process.execPath, [join(ROOT, 'dist/cli/main.js'), ...words], {
    encoding: 'utf8',
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: '1', RESETLAB_LANG: '' },
    maxBuffer: 1 << 28,
  });
