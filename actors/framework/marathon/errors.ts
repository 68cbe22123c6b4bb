/** Refusals as clients are told of them (spec: marathon.md §1.1). */
import type { Problem } from './model/schema.ts';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.body = { message, ...more };
  }
}

/** Problems by place: `[{path, errors}]`. */
function detailsOf(problems: readonly Problem[]): { path: string; errors: string[] }[] {
  const byPath = new Map<string, string[]>();
  for (const { path, error } of problems) byPath.set(path, [...(byPath.get(path) ?? []), error]);
  return [...byPath].map(([path, errors]) => ({ path, errors }));
}

/** 400: JSON of another shape than expected. */
export function wrongShape(problems: readonly Problem[]): ApiError {
  return new ApiError(400, 'Invalid JSON', { details: detailsOf(problems) });
}

/** 422: what it says cannot be. Clients of before 1.0 read `errors`. */
export function notValid(problems: readonly Problem[]): ApiError {
  const errors = problems.map(({ path, error }) => ({
    attribute: path.replace(/^\//, '').replaceAll('/', '.'),
    error,
  }));
  return new ApiError(422, 'Object is not valid', { details: detailsOf(problems), errors });
}

export function noApp(id: string, version?: string): ApiError {
  return new ApiError(
    404,
    `App '${id}' does not exist${version === undefined ? '' : ` in version ${version}`}`,
  );
}

export function noGroup(id: string, version?: string): ApiError {
  return new ApiError(
    404,
    `Group '${id}' does not exist${version === undefined ? '' : ` in version ${version}`}`,
  );
}

export function noPod(id: string): ApiError {
  return new ApiError(404, `Pod '${id}' does not exist`);
}

/** 409: deployments have what a write would change. */
export function locked(ids: readonly string[]): ApiError {
  return new ApiError(
    409,
    "App is locked by one or more deployments. Override with the option '?force=true'. View details at '/v2/deployments/<DEPLOYMENT_ID>'.",
    { deployments: ids.map((id) => ({ id })) },
  );
}
