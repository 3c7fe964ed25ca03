/// <reference lib="dom" />
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ROOT } from '../tree.ts';
import { hashOn, hasBrowser, openBrowser, resetlab } from './browser.ts';
import { faultsOfAccess, openWorkbench, serveWorkbench, type Served } from './workbench.ts';

/** The laboratory of the workbench, step by step in a browser. */

/** A browser on a busy machine takes its time. */
vi.setConfig({ testTimeout: 180_000 });

describe.skipIf(!hasBrowser())('the laboratory in the workbench', () => {
  let browser: Browser;
  let served: Served;

  beforeAll(async () => {
    [browser, served] = await Promise.all([openBrowser(), serveWorkbench()]);
  });
  afterAll(async () => {
    served.stop();
    await browser.close();
  });

  const opened = (hash: string, options = {}) => openWorkbench(browser, served, hash, options);

  it('steps to the reset and back, states and variables with it', async () => {
    const { page, complaints } = await opened('#lab/close-with-unread-data/by-server');
    expect(await statesOn(page)).toEqual(['CLOSED', 'LISTEN']);
    await page.getByRole('button', { name: 'To the next reset' }).click();
    expect(await momentOn(page)).toContain('sent a reset (close-with-unread-data)');
    // Who sends a reset is CLOSED at once (RFC 9293 §3.5.2); the other learns of it later.
    expect(await statesOn(page)).toEqual(['ESTABLISHED', 'CLOSED']);
    await page.getByRole('button', { name: 'One back' }).click();
    await page.getByRole('button', { name: 'One back' }).click();
    expect(await statesOn(page)).toEqual(['ESTABLISHED', 'ESTABLISHED']);
    const request = Number(/write: (\d+) bytes/.exec(await ladderOn(page))?.[1]);
    expect(await variableOn(page, 'unread')).toEqual(['0', String(request)]);
    expect(await variableOn(page, 'rcv.nxt')).toEqual(['1', String(request + 1)]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('goes by keys, and each moment has an address', async () => {
    const { page } = await opened('#lab/linger-zero/by-server');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => hashOn(page)).toBe('#lab/linger-zero/by-server?moment=2');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => hashOn(page)).toBe('#lab/linger-zero/by-server?moment=1');
    await page.keyboard.press('r');
    await expect.poll(() => momentOn(page)).toContain('linger-zero');
    const [hash, moment] = [await hashOn(page), await momentOn(page)];
    // What scrolls a page does so, until the ladder has the focus.
    await page.keyboard.press('Home');
    expect(await hashOn(page)).toBe(hash);
    await page.locator('.sequence svg').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => hashOn(page)).toBe('#lab/linger-zero/by-server');
    await page.context().close();
    const again = await opened(hash);
    expect(await momentOn(again.page)).toBe(moment);
    await again.page.context().close();
  });

  it('turns a drop into a reset: tcp_abort_on_overflow from 0 to 1', async () => {
    const { page } = await opened('#lab/accept-queue-overflow/drained');
    expect(await page.locator('.passage.reset').count()).toBe(0);
    await page.locator('.knobs > summary').click();
    const knob = page.getByLabel('net.ipv4.tcp_abort_on_overflow');
    await knob.fill('1');
    await knob.press('Enter');
    await expect.poll(() => page.locator('.passage.reset').count()).toBeGreaterThan(0);
    expect(await page.locator('.comparison').textContent()).toContain('accept-queue-overflow');
    expect(decodeURIComponent(await hashOn(page))).toContain(
      'set=net.ipv4.tcp_abort_on_overflow=1',
    );
    await page.getByRole('button', { name: 'As written' }).click();
    await expect.poll(() => page.locator('.passage.reset').count()).toBe(0);
    await page.context().close();
  });

  it('changes the outcome by a socket option, a loss and a delay', async () => {
    const { page } = await opened('#lab/normal-close/unsent');
    await page.locator('.knobs > summary').click();
    await page.getByRole('combobox', { name: /^Socket/ }).selectOption('server');
    await page.getByRole('button', { name: 'Add' }).first().click();
    await expect.poll(() => page.locator('.events').textContent()).toContain('linger-zero');
    await page.getByRole('button', { name: 'Remove server: SO_LINGER = 1 0' }).click();
    await expect.poll(() => page.locator('.events').count()).toBe(0);
    await page.getByRole('combobox', { name: /^Segments/ }).selectOption('SYN');
    await page.getByRole('button', { name: 'Add' }).last().click();
    await expect.poll(() => page.locator('.passage.lost').count()).toBe(1);
    await page.getByLabel('Delay, ms one way').fill('70');
    await page.getByLabel('Delay, ms one way').press('Enter');
    await expect.poll(() => ladderOn(page)).toContain('1.070');
    await page.context().close();
  });

  it('says what cannot be, and is there again when it can', async () => {
    const { page, complaints } = await opened(
      '#lab/linger-zero/by-server?set=net.ipv4.tcp_fin_timeout=zero',
    );
    expect(await page.locator('[role=alert]').textContent()).toContain("tcp_fin_timeout = 'zero'");
    await page.getByRole('button', { name: 'As written' }).click();
    await page.waitForSelector('.sequence');
    expect(complaints).toEqual([]);
    await page.goto(`${served.address}#lab/nobody/knows`);
    await page.waitForSelector('.problem');
    await page.context().close();
  });

  it('says of each reset what the engine says, and the detective, as in a terminal', async () => {
    const { page } = await opened('#lab/half-open-restart/idle?at=server');
    const command = await page.locator('.take-away code').textContent();
    expect(command).toBe('resetlab lab run half-open-restart --variant idle --at server');
    const { findings } = JSON.parse(resetlab(...command!.split(' ').slice(1), '--json').stdout) as {
      findings: { frame: number; cause: string; verdict: { cause: string; confidence: string } }[];
    };
    const rows = await page.locator('.comparison tbody tr').allTextContents();
    expect(rows).toHaveLength(findings.length);
    findings.forEach(({ frame, cause, verdict }, index) => {
      for (const text of [`frame ${frame}`, cause, verdict.cause, verdict.confidence])
        expect(rows[index]).toContain(text);
    });
    await page.context().close();
  });

  it('gives its capture away, byte for byte that of the command line, and shows a report on it', async () => {
    const { page } = await opened('#lab/closed-port/nobody');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Capture at the client' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('closed-port-nobody-client.pcapng');
    const path = (await download.path()) ?? '';
    const own = `${path}.own`;
    resetlab('lab', 'run', 'closed-port', '--variant', 'nobody', '--pcap', own);
    expect(readFileSync(path).equals(readFileSync(own))).toBe(true);
    await page.getByRole('button', { name: 'Show as a report' }).click();
    await page.waitForSelector('.findings');
    expect(await page.locator('.finding .id').first().textContent()).toBe('closed-port');
    await page.context().close();
  });

  it('reaches every claim in the documents’ order, and every scenario', async () => {
    const { page } = await opened('#claims');
    const listed = [
      ...readFileSync(join(ROOT, 'docs/claims.md'), 'utf8').matchAll(/^\| ([A-E]\d+) \|/gm),
    ].map(([, id]) => id);
    expect(await page.locator('.claims .number').allTextContents()).toEqual(listed);
    const without = await page
      .locator('.claims > li')
      .evaluateAll((claims) =>
        claims.filter((claim) => claim.querySelector('a') === null).map(({ id }) => id),
      );
    expect(without).toEqual([]);
    await page.getByRole('link', { name: 'accept-queue-overflow, abort' }).first().click();
    await expect.poll(() => page.locator('h1').textContent()).toBe('The accept queue is full');
    await page.getByRole('link', { name: 'Laboratory' }).click();
    await page.getByRole('searchbox').fill('keepalive probe');
    expect(await page.locator('.scenarios > li').count()).toBeGreaterThan(0);
    await page.context().close();
  });

  it('speaks Chinese', async () => {
    const { page } = await opened('#lab/linger-zero/by-server?moment=end', { locale: 'zh-CN' });
    await expect.poll(() => page.getAttribute('html', 'lang')).toBe('zh-CN');
    expect(await page.locator('.stepper').textContent()).toContain('到下一个复位');
    await page.goto(`${served.address}#claims`);
    await expect.poll(() => page.locator('h1').textContent()).toContain('论断');
    const claims = await page.locator('.claims p:first-child').allTextContents();
    expect(claims.filter((text) => !/[\u4e00-\u9fff]/.test(text))).toEqual([]);
    await page.context().close();
  });

  const VIEWS = [
    '',
    '#lab',
    '#claims',
    '#lab/half-open-restart/idle?moment=20&set=net.ipv4.tcp_rfc1337=1&lose=1+SYN',
    '#lab/mass-restart/killed?moment=end',
  ];

  it.each([320, 360, 768])('fits a screen of %i pixels', async (width) => {
    for (const hash of VIEWS) {
      const { page } = await opened(hash, { viewport: { width, height: 740 } });
      await page.waitForSelector('h1');
      expect(await page.evaluate(() => document.documentElement.scrollWidth), hash).toBe(width);
      await page.context().close();
    }
  });

  it.each(['light', 'dark'] as const)('has no serious fault of access, %s', async (colorScheme) => {
    for (const hash of VIEWS.slice(1)) {
      const { page } = await opened(hash, { colorScheme });
      await page.waitForSelector('h1');
      expect(await faultsOfAccess(page), hash).toEqual([]);
      await page.context().close();
    }
  });
});

const momentOn = async (page: Page): Promise<string> =>
  (await page.locator('.moment').textContent()) ?? '';

const ladderOn = async (page: Page): Promise<string> =>
  (await page.locator('.sequence').textContent()) ?? '';

const statesOn = (page: Page): Promise<string[]> =>
  page.locator('.diagram figcaption b').allTextContents();

const variableOn = (page: Page, name: string): Promise<string[]> =>
  page.locator('.variables tr').filter({ hasText: name }).first().locator('td').allTextContents();
