// BUILD_DIR lets a part of the tree be compiled and tested beside the main build.
export default {
  files: [`${process.env.BUILD_DIR ?? 'dist'}/tests/**/*.test.js`],
  // Without any test ending: several conditions may be waited for in a row (tests/support/until.ts).
  timeout: '20m',
  concurrency: 2,
  // Processes: a thread that ends closes the descriptors which it believes to have left open, those of named pipes too, whose
  // numbers are another test's by then.
  workerThreads: false,
};
