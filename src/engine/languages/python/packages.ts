/** Installed packages, as an environment's folder names them: `keras-2.15.0.dist-info`, `Keras-2.2.4-py3.6.egg-info`. */

export interface InstalledPackage {
  /** As `packageName` writes it. */
  readonly name: string;
  readonly version: string;
  /** The folder that tells of it. */
  readonly info: string;
}

const INFO = /^(.+?)-([^-]+?)(?:-py[\d.]+)?\.(?:dist|egg)-info$/;

/** `huggingface-hub`, `huggingface_hub` and `Huggingface.Hub` are one package. */
export function packageName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/** Those among the names of a folder of packages. */
export function packagesAmong(names: readonly string[]): readonly InstalledPackage[] {
  return names.flatMap((info) => {
    const [, name, version] = INFO.exec(info) ?? [];
    return name === undefined || version === undefined ? [] : [{ name: packageName(name), version, info }];
  });
}
