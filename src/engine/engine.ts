/** The engine: files in, reports out. It keeps parsed files between calls and nothing else. */
import type {
  Engine,
  FailureReason,
  FileAnalysis,
  LayerSite,
  ModelHost,
  ProfileOptions,
  ProfileResult,
} from "./engine.types.ts";
import { ModuleCache } from "./interpret/modules.ts";
import { python } from "./interpret/python/semantics.ts";
import type { Semantics } from "./interpret/semantics.ts";
import { typescript } from "./interpret/typescript/semantics.ts";
import type { Place, Report, ReportDiagnostic } from "./report/contract.ts";
import { place } from "./report/convert.ts";
import type { Root } from "./roots.ts";
import type { SimulationOptions, SimulationResult } from "./separable/contract.ts";
import type { RewriteOptions, RewriteResult, RewriteTotals, TextEdit } from "./separable/rewrite/contract.ts";
import { withEdits } from "./separable/rewrite/place.ts";
import { type RewriteSource, rewriteNetwork, totalsOf } from "./separable/rewrite/rewrite.ts";
import { simulateNetwork } from "./separable/simulation.ts";
import { Session } from "./session.ts";
import { DEFAULT_SETTINGS, type EngineSettings } from "./settings.ts";
import type { Language } from "./syntax/ast.ts";
import type { Parsers } from "./syntax/parser.ts";

export interface EngineOptions {
  readonly parsers: Parsers;
  readonly host: ModelHost;
  readonly settings?: Partial<EngineSettings>;
}

const SEMANTICS: Readonly<Record<Language, Semantics>> = { python, typescript };

export function createEngine({ parsers, host, settings: given }: EngineOptions): Engine {
  const settings: EngineSettings = { ...DEFAULT_SETTINGS, ...given };
  const cache = new ModuleCache(
    host,
    (file, text, before) => parsers.parse(file, text, before),
    (node) => SEMANTICS[node.language],
  );

  function open(file: string, isCancelled: () => boolean): Session | string {
    const compiled = cache.get(file);
    if (!compiled) return `${file} cannot be read`;
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

  return {
    profile: (file, options = {}) => profileOne(open(file, options.isCancelled ?? never), options),
    analyze: (file, options = {}) =>
      analyzeAll(open(file, options.isCancelled ?? never), file, options.inputs ?? {}),
    simulate: (file, options) => simulateOne(open(file, options.isCancelled ?? never), options),
    rewrite: (file, options) => {
      const opened = open(file, options.isCancelled ?? never);
      const retrace = (edits: readonly TextEdit[], input: readonly string[]): RewriteTotals => {
        const edited = createEngine({ parsers, settings, host: withEdits(host, edits) });
        const result = edited.profile(file, { ...options, input });
        return result.ok ? totalsOf(result.report) : { macs: null, params: null };
      };
      return rewriteOne(opened, { read: (name) => host.read(name), retrace }, options);
    },
    networks: (file) => {
      const session = open(file, never);
      if (typeof session === "string") return [];
      return session.roots().roots.map(({ name, at }) => ({ name, at: place(at) }));
    },
    invalidate: (file) => cache.forget(file),
  };
}

const never = (): boolean => false;

function profileOne(session: Session | string, options: ProfileOptions): ProfileResult {
  if (typeof session === "string") return { ok: false, reason: session, networks: [], diagnostics: [] };
  const { roots, near } = session.roots();
  const networks = roots.map(({ name }) => name);
  const fail = (reason: string): ProfileResult => ({
    ok: false,
    reason,
    networks,
    diagnostics: diagnosticsOf(session),
  });
  const root = options.model === undefined ? (roots[0] ?? near.at(-1)) : session.resolve(options.model);
  if (!root) return fail("no network was found");
  if ("reason" in root) return fail(root.reason);
  const outcome = session.profile(root, options);
  return "reason" in outcome ? fail(outcome.reason) : { ok: true, report: outcome.report };
}

function simulateOne(
  session: Session | string,
  options: ProfileOptions & SimulationOptions,
): SimulationResult {
  const root = rootOf(session, options.model);
  if ("reason" in root) return { ok: false, reason: root.reason };
  const { session: opened, root: chosen } = root;
  return simulateNetwork((input) => opened.trace(chosen, { ...options, ...(input && { input }) }), options);
}

function rewriteOne(
  session: Session | string,
  files: Pick<RewriteSource, "read" | "retrace">,
  options: ProfileOptions & RewriteOptions,
): RewriteResult {
  const found = rootOf(session, options.model);
  if ("reason" in found) return { ok: false, reason: found.reason };
  const { session: opened, root } = found;
  return rewriteNetwork(
    {
      ...files,
      trace: () => opened.trace(root, options),
      others: () =>
        opened.roots().roots.flatMap((other) => {
          if (other === root) return [];
          const traced = opened.trace(other, {});
          return "reason" in traced ? [] : [traced];
        }),
    },
    options,
  );
}

function rootOf(
  session: Session | string,
  model: string | undefined,
): { readonly session: Session; readonly root: Root } | FailureReason {
  if (typeof session === "string") return { reason: session };
  const { roots, near } = session.roots();
  const root = model === undefined ? (roots[0] ?? near.at(-1)) : session.resolve(model);
  if (!root) return { reason: "no network was found" };
  return "reason" in root ? root : { session, root };
}

function analyzeAll(
  session: Session | string,
  file: string,
  inputs: Readonly<Record<string, readonly string[]>>,
): FileAnalysis {
  if (typeof session === "string") return { file, reports: [], failures: [], sites: [], diagnostics: [] };
  const { roots, near } = session.roots();
  const reports: Report[] = [];
  const failures: { network: string; at: Place; reason: string }[] = [];
  for (const root of roots) {
    const input = inputs[root.name];
    const outcome = session.profile(root, input ? { input } : {});
    if ("report" in outcome) reports.push(outcome.report);
    else failures.push({ network: root.name, at: place(root.at), reason: outcome.reason });
  }
  for (const { name, at, needs } of near) {
    failures.push({ network: name, at: place(at), reason: `needs ${needs.join(", ")}` });
  }
  const diagnostics = distinct([
    ...diagnosticsOf(session),
    ...reports.flatMap((report) => report.diagnostics),
  ]);
  return { file, reports, failures, sites: reports.flatMap((report) => sitesOf(report, file)), diagnostics };
}

function diagnosticsOf(session: Session): ReportDiagnostic[] {
  return session
    .diagnostics()
    .map(({ severity, message, code, at }) => ({ severity, message, code, at: place(at) }));
}

/** The lines of this file that make layers of this network. A layer made in another file counts where it was asked for. */
function sitesOf(report: Report, file: string): LayerSite[] {
  const sites = new Map<string, { at: Place; network: string; layers: number[] }>();
  for (const [index, layer] of report.layers.entries()) {
    const at = [layer.at, ...[...layer.path].reverse()].find((candidate) => candidate.file === file);
    if (!at) continue;
    const key = `${at.line}:${at.column}`;
    const site = sites.get(key) ?? { at, network: report.network, layers: [] };
    site.layers.push(index);
    sites.set(key, site);
  }
  return [...sites.values()];
}

function distinct(diagnostics: readonly ReportDiagnostic[]): ReportDiagnostic[] {
  const seen = new Map<string, ReportDiagnostic>();
  for (const problem of diagnostics) {
    const key = `${problem.at.file}:${problem.at.line}:${problem.at.column}:${problem.message}`;
    if (!seen.has(key)) seen.set(key, problem);
  }
  return [...seen.values()];
}
