// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.

/**
 * Name, labels, annotations and program of an image.
 * `appc.spec.ImageManifest`.
 */
export interface AppcImageManifest {
  acKind: string;
  acVersion: string;
  name: string;
  labels?: AppcImageManifestLabel[] | undefined;
  app?: AppcImageManifestApp | undefined;
  annotations?: AppcImageManifestAnnotation[] | undefined;
  dependencies?: AppcImageManifestDependency[] | undefined;
}

/** `appc.spec.ImageManifest.Label`. */
export interface AppcImageManifestLabel {
  name: string;
  value: string;
}

/** `appc.spec.ImageManifest.Environment`. */
export interface AppcImageManifestEnvironment {
  name: string;
  value: string;
}

/** `appc.spec.ImageManifest.App`. */
export interface AppcImageManifestApp {
  exec?: string[] | undefined;
  workingDirectory?: string | undefined;
  environment?: AppcImageManifestEnvironment[] | undefined;
}

/** `appc.spec.ImageManifest.Annotation`. */
export interface AppcImageManifestAnnotation {
  name: string;
  value: string;
}

/** `appc.spec.ImageManifest.Dependency`. */
export interface AppcImageManifestDependency {
  imageName: string;
  imageID?: string | undefined;
  labels?: AppcImageManifestLabel[] | undefined;
  size?: number | undefined;
}
