/** The engine: files in, reports out. Between calls it keeps parsed files and what the last analyses found. */

import { Session } from "./analysis/session.ts";
import { DEFAULT_SETTINGS, type EngineSettings } from "./analysis/settings.ts";
import type {
  AnalyzeOptions,
  Engine,
  ModelHost,
  ProfileOptions,
  ProfileResult,
} from "./contract/engine.types.ts";
import type { Place, ReportDiagnostic } from "./contract/report.ts";
import type { RewriteOptions, RewriteResult, TextEdit } from "./contract/rewrite.ts";
import type {
  RefusedLayer,
  SimulationOptions,
  SimulationResult,
  SuggestionOptions,
  SuggestionResult,
} from "./contract/separable.ts";
import type { Root } from "./discovery/entryPoints.ts";
import { failureOf } from "./discovery/failure.ts";
import { filesAround } from "./discovery/workspace.ts";
import { Analyses } from "./incremental/analyses.ts";
import { NotingHost } from "./incremental/answers.ts";
import type { FailureReason } from "./interpret/bounded.ts";
import { describeFault } from "./interpret/internal.ts";
import { ModuleCache } from "./interpret/modules.ts";
import type { Semantics } from "./interpret/semantics.ts";
import { python } from "./languages/python/semantics.ts";
import { typescript } from "./languages/typescript/semantics.ts";
import { withCells } from "./report/notebookPlaces.ts";
import { withEdits } from "./separable/rewrite/place.ts";
import { type RewriteSource, rewriteNetwork } from "./separable/rewrite/rewrite.ts";
import { simulateNetwork, type TracedNetwork, type TraceNetwork } from "./separable/simulation.ts";
import { suggestNetwork } from "./separable/suggestion.ts";
import type { Language } from "./syntax/ast.ts";
import { isNotebook } from "./syntax/notebook.ts";
import type { Parsers } from "./syntax/parser.ts";
import { place } from "./syntax/place.ts";

export interface EngineOptions {
  readonly parsers: Parsers;
  readonly host: ModelHost;
  readonly settings?: Partial<EngineSettings>;
}

const SEMANTICS: Readonly<Record<Language, Semantics>> = { python, typescript };

export function createEngine({ parsers, host: real, settings: given }: EngineOptions): Engine {
  const settings: EngineSettings = { ...DEFAULT_SETTINGS, ...given };
  const host = new NotingHost(real);
  const cache = new ModuleCache(
    host,
    (file, text, before) => parsers.parse(file, text, before),
    (node) => SEMANTICS[node.language],
  );

  function open(file: string, isCancelled: () => boolean): Session | string {
    const compiled = cache.get(file);
    if (!compiled) return `${file} ${cache.problem(file) ?? host.problem(file) ?? "cannot be read"}`;
    const { language } = compiled.node;
    const semantics = SEMANTICS[language];
    const parseArguments = (text: string) => parsers.parseArguments(language, text);
    const parseExpression = (of: Language, text: string) => parsers.parseExpression(of, text);
    return new Session({
      file,
      host,
      cache,
      semantics,
      settings,
      isCancelled,
      parseArguments,
      parseExpression,
    });
  }

  const analyses = new Analyses({
    host,
    open,
    read: (file) => cache.get(file),
    problem: (file) => cache.problem(file),
  });

  /** The answer, or what is said where a fault of the engine keeps it from one. What a file left behind is given up. */
  function answer<T>(file: string, work: () => T, otherwise: (reason: string) => T): T {
    try {
      const notebook = host.notebook(file);
      return notebook && "cells" in notebook ? withCells(file, notebook.cells, work()) : work();
    } catch (fault) {
      settings.onFault(fault, { file, line: 1 });
      cache.forget(file);
      analyses.forget(file);
      return otherwise(describeFault(fault));
    }
  }
  const failure = (reason: string) => ({ ok: false, reason }) as const;

  /** Parts of an answer about a notebook tell cells too; its cells are no lines of one screen. */
  function inCells(file: string, options: AnalyzeOptions): AnalyzeOptions {
    const notebook = host.notebook(file);
    const { onPart } = options;
    if (!(onPart && notebook && "cells" in notebook)) return options;
    const { sight: _, ...others } = options;
    return { ...others, onPart: (part) => onPart(withCells(file, notebook.cells, part)) };
  }

  function rewrite(
    file: string,
    options: ProfileOptions & RewriteOptions & { readonly isTrial?: boolean },
  ): RewriteResult {
    if (isNotebook(file))
      return failure("cells of notebooks are not rewritten: put the network into a .py file");
    const opened = open(file, options.isCancelled ?? never);
    let last: { readonly edits: readonly TextEdit[]; readonly engine: Engine } | undefined;
    const retrace: RewriteSource["retrace"] = (edits, input, network) => {
      if (last?.edits !== edits)
        last = { edits, engine: createEngine({ parsers, settings, host: withEdits(host, edits) }) };
      const own = network === undefined ? options : { model: network.name };
      const result = last.engine.profile(network?.file ?? file, { ...own, input });
      if (result.ok) return result.report;
      const at = result.failure?.problem?.at;
      return { reason: result.reason, ...(at && { at }) };
    };
    const around = (name: string): readonly string[] => filesAround(host, name);
    const networksOf: RewriteSource["networksOf"] = (name, most) => {
      const session = open(name, options.isCancelled ?? never);
      if (typeof session === "string") return [];
      const { roots } = session.roots();
      return tracesOf(session, roots.filter(({ at }) => at.file === name).slice(0, most));
    };
    const files = { read: (name: string) => host.read(name), around, networksOf, retrace };
    return rewriteOne(opened, files, options);
  }

  /** Layers that could be swapped, and that no rewrite puts into the source. */
  function refusals(file: string, options: ProfileOptions & RewriteOptions): readonly RefusedLayer[] {
    const result = rewrite(file, { ...options, isTrial: true });
    const refused = result.ok ? result.rewrite.refused : (result.refused ?? []);
    return refused.flatMap(({ layers, reason }) => layers.map((layer) => ({ layer, reason })));
  }

  function networks(file: string): readonly { readonly name: string; readonly at: Place }[] {
    const session = open(file, never);
    if (typeof session === "string") return [];
    return session.roots().roots.map(({ name, at }) => ({ name, at: place(at) }));
  }

  const simulate: Engine["simulate"] = (file, options, known) =>
    answer(
      file,
      () => {
        const { swap, stem } = options;
        const search = (): readonly RefusedLayer[] =>
          swap === "none" ? [] : refusals(file, { ...options, layers: swap, stem: stem === true });
        const refused = known ?? search();
        // In a session of its own: what the file's other networks ran would be listed as assumed for this one.
        return simulateOne(open(file, options.isCancelled ?? never), options, refused);
      },
      failure,
    );

  return {
    profile: (file, options = {}) =>
      answer(
        file,
        () => profileOne(open(file, options.isCancelled ?? never), options),
        (reason) => ({ ...failure(reason), networks: [], diagnostics: [faultAt(file, reason)] }),
      ),
    analyze: (file, options = {}) =>
      answer(
        file,
        () => analyses.analyze(file, inCells(file, options)),
        (reason) => ({ file, reports: [], failures: [], sites: [], diagnostics: [faultAt(file, reason)] }),
      ),
    simulate,
    suggest: (file, options) =>
      answer(
        file,
        () => {
          const refused = refusals(file, { ...options, layers: "all", stem: options.stem === true });
          return suggestOne(open(file, options.isCancelled ?? never), options, refused);
        },
        failure,
      ),
    rewrite: (file, options) => answer(file, () => rewrite(file, options), failure),
    networks: (file) =>
      answer(
        file,
        () => networks(file),
        () => [],
      ),
    invalidate: (file) => {
      cache.forget(file);
      analyses.invalidate(file);
    },
  };
}

/** A fault that belongs to no network is told at the top of the file. */
function faultAt(file: string, message: string): ReportDiagnostic {
  return { severity: "error", code: "internal", message, at: { file, line: 1, column: 1 } };
}

const never = (): boolean => false;

function profileOne(session: Session | string, options: ProfileOptions): ProfileResult {
  if (typeof session === "string") return { ok: false, reason: session, networks: [], diagnostics: [] };
  const networks = session.roots().roots.map(({ name }) => name);
  const fail = (reason: string) => ({
    ok: false as const,
    reason,
    networks,
    diagnostics: diagnosticsOf(session),
  });
  const chosen = choose(session, options.model, (root) => session.observe(root, options).outcome);
  if ("reason" in chosen) return fail(chosen.reason);
  const { root, result } = chosen;
  if ("report" in result) return { ok: true, report: result.report };
  return { ...fail(result.reason), failure: failureOf(root, result) };
}

interface Chosen<T> {
  readonly root: Root;
  readonly result: T | FailureReason;
}

/** The network that is asked for, else the file's main one: the first that turns out to be one when it is made. */
function choose<T extends object>(
  session: Session,
  model: string | undefined,
  make: (root: Root) => T | FailureReason,
): Chosen<T> | FailureReason {
  if (model !== undefined) {
    const root = session.resolve(model);
    return "reason" in root ? root : { root, result: make(root) };
  }
  const { roots, near } = session.roots();
  let chosen: Chosen<T> | undefined;
  for (const root of [...roots, ...near.slice(-1)]) {
    chosen = { root, result: make(root) };
    const isOther = "reason" in chosen.result && chosen.result.code === "no-network";
    if (!isOther) break;
  }
  return chosen ?? { reason: noNetwork(session) };
}

function noNetwork(session: Session): string {
  const [lost] = session.lost();
  return lost ? `no network was found; ${lost.name}: ${lost.reason}` : "no network was found";
}

function simulateOne(
  session: Session | string,
  options: ProfileOptions & SimulationOptions,
  refused: readonly RefusedLayer[],
): SimulationResult {
  const trace = tracer(session, options);
  return "reason" in trace
    ? { ok: false, reason: trace.reason }
    : simulateNetwork(trace.of, options, refused);
}

function suggestOne(
  session: Session | string,
  options: ProfileOptions & SuggestionOptions,
  refused: readonly RefusedLayer[],
): SuggestionResult {
  const trace = tracer(session, options);
  return "reason" in trace ? { ok: false, reason: trace.reason } : suggestNetwork(trace.of, options, refused);
}

/** Traces the network that `profile` shows; the trace by which it was found is the first that is asked for. */
function tracer(
  session: Session | string,
  options: ProfileOptions,
): { readonly session: Session; readonly root: Root; readonly of: TraceNetwork } | FailureReason {
  if (typeof session === "string") return { reason: session };
  const chosen = choose(session, options.model, (root) => session.trace(root, options));
  if ("reason" in chosen) return chosen;
  const { root } = chosen;
  let first: ReturnType<TraceNetwork> | undefined = chosen.result;
  const of: TraceNetwork = (input, more) => {
    const args = [options.args, more].filter(Boolean).join(", ");
    const traced = input || more ? undefined : first;
    first = undefined;
    return traced ?? session.trace(root, { ...options, ...(input && { input }), ...(more && { args }) });
  };
  return { session, root, of };
}

function rewriteOne(
  session: Session | string,
  files: Omit<RewriteSource, "trace" | "others">,
  options: ProfileOptions & RewriteOptions & { readonly isTrial?: boolean },
): RewriteResult {
  const found = tracer(session, options);
  if ("reason" in found) return { ok: false, reason: found.reason };
  const { session: opened, root, of } = found;
  return rewriteNetwork(
    {
      ...files,
      trace: () => of(),
      others: () =>
        tracesOf(
          opened,
          opened.roots().roots.filter((other) => other !== root),
        ),
    },
    options,
  );
}

function tracesOf(session: Session, roots: readonly Root[]): readonly TracedNetwork[] {
  return roots.flatMap((root) => {
    const traced = session.trace(root, {});
    return "reason" in traced ? [] : [traced];
  });
}

function diagnosticsOf(session: Session): ReportDiagnostic[] {
  return session
    .diagnostics()
    .map(({ severity, message, code, at }) => ({ severity, message, code, at: place(at) }));
}
