/**
 * Module resolution as the project does it: path mapping, package exports, and project references, whose outputs
 * stand for their sources, whether they were built or not.
 */
import type ts from "typescript";

export type ResolveModule = (specifier: string, from: string) => string | undefined;

export interface ResolveOptions {
  readonly typescript: typeof ts;
  readonly host: ts.LanguageServiceHost;
  /** The program's. */
  readonly references: readonly (ts.ResolvedProjectReference | undefined)[];
}

const DECLARATION = /\.d\.([cm]?)ts$/;

/** For one state of the project: what was resolved once is kept. */
export function createResolver(options: ResolveOptions): ResolveModule {
  const { typescript, host } = options;
  const references = flatten(options.references);
  const sources = outputsToSources(typescript, references);
  const known = new Map<string, string | undefined>();

  const realpath = (file: string): string => host.realpath?.(file) ?? file;
  /** The source that a referenced project would build this file from; packages are linked into node_modules. */
  const sourceOf = (file: string): string | undefined => {
    const linked = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)(\/.*)$/.exec(file);
    return sources.get(linked ? `${realpath(linked[1] ?? "")}${linked[2]}` : file);
  };
  const resolutionHost: ts.ModuleResolutionHost = {
    fileExists: (file) => host.fileExists(file) || (sources.size > 0 && sourceOf(file) !== undefined),
    readFile: (file) => host.readFile(file),
    realpath,
    getCurrentDirectory: () => host.getCurrentDirectory(),
  };
  /** A file of a referenced project is read with that project's own options. */
  const optionsFor = (file: string): ts.CompilerOptions =>
    references.find(({ commandLine }) => commandLine.fileNames.includes(file))?.commandLine.options ??
    host.getCompilationSettings();

  function resolve(specifier: string, from: string): string | undefined {
    const { resolvedModule } = typescript.resolveModuleName(
      specifier,
      from,
      optionsFor(from),
      resolutionHost,
    );
    const file = resolvedModule?.resolvedFileName;
    if (file === undefined || !DECLARATION.test(file)) return file;
    const script = file.replace(DECLARATION, ".$1js");
    return sourceOf(file) ?? (host.fileExists(script) ? script : undefined);
  }

  return (specifier, from) => {
    const key = `${from}\0${specifier}`;
    if (!known.has(key)) known.set(key, resolve(specifier, from));
    return known.get(key);
  };
}

function flatten(
  references: readonly (ts.ResolvedProjectReference | undefined)[],
  found = new Set<ts.ResolvedProjectReference>(),
): ts.ResolvedProjectReference[] {
  for (const reference of references) {
    if (!reference || found.has(reference)) continue;
    found.add(reference);
    flatten(reference.references ?? [], found);
  }
  return [...found];
}

function outputsToSources(
  typescript: typeof ts,
  references: readonly ts.ResolvedProjectReference[],
): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const { commandLine } of references) {
    const ignoreCase = !typescript.sys.useCaseSensitiveFileNames;
    for (const file of commandLine.fileNames.filter((name) => !DECLARATION.test(name))) {
      for (const output of typescript.getOutputFileNames(commandLine, file, ignoreCase)) {
        sources.set(output, file);
      }
    }
  }
  return sources;
}
