/** Where a browser is, on machines that have one; CI installs it. */
import { existsSync } from 'node:fs';

export const chromiumPath: string | undefined = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync);
