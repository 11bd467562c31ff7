import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Where Chromium is: at CHROMIUM_PATH, else in the usual places; undefined: it is not. */
export function findChromium(): string | undefined {
  const { CHROMIUM_PATH: named } = process.env;
  return (named ? [named] : USUAL_PLACES).find((path) => existsSync(path));
}

/** Chromium refuses its sandbox to root, as which build machines run. */
const ARGUMENTS = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

export const launchChromium = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: [...ARGUMENTS, '--disable-dev-shm-usage'] });

/** `describe`, or a skipped one that says why on the terminal. */
export function describeWithChromium(title: string, body: (path: string) => void): void {
  const path = findChromium();
  if (path !== undefined) {
    describe(title, () => body(path));
    return;
  }
  const where = process.env['CHROMIUM_PATH'] ?? USUAL_PLACES.slice(0, 3).join(', ');
  const reason = `needs Chromium, which is not at ${where}; install it or set CHROMIUM_PATH`;
  process.stderr.write(`skipped: ${title}: ${reason}\n`);
  describe.skip(title, () => {
    it(reason, () => undefined);
  });
}
