/**
 * The engine's files as a TypeScript project has them: what is open or known to tsserver comes from its snapshots,
 * unsaved text included, all else is read as the project reads it. Nothing is added to the project by looking.
 */
import type ts from "typescript";
import type { ModelHost } from "../engine/engine.types.ts";
import { createResolver, type ResolveModule } from "./resolve.ts";

/** What an analysis was made from. */
export interface Sources {
  /** Versions of the files that were read. */
  readonly versions: ReadonlyMap<string, string | undefined>;
  /** Something was looked for and not there; it may come. */
  readonly missed: boolean;
}

export interface ProjectHost extends ModelHost {
  /** Runs `work` and notes what it reads. */
  noting<T>(work: () => T): { readonly result: T; readonly sources: Sources };
  /** Changes with anything in the project. */
  projectVersion(): string | undefined;
  text(file: string): string | undefined;
}

/** Model code is far smaller. */
const MAX_LENGTH = 4 * 1024 * 1024;
const READABLE = /\.(?:[cm]?[jt]sx?|json)$/;

export function createProjectHost(
  typescript: typeof ts,
  info: Pick<
    ts.server.PluginCreateInfo,
    "languageServiceHost" | "serverHost" | "project" | "languageService"
  >,
): ProjectHost {
  const { languageServiceHost: host, serverHost, project } = info;
  let versions = new Map<string, string | undefined>();
  let missed = false;
  let resolver: { readonly version: string | undefined; readonly resolve: ResolveModule } | undefined;

  /** A file that tsserver has in its hands; the project's own `getScriptSnapshot` would take up any other, too. */
  const script = (file: string): ts.server.ScriptInfo | undefined => {
    const known = project.projectService.getScriptInfo(file);
    return known && (known.isScriptOpen() || known.isAttached(project)) ? known : undefined;
  };

  const versionOf = (file: string): string | undefined => {
    const known = script(file);
    if (known) return known.getLatestVersion();
    const time = serverHost.getModifiedTime?.(file);
    return time && `disk:${time.getTime()}`;
  };

  const exists = (file: string): boolean =>
    READABLE.test(file) && (script(file) !== undefined || host.fileExists(file));

  const text = (file: string): string | undefined => {
    const snapshot = script(file)?.getSnapshot();
    if (snapshot)
      return snapshot.getLength() > MAX_LENGTH ? undefined : snapshot.getText(0, snapshot.getLength());
    const read = READABLE.test(file) ? host.readFile(file) : undefined;
    return read !== undefined && read.length <= MAX_LENGTH ? read : undefined;
  };

  const projectVersion = (): string | undefined => host.getProjectVersion?.();

  return {
    searchPaths: [],
    text,
    projectVersion,
    read: text,
    isFile(file) {
      const found = exists(file);
      if (!found) missed = true;
      return found;
    },
    isDirectory: (file) => host.directoryExists?.(file) ?? false,
    list: () => [],
    version(file) {
      const version = versionOf(file);
      versions.set(file, version);
      return version;
    },
    resolve(specifier, from) {
      const version = projectVersion();
      if (!resolver || resolver.version !== version || version === undefined) {
        const program = () => info.languageService.getProgram();
        resolver = { version, resolve: createResolver({ typescript, host, program }) };
      }
      const file = resolver.resolve(specifier, from);
      if (file === undefined) missed = true;
      return file;
    },
    noting(work) {
      versions = new Map();
      missed = false;
      const result = work();
      return { result, sources: { versions, missed } };
    },
  };
}
