import { defineConfig } from 'vite';

/** The page is served below /app/, by masters, agents and frameworks alike. */
export default defineConfig({
  base: '/app/',
  build: {
    outDir: '../dist/ui',
    emptyOutDir: true,
    target: 'es2022',
    // Every file by its own address: the page's policy allows no inline scripts, styles or data.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
});
