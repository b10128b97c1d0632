/**
 * One session over a file, root by root: each is carried over from the analysis before or traced, what the user looks at
 * first.
 */

import type { Session } from "../analysis/session.ts";
import { entryOf } from "../base/table.ts";
import type { AnalyzeOptions } from "../contract/engine.types.ts";
import type { Root } from "../discovery/entryPoints.ts";
import { failureOf } from "../discovery/failure.ts";
import type { FunctionNode } from "../syntax/ast.ts";
import { place } from "../syntax/place.ts";
import { analysisOf, type Carrier, type Finding, type Findings, syntaxErrors } from "./findings.ts";
import { LastingState } from "./lasting.ts";
import { mostWanted } from "./sight.ts";

/**
 * What was found; or why it must be sought again: what was carried over does not go with what this session found, or the
 * networks have to be traced in their order.
 */
export type Surveyed = Findings | "carried" | "order";

export class Survey {
  private readonly lasting: LastingState;
  /** Imports that spoke before the first root was traced. */
  private spoken = 0;

  constructor(
    private readonly session: Session,
    private readonly options: AnalyzeOptions,
  ) {
    this.lasting = new LastingState((value) => session.isNetwork(value));
  }

  run(from: Pick<Findings, "outline" | "answers">, carrier: Carrier | undefined): Surveyed {
    const { session } = this;
    const { roots, near } = session.roots();
    this.lasting.note(session.lastingModules());
    this.spoken = session.modules.spoken;
    const found = {
      ...from,
      near: [
        ...near.map(({ name, at, needs }) => ({
          network: name,
          at: place(at),
          reason: `needs ${needs.join(", ")}`,
        })),
        ...(roots.length + near.length > 0 ? [] : session.lost()).map(({ name, at, reason }) => ({
          network: name,
          at: place(at),
          reason,
        })),
      ],
      syntax: syntaxErrors(session.node),
      said: session
        .diagnostics()
        .filter(({ code }) => code !== "syntax")
        .map(({ severity, message, code, at }) => ({ severity, message, code, at: place(at) })),
      free: session.freeFunctions(),
    };
    if (carrier && !this.isAsBefore(carrier, found)) return "carried";
    const networks = this.networks(roots, carrier, found.syntax);
    if (typeof networks === "string") return networks;
    if (carrier && !this.isAlone()) return "carried";
    const { meetsFramework } = session;
    const signatures = [...roots, ...near].flatMap((root) => {
      const text = session.signature(root);
      return text === undefined ? [] : [{ network: root.name, text }];
    });
    return {
      ...found,
      networks,
      meetsFramework,
      signatures,
      isWhole: networks.length === roots.length,
      ranForAll: ownFunctions(session.ranForAll, from.outline.node.file),
    };
  }

  /** In the order of the roots, whatever was looked at first; those that the user did not wait for are missing. */
  private networks(
    roots: readonly Root[],
    carrier: Carrier | undefined,
    syntax: Findings["syntax"],
  ): readonly Finding[] | "carried" | "order" {
    const { isCancelled, sight, onPart } = this.options;
    const names = roots.map(({ name }) => name);
    const done = new Map<Root, Finding>();
    for (const root of roots) {
      const kept = carrier?.finding({ network: root.name, kind: root.kind }, syntax, names);
      if (kept) {
        this.session.charge(kept.steps);
        done.set(root, kept);
      }
    }
    const waiting = roots.filter((root) => !done.has(root));
    const tell = (networks: readonly Finding[]): void => {
      const pending = waiting.map(({ name, at }) => ({ network: name, at: place(at) }));
      const part = analysisOf(this.session.node.file, { networks, near: [], syntax: [], said: [] });
      onPart?.({ ...part, pending });
    };
    if (waiting.length > 0) tell([]);
    const mayChoose = sight && this.isAlone();
    let isInOrder = true;
    while (waiting.length > 0 && !isCancelled?.()) {
      const chosen = mayChoose ? mostWanted(waiting, sight()) : 0;
      if (chosen > 0) isInOrder = false;
      const [root] = waiting.splice(chosen, 1);
      if (!root) break;
      const finding = this.trace(root);
      if (isCancelled?.()) break;
      // What others had taken by then decides, and that hangs on the order.
      if (finding.isCutShort && carrier) return "carried";
      if (!isInOrder && (finding.isCutShort || !this.isAlone())) return "order";
      done.set(root, finding);
      if (waiting.length > 0) tell([finding]);
    }
    return roots.flatMap((root) => done.get(root) ?? []);
  }

  /** Did what is the same for all networks go as it did before the edit? */
  private isAsBefore(carrier: Carrier, found: Pick<Findings, "said" | "free">): boolean {
    const { before } = carrier;
    return (
      !carrier.touches(before.ranForAll) &&
      !carrier.touches(this.session.ranForAll) &&
      before.free.join() === found.free.join() &&
      JSON.stringify(carrier.placed(before.said)) === JSON.stringify(found.said)
    );
  }

  /**
   * Did no trace leave anything behind that another could meet or would have been told in its place, and nothing cut
   * short what all depend on?
   */
  isAlone(): boolean {
    const { isCutShort, modules } = this.session;
    return !isCutShort && modules.spoken === this.spoken && this.lasting.isUnchanged();
  }

  private trace(root: Root): Finding {
    const { session } = this;
    const input = entryOf(this.options.inputs ?? {}, root.name);
    const { outcome, ran, steps, isCutShort } = session.observe(root, input ? { input } : {});
    this.lasting.note(session.lastingModules());
    return {
      network: root.name,
      kind: root.kind,
      at: place(root.at),
      input,
      outcome: "report" in outcome ? { report: outcome.report } : failureOf(root, outcome),
      around: "report" in outcome ? outcome.around() : { calls: [], parts: [] },
      isOther: "reason" in outcome && outcome.code === "no-network",
      ran: ownFunctions(ran, session.node.file),
      steps,
      isCutShort,
    };
  }
}

/** Functions of other files need no note: those files are the same, or nothing stands. */
function ownFunctions(functions: ReadonlySet<FunctionNode>, file: string): ReadonlySet<FunctionNode> {
  return new Set([...functions].filter(({ at }) => at.file === file));
}
