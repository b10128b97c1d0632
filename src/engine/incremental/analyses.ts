/**
 * Analyses of whole files, and what of the last one an edit leaves standing. A network's findings stay when the edit
 * is inside of functions that never ran for it: its trace notes which functions of the program ran. Whatever else
 * could have a say (other files, the module's own statements, marks that traces leave) must be as it was.
 */

import type { Session } from "../analysis/session.ts";
import type { AnalyzeOptions, FileAnalysis } from "../contract/engine.types.ts";
import type { ModuleNode } from "../syntax/ast.ts";
import type { NotingHost } from "./answers.ts";
import { type LocalChanges, localChanges, outlineOf } from "./changes.ts";
import { analysisOf, Carrier, type Findings } from "./findings.ts";
import { Survey, type Surveyed } from "./survey.ts";
import { readAlike } from "./text.ts";

export interface AnalysesOptions {
  readonly host: NotingHost;
  /** The file's module as it is now; undefined when it cannot be read. */
  readonly read: (file: string) => { readonly node: ModuleNode; readonly text: string } | undefined;
  /** Why a file that has a text cannot be read, as what follows its name. */
  readonly problem: (file: string) => string | undefined;
  readonly open: (file: string, isCancelled: () => boolean) => Session | string;
}

/** Analyses that are remembered; the one longest unused goes first. */
const REMEMBERED = 8;

export class Analyses {
  private readonly known = new Map<string, Findings>();
  /** Files whose networks leave something to each other, so that they are traced in their order. */
  private readonly ordered = new Set<string>();

  constructor(private readonly options: AnalysesOptions) {}

  analyze(file: string, asked: AnalyzeOptions): FileAnalysis {
    const before = this.known.get(file);
    this.known.delete(file);
    const changes = before && this.changesSince(file, before);
    const carrier = before && changes ? new Carrier(before, changes, asked.inputs ?? {}) : undefined;
    const whole = this.carriedWhole(file, carrier);
    if (whole) return whole;
    const { sight: _, ...inOrder } = asked;
    const options = this.ordered.has(file) ? inOrder : asked;
    let found = this.surveyed(file, options, carrier);
    if (found === "carried") found = this.surveyed(file, options, undefined);
    if (found === "order") {
      this.ordered.add(file);
      found = this.surveyed(file, inOrder, undefined);
    }
    if (asked.isCancelled?.() && before && !this.known.has(file)) this.remember(file, before);
    return typeof found === "object" ? analysisOf(file, found) : nothing(file, this.options.problem(file));
  }

  /** What was found of a file is not built upon. */
  forget(file: string): void {
    this.known.delete(file);
    this.ordered.delete(file);
    this.options.host.answers = undefined;
  }

  /** A file may have changed although its version has not: analyses that looked at it from outside do not stand. */
  invalidate(file: string): void {
    for (const [name, { answers }] of this.known) {
      if (name !== file && answers.concern(file)) this.known.delete(name);
    }
  }

  /** The changes since, if they may leave anything standing. */
  private changesSince(file: string, before: Findings): LocalChanges | undefined {
    const { host, read } = this.options;
    host.answers = undefined;
    // A package's text says which of its modules are names of its own.
    if (/(^|\/)__init__\.py$/.test(file) || !before.answers.holds(host.real, file)) return undefined;
    const module = read(file);
    if (!module || !readAlike(before.outline.text, module.text)) return undefined;
    return localChanges(before.outline, outlineOf(module.node, module.text));
  }

  /** No code changed: all is as before, at other places. */
  private carriedWhole(file: string, carrier: Carrier | undefined): FileAnalysis | undefined {
    if (!carrier?.before.isWhole || carrier.changes.changed.size > 0) return undefined;
    const module = this.options.read(file);
    const findings = module && carrier.all(module.node, outlineOf(module.node, module.text));
    if (!findings) return undefined;
    this.remember(file, findings);
    return analysisOf(file, findings);
  }

  /** Undefined when the file cannot be read. */
  private surveyed(
    file: string,
    options: AnalyzeOptions,
    carrier: Carrier | undefined,
  ): Surveyed | undefined {
    const { host, read, open } = this.options;
    const answers = host.begin();
    const module = read(file);
    const session = module && open(file, options.isCancelled ?? never);
    if (!module || session === undefined || typeof session === "string") return undefined;
    const outline = outlineOf(module.node, module.text);
    const survey = new Survey(session, options);
    const findings = survey.run({ outline, answers }, carrier);
    host.answers = undefined;
    if (typeof findings === "object" && survey.isAlone()) this.remember(file, findings);
    return findings;
  }

  private remember(file: string, findings: Findings): void {
    this.known.set(file, findings);
    const [oldest] = this.known.keys();
    if (this.known.size > REMEMBERED && oldest !== undefined) this.known.delete(oldest);
  }
}

const never = (): boolean => false;

function nothing(file: string, problem: string | undefined): FileAnalysis {
  const at = { file, line: 1, column: 1 };
  const told = problem && { severity: "error" as const, code: "limit", message: `this file ${problem}`, at };
  return { file, reports: [], failures: [], sites: [], diagnostics: told ? [told] : [] };
}
