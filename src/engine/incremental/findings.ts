/** What an analysis found, network by network; how it is carried over an edit, and how it is told. */

import { entryOf } from "../base/table.ts";
import type { Failure, FileAnalysis } from "../contract/engine.types.ts";
import type { Place, Report, ReportDiagnostic } from "../contract/report.ts";
import type { Root } from "../discovery/entryPoints.ts";
import { directivesNear } from "../inputs/candidates.ts";
import type { Around } from "../report/build.ts";
import { sitesOf } from "../report/sites.ts";
import type { FunctionNode, ModuleNode } from "../syntax/ast.ts";
import { place } from "../syntax/place.ts";
import type { Answers } from "./answers.ts";
import type { LocalChanges, Outline } from "./changes.ts";
import { moved, movedReport } from "./moved.ts";

export type Inputs = Readonly<Record<string, readonly string[]>>;

/** One root: its report or why there is none, and the functions that ran for it. */
export interface Finding {
  readonly network: string;
  readonly kind: Root["kind"];
  readonly at: Place;
  readonly input: readonly string[] | undefined;
  readonly outcome: { readonly report: Report } | Failure;
  readonly around: Around;
  readonly ran: ReadonlySet<FunctionNode>;
  /** What its trace took of what the file's networks may take together. */
  readonly steps: number;
  /** It makes something else than a network. */
  readonly isOther: boolean;
  /** The user, or what other networks had taken, ended it: another run may come further. */
  readonly isCutShort: boolean;
}

export interface Findings {
  readonly outline: Outline;
  /** What the host said of other files. */
  readonly answers: Answers;
  readonly networks: readonly Finding[];
  /** No network is missing because the user did not wait for it. */
  readonly isWhole: boolean;
  /** What would be networks but for arguments that nothing gives. */
  readonly near: FileAnalysis["failures"];
  readonly signatures: NonNullable<FileAnalysis["signatures"]>;
  /** The program imports a framework. */
  readonly meetsFramework: boolean;
  readonly syntax: readonly ReportDiagnostic[];
  /** What the module's own statements said. */
  readonly said: readonly ReportDiagnostic[];
  /** Functions that ran for all networks alike: in the module's statements, and in search of calls. */
  readonly ranForAll: ReadonlySet<FunctionNode>;
  /** Functions that are looked into for calls. */
  readonly free: readonly string[];
}

/** What an analysis tells; a part of one has neither signatures nor a word on the program's imports. */
type Told = Pick<Findings, "networks" | "near" | "syntax" | "said"> &
  Partial<Pick<Findings, "signatures" | "meetsFramework">>;

export function analysisOf(file: string, findings: Told): FileAnalysis {
  const { networks, near, syntax, said, signatures = [], meetsFramework = true } = findings;
  const reports = networks.flatMap(({ outcome }) => ("report" in outcome ? [outcome.report] : []));
  const failed = networks.flatMap(({ outcome, isOther }) =>
    "report" in outcome || isOther ? [] : [outcome],
  );
  return {
    file,
    reports,
    failures: [...failed, ...near],
    sites: reports.flatMap((report) => sitesOf(report, file)),
    calls: networks.flatMap(({ around }) => around.calls),
    parts: networks.flatMap(({ around }) => around.parts),
    diagnostics: distinct([
      ...syntax,
      ...said,
      ...failed.flatMap(({ problem }) => problem ?? []),
      ...reports.flatMap((report) => report.diagnostics),
    ]),
    ...(signatures.length > 0 && { signatures }),
    ...(!meetsFramework && reports.length === 0 && { isPlain: true as const }),
  };
}

export function syntaxErrors({ errors }: ModuleNode): readonly ReportDiagnostic[] {
  return errors.map(({ at, message }) => ({ severity: "error", code: "syntax", message, at: place(at) }));
}

/** Carries findings over an edit. */
export class Carrier {
  private readonly networks: ReadonlyMap<string, Finding>;

  constructor(
    readonly before: Findings,
    readonly changes: LocalChanges,
    private readonly inputs: Inputs,
  ) {
    this.networks = new Map(before.networks.map((finding) => [keyOf(finding), finding]));
  }

  /** All findings, where no code changed. */
  all(node: ModuleNode, outline: Outline): Findings | undefined {
    const { before } = this;
    const syntax = syntaxErrors(node);
    const names = before.networks.map(({ network }) => network);
    const networks = before.networks.map((finding) => this.finding(finding, syntax, names));
    const near = this.placed(before.near);
    const isAlike = near?.every((failure, index) => this.isToldAlike(before.near[index]!.at, failure.at));
    if (!isAlike) return undefined;
    const said = this.placed(before.said);
    if (!near || !said || !networks.every((finding) => finding !== undefined)) return undefined;
    return { ...before, outline, networks, near, syntax, said, ranForAll: this.functions(before.ranForAll) };
  }

  /** What was found of a root, if the edit has nothing to do with it. */
  finding(
    root: Pick<Finding, "network" | "kind">,
    syntax: readonly ReportDiagnostic[],
    networks: readonly string[],
  ): Finding | undefined {
    const known = this.networks.get(keyOf(root));
    const isSame =
      known !== undefined &&
      !known.isCutShort &&
      known.input?.join("\n") === entryOf(this.inputs, root.network)?.join("\n") &&
      !this.touches(known.ran);
    if (!isSame) return undefined;
    const at = this.placed(known.at);
    const { outcome } = known;
    const now = "report" in outcome ? this.report(outcome.report, syntax, networks) : this.placed(outcome);
    const around = this.placed(known.around);
    if (!at || !now || !around || !this.isToldAlike(known.at, at)) return undefined;
    return { ...known, at, outcome: now, around, ran: this.functions(known.ran) };
  }

  /** Do the comments above a root say what they said? */
  private isToldAlike(before: Place, now: Place): boolean {
    const said = directivesNear(this.before.outline.node, before.line);
    return said.join("\n") === directivesNear(this.changes.now, now.line).join("\n");
  }

  private report(
    report: Report,
    syntax: readonly ReportDiagnostic[],
    networks: readonly string[],
  ): Finding["outcome"] | undefined {
    const now = movedReport(report, this.changes, { syntax, networks });
    return now && { report: now };
  }

  /** Is a function among these that changed, as it was or as it is? */
  touches(functions: ReadonlySet<FunctionNode>): boolean {
    return [...this.changes.changed].some((fn) => functions.has(fn));
  }

  /** The same data with the file's places as they are now. */
  placed<T>(data: T): T | undefined {
    return moved(data, this.before.outline.node.file, this.changes);
  }

  private functions(before: ReadonlySet<FunctionNode>): ReadonlySet<FunctionNode> {
    const { renewed } = this.changes;
    return renewed.size === 0 ? before : new Set([...before].map((fn) => renewed.get(fn) ?? fn));
  }
}

function keyOf({ network, kind }: Pick<Finding, "network" | "kind">): string {
  return `${kind} ${network}`;
}

function distinct(diagnostics: readonly ReportDiagnostic[]): ReportDiagnostic[] {
  const seen = new Map<string, ReportDiagnostic>();
  for (const problem of diagnostics) {
    const key = `${problem.at.file}:${problem.at.line}:${problem.at.column}:${problem.message}`;
    if (!seen.has(key)) seen.set(key, problem);
  }
  return [...seen.values()];
}
