// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as v1 from './v1.ts';

/**
 * Libraries with the modules to load from each.
 * `mesos.Modules`.
 */
export interface Modules {
  libraries?: ModulesLibrary[] | undefined;
}

/** `mesos.Modules.Library`. */
export interface ModulesLibrary {
  file?: string | undefined;
  name?: string | undefined;
  modules?: ModulesLibraryModule[] | undefined;
}

/** `mesos.Modules.Library.Module`. */
export interface ModulesLibraryModule {
  name?: string | undefined;
  parameters?: v1.Parameter[] | undefined;
}
