/** What volumes may say (spec: marathon.md §12, §27). */
import type { App, AppVolume } from './app.ts';
import type { Problem } from './schema.ts';
import { constraintProblem } from './validateConstraints.ts';

/** @param features switched on by `--enable_features` */
export function validateVolumes(app: App, features: ReadonlySet<string>, problems: Problem[]): void {
  const volumes = app.container?.volumes ?? [];
  volumes.forEach((volume, index) => {
    for (const { path, error } of problemsOf(app, volume, features))
      problems.push({ path: `/container/volumes(${index})${path}`, error });
  });
  const paths = volumes.map(({ containerPath }) => containerPath);
  if (new Set(paths).size < paths.length)
    problems.push({ path: '/container/volumes', error: 'container paths must be unique' });
}

function problemsOf(app: App, volume: AppVolume, features: ReadonlySet<string>): Problem[] {
  const { containerPath, hostPath, persistent, external, secret } = volume;
  const problems: Problem[] = [];
  if (containerPath === '') problems.push({ path: '/containerPath', error: 'must not be empty' });
  const kinds = [hostPath, persistent, external, secret].filter((each) => each !== undefined);
  if (kinds.length !== 1)
    problems.push({ path: '', error: 'must be exactly one of hostPath, persistent, external and secret' });
  if (persistent !== undefined) problems.push(...persistentProblems(volume));
  if (secret !== undefined && app.container?.type === 'DOCKER')
    problems.push({ path: '/secret', error: 'is only supported with type MESOS' });
  if (external === undefined) return problems;
  if (!features.has('external_volumes'))
    problems.push({
      path: '',
      error: 'Feature external_volumes is not enabled. Enable with --enable_features external_volumes',
    });
  if (external.name === '') problems.push({ path: '/external/name', error: 'must not be empty' });
  if (external.provider !== 'dvdi' && external.provider !== 'csi')
    problems.push({ path: '/external/provider', error: `is unknown: '${external.provider}'` });
  if (external.provider === 'dvdi' && external.options['dvdi/driver'] === undefined)
    problems.push({ path: '/external/options', error: "must contain 'dvdi/driver'" });
  if (external.shared !== true && app.instances > 1)
    problems.push({ path: '', error: 'only allows one instance of the app, unless it is shared' });
  return problems;
}

function persistentProblems({ containerPath, mode, persistent }: AppVolume): Problem[] {
  const problems: Problem[] = [];
  if (containerPath.includes('/') || containerPath === '.' || containerPath === '..')
    problems.push({
      path: '/containerPath',
      error: `must be the name of a folder in the sandbox, got '${containerPath}'`,
    });
  if (mode !== 'RW') problems.push({ path: '/mode', error: 'must be RW' });
  if (persistent === undefined) return problems;
  const { type, size, maxSize, profileName, constraints } = persistent;
  if (size <= 0) problems.push({ path: '/persistent/size', error: `got ${size}, expected more than 0` });
  if (type === 'root' && constraints.length > 0)
    problems.push({
      path: '/persistent/constraints',
      error: 'Constraints on root volumes are not supported',
    });
  for (const constraint of type === 'root' ? [] : constraints) {
    const [field, operator] = constraint;
    const error = constraintProblem(constraint);
    if (error !== undefined) problems.push({ path: '/persistent/constraints', error });
    else if (field !== 'path' || !['LIKE', 'UNLIKE', 'IS'].includes(operator))
      problems.push({
        path: '/persistent/constraints',
        error: 'must be about path, with LIKE, UNLIKE or IS',
      });
  }
  if (maxSize !== undefined && type !== 'mount')
    problems.push({ path: '/persistent/maxSize', error: 'Only mount volumes can have maxSize' });
  if (profileName !== undefined && type === 'root')
    problems.push({
      path: '/persistent/profileName',
      error: 'Only path and mount volumes can have a profileName',
    });
  return problems;
}
