/** One session over a file, root by root: each is traced, or carried over from the analysis before. */

import type { Session } from "../analysis/session.ts";
import { entryOf } from "../base/table.ts";
import type { Root } from "../discovery/entryPoints.ts";
import { failureOf } from "../discovery/failure.ts";
import type { FunctionNode } from "../syntax/ast.ts";
import { place } from "../syntax/place.ts";
import { type Carrier, type Finding, type Findings, type Inputs, syntaxErrors } from "./findings.ts";
import { LastingState } from "./lasting.ts";

export class Survey {
  private readonly lasting: LastingState;
  /** Imports that spoke before the first root was traced. */
  private spoken = 0;

  constructor(
    private readonly session: Session,
    private readonly inputs: Inputs,
  ) {
    this.lasting = new LastingState((value) => session.isNetwork(value));
  }

  /** Undefined when findings were carried over that do not go with what this session found. */
  run(from: Pick<Findings, "outline" | "answers">, carrier: Carrier | undefined): Findings | undefined {
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
    if (carrier && !this.isAsBefore(carrier, found)) return undefined;
    const names = roots.map(({ name }) => name);
    const networks = roots.map((root) => {
      const kept = carrier?.finding({ network: root.name, kind: root.kind }, found.syntax, names);
      if (kept) session.charge(kept.steps);
      return kept ?? this.trace(root);
    });
    if (carrier && !this.isAlone()) return undefined;
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
      ranForAll: ownFunctions(session.ranForAll, from.outline.node.file),
    };
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
    const input = entryOf(this.inputs, root.name);
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
