// BUILD_DIR lets a part of the tree be compiled and tested beside the main build.
export default {
  files: [`${process.env.BUILD_DIR ?? 'dist'}/tests/**/*.test.js`],
  timeout: '5m',
  concurrency: 2,
  // Processes: a thread that ends closes the descriptors which it believes to have left open, those of named pipes too, whose
  // numbers are another test's by then.
  workerThreads: false,
};
