import { defineConfig } from 'vite';

/** Absolute path of a page beside this file. */
function entry(name: string): string {
  return decodeURIComponent(new URL(name, import.meta.url).pathname);
}

/** One for each kind of node: masters have `index`. */
const PAGES = ['index', 'agent', 'framework', 'marathon'];

/** The page is served below /app/, by masters, agents and frameworks alike. */
export default defineConfig({
  base: '/app/',
  build: {
    outDir: '../dist/ui',
    // The build empties it, but for what tests import.
    emptyOutDir: false,
    target: 'es2022',
    // Every file by its own address: the page's policy allows no inline scripts, styles or data.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: { input: Object.fromEntries(PAGES.map((name) => [name, entry(`${name}.html`)])) },
  },
  worker: { format: 'es' },
});
