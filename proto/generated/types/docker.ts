// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.

/**
 * Layer, parent and the configuration to run the image with.
 * `docker.spec.v1.ImageManifest`.
 */
export interface DockerImageManifest {
  id?: string | undefined;
  parent?: string | undefined;
  comment?: string | undefined;
  created?: string | undefined;
  container?: string | undefined;
  container_config?: DockerImageManifestConfig | undefined;
  docker_version?: string | undefined;
  author?: string | undefined;
  config?: DockerImageManifestConfig | undefined;
  architecture?: string | undefined;
  os?: string | undefined;
  Size?: number | undefined;
}

/** `docker.spec.v1.ImageManifest.Config`. */
export interface DockerImageManifestConfig {
  Hostname?: string | undefined;
  Entrypoint?: string[] | undefined;
  Env?: string[] | undefined;
  User?: string | undefined;
  Cmd?: string[] | undefined;
  WorkingDir?: string | undefined;
  Image?: string | undefined;
  Labels?: { [key: string]: string } | undefined;
}
