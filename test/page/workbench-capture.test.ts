/// <reference lib="dom" />
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { refused } from '../../src/reading/tiny-capture.fixture.ts';
import type { ReportData } from '../../src/report/html/data.ts';
import { ROOT } from '../tree.ts';
import { hashOn, hasBrowser, openBrowser, reportsFolder } from './browser.ts';
import {
  faultsOfAccess,
  openCapture,
  openWorkbench,
  serveWorkbench,
  type Served,
} from './workbench.ts';

/** Captures given to the workbench in a browser. */

/** A browser on a busy machine takes its time. */
vi.setConfig({ testTimeout: 300_000 });

const EXAMPLES = readdirSync(join(ROOT, 'examples')).filter((name) =>
  /\.pcap(?:ng)?(?:\.gz)?$/.test(name),
);

describe.skipIf(!hasBrowser())('a capture in the workbench', () => {
  const reports = reportsFolder();
  let browser: Browser;
  let served: Served;

  beforeAll(async () => {
    [browser, served] = await Promise.all([openBrowser(), serveWorkbench()]);
  });
  afterAll(async () => {
    served.stop();
    await browser.close();
    reports.remove();
  });

  it('has the verdicts of the command line, for each example', async () => {
    const { page, complaints } = await openWorkbench(browser, served);
    for (const [index, name] of EXAMPLES.entries()) {
      await openCapture(page, join(ROOT, 'examples', name));
      const data = dataIn(
        readFileSync(reports.made(`examples/${name}`, `example-${index}`), 'utf8'),
      );
      expect(await shownOn(page), name).toEqual(told(data));
      // Whoever clicks on the place where he is lets go of the capture.
      await page.locator('nav a').first().click();
      await page.waitForSelector('.drop');
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('is taken wherever it is dropped', async () => {
    const { page, complaints } = await openWorkbench(browser, served, '#claims');
    const bytes = readFileSync(join(ROOT, 'examples/keepalive-race.pcap'));
    await page.evaluate((base64) => {
      const transfer = new DataTransfer();
      const raw = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([raw], 'dropped.pcap'));
      document.body.dispatchEvent(
        new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }),
      );
    }, bytes.toString('base64'));
    await page.waitForSelector('.findings');
    expect(await page.locator('h1').textContent()).toBe('dropped.pcap');
    expect(await page.locator('.finding .id').first().textContent()).toBe('keepalive-race');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows the ladder of any connection when it is asked for', async () => {
    const { page } = await openWorkbench(browser, served);
    await openCapture(page, join(ROOT, 'examples/mass-restart.pcap'));
    await page.locator('.rows').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    const place = async () => /^#c(\d+)f(\d+)$/.exec(await hashOn(page));
    await expect.poll(place).not.toBeNull();
    const [, connection, frame] = (await place())!;
    await expect
      .poll(() => page.locator('#connection-title').textContent())
      .toBe(`Connection ${connection}`);
    await expect
      .poll(() => page.locator(`#frame-${frame}`).getAttribute('aria-selected'))
      .toBe('true');
    await page.context().close();
  });

  it('saves its report as the command line writes it, and without addresses', async () => {
    const { page } = await openWorkbench(browser, served);
    const name = 'early-response-node.pcapng.gz';
    await openCapture(page, join(ROOT, 'examples', name));
    const saved = async (): Promise<string> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save as one page' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe(`${name}.html`);
      return readFileSync((await download.path()) ?? '', 'utf8');
    };
    const written = reports.made(`examples/${name}`, 'written');
    expect(await saved()).toBe(readFileSync(written, 'utf8'));
    await page.getByLabel('with all addresses replaced').check();
    const anonymised = reports.made(`examples/${name}`, 'anonymised', '--anonymise');
    const own = await saved();
    expect(own).toBe(readFileSync(anonymised, 'utf8'));
    expect(own).not.toContain('10.99.0.');
    await page.context().close();
  });

  it('speaks the other language without reading the capture again', async () => {
    const { page } = await openWorkbench(browser, served);
    await openCapture(page, join(ROOT, 'examples/early-response-node.pcapng.gz'));
    await page.getByLabel('Language').selectOption('zh');
    await expect.poll(() => page.locator('.findings').textContent()).toContain('客户端所见');
    await expect.poll(() => page.getAttribute('html', 'lang')).toBe('zh-CN');
    await page.context().close();
  });

  it('can be stopped, and says what is wrong with what is no capture', async () => {
    const { page } = await openWorkbench(browser, served);
    const text = join(reports.folder, '<img src=x onerror=alert(1)>.txt');
    writeFileSync(text, 'not a capture at all');
    await openCapture(page, text);
    expect(await page.locator('.problem').first().textContent()).toContain(
      'neither pcap nor pcapng',
    );
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('h1').textContent()).toBe('<img src=x onerror=alert(1)>.txt');
    await page.locator('nav a').first().click();
    const large = join(reports.folder, 'large.pcap');
    writeFileSync(large, refused(400_000));
    const isStopped = clickedWhenThere(page, 'Cancel');
    await page.setInputFiles('input[type=file]', large);
    expect(await isStopped, 'it was to be seen').toBe(true);
    await page.waitForSelector('.drop');
    await expect.poll(() => page.workers().length).toBe(0);
    await page.context().close();
  });

  it('sends nothing anywhere: the page may reach nothing', async () => {
    const { page, complaints } = await openWorkbench(browser, served);
    const reached = await page.evaluate(async (address) => {
      const outcome = await fetch(address).then(
        () => 'reached',
        () => 'refused',
      );
      return [outcome, navigator.sendBeacon(address, 'x')];
    }, served.address);
    expect(reached[0]).toBe('refused');
    expect(complaints.join()).toContain('Content Security Policy');
    await page.context().close();
  });

  it('names a place that is gone with its capture', async () => {
    const { page } = await openWorkbench(browser, served, '#c3f17');
    expect(await page.locator('.problem').textContent()).toContain('captures stay with whoever');
    await openCapture(page, join(ROOT, 'examples/closed-port.pcap'));
    // There is no such place in this one; all others can be gone to.
    await page.goto(`${served.address}#c77f78`);
    await page.locator('.evidence a').first().click();
    await expect.poll(() => page.locator('#connection-title').textContent()).toBe('Connection 1');
    await expect.poll(() => page.locator('[aria-selected=true]').count()).toBeGreaterThan(0);
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)('has no serious fault of access, %s', async (colorScheme) => {
    const { page } = await openWorkbench(browser, served, '', { colorScheme });
    expect(await faultsOfAccess(page)).toEqual([]);
    await openCapture(page, join(ROOT, 'examples/mass-restart.pcap'));
    expect(await faultsOfAccess(page)).toEqual([]);
    await page.context().close();
  });
});

/** The page itself clicks, at once: what goes on meanwhile waits for no test. Resolves to whether it could be seen. */
const clickedWhenThere = (page: Page, text: string): Promise<boolean> =>
  page.evaluate(
    (wanted) =>
      new Promise<boolean>((resolve) => {
        const look = () => {
          const buttons = [...document.querySelectorAll('button')];
          const button = buttons.find(({ textContent }) => textContent === wanted);
          if (button === undefined) return;
          watching.disconnect();
          resolve(button.checkVisibility());
          button.click();
        };
        const watching = new MutationObserver(look);
        watching.observe(document.body, { childList: true, subtree: true });
      }),
    text,
  );

/** What a report says, as far as it can be read on a page as it is. */
interface Shown {
  readonly lead: string;
  readonly findings: readonly (readonly [cause: string, tally: string])[];
  readonly evidence: readonly string[];
}

const dataIn = (document: string): ReportData =>
  JSON.parse(
    /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(document)?.[1] ?? '',
  );

const told = (data: ReportData): Shown => {
  const examples = data.groups.map(({ example }) => data.verdicts[example]!);
  return {
    lead: data.headline,
    findings: data.groups.map(({ cause, tally, sureness }) => [cause, `${tally} ${sureness}`]),
    evidence: examples.flatMap(({ evidence }) =>
      evidence.map(([, text]) => data.texts[text] ?? ''),
    ),
  };
};

const shownOn = (page: Page): Promise<Shown> =>
  page.evaluate(() => {
    const text = (element: Element | null | undefined): string =>
      (element?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
    const findings = [...document.querySelectorAll('.finding')].map((finding) => {
      const meta = text(finding.querySelector('.meta'));
      const cause = text(finding.querySelector('.id'));
      return [cause, meta.slice(0, meta.length - cause.length).trim()] as const;
    });
    const evidence = [...document.querySelectorAll('.finding .evidence li')].map((item) => {
      const words = item.lastElementChild;
      return text(words)
        .slice(text(words?.querySelector('em')).length)
        .trim();
    });
    return { lead: text(document.querySelector('.lead')), findings, evidence };
  });
