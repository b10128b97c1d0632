/**
 * The engine's files as a TypeScript project has them: what is open or known to tsserver comes from its snapshots,
 * unsaved text included, all else is read as the project reads it. Nothing is added to the project by looking.
 */
import type ts from "typescript";
import type { HostAnswers, HostCall } from "./bridge.ts";
import { createResolver, type ResolveModule } from "./resolve.ts";

/** What an analysis was made from. */
export interface Sources {
  /** Versions of the files that were read. */
  readonly versions: Map<string, string | undefined>;
  /** Something was looked for and not there; it may come. */
  missed: boolean;
}

export interface ProjectHost {
  /** Takes up the project as it is now. To be called in a request: between requests, TypeScript is not to be moved. */
  prepare(): void;
  /** Answers the engine, and notes what that was made from. */
  answer(call: HostCall, sources: Sources): HostAnswers[HostCall["kind"]];
  /** Changes with anything in the project. */
  projectVersion(): string | undefined;
  version(file: string): string | undefined;
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
  let resolver: { readonly version: string | undefined; readonly resolve: ResolveModule } | undefined;

  /** A file that tsserver has in its hands; the project's own `getScriptSnapshot` would take up any other, too. */
  const script = (file: string): ts.server.ScriptInfo | undefined => {
    const known = project.projectService.getScriptInfo(file);
    return known && (known.isScriptOpen() || known.isAttached(project)) ? known : undefined;
  };

  const version = (file: string): string | undefined => {
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
    version,
    text,
    projectVersion,
    prepare() {
      const now = projectVersion();
      if (resolver && now !== undefined && resolver.version === now) return;
      const references = info.languageService.getProgram()?.getResolvedProjectReferences() ?? [];
      resolver = { version: now, resolve: createResolver({ typescript, host, references }) };
    },
    answer(call, sources) {
      switch (call.kind) {
        case "source": {
          const found = version(call.file);
          sources.versions.set(call.file, found);
          const isKnown = found !== undefined && found === call.known;
          return isKnown ? { version: found } : { version: found, text: text(call.file) };
        }
        case "isFile": {
          const found = exists(call.file);
          if (!found) sources.missed = true;
          return found;
        }
        case "isDirectory":
          return host.directoryExists?.(call.file) ?? false;
        case "resolve": {
          const file = resolver?.resolve(call.specifier, call.from);
          if (file === undefined) sources.missed = true;
          return file;
        }
      }
    },
  };
}
