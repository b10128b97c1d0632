/**
 * The proof of a rewrite: the edited program is traced again and must be the network that was simulated. What cannot be
 * proved is not written; where some of its lines are to blame, the others are.
 */
import type { Place, Report } from "../../contract/report.ts";
import type { RewriteWarning, TextEdit } from "../../contract/rewrite.ts";
import { newDiagnostics } from "../newDiagnostics.ts";
import { placeBefore } from "./place.ts";

/** Why a rewritten program is not what it should be, and the line to blame. */
export interface Fault {
  readonly reason: string;
  readonly at?: Place;
}

/** Undefined where the edited program is traced, costs what was simulated and has nothing new to say. */
export function faultOf(
  before: Report,
  simulated: Report,
  again: Report | Fault,
  edits: readonly TextEdit[],
): Fault | undefined {
  const blamed = (reason: string, at: Place | undefined): Fault => ({
    reason,
    ...(at && { at: placeBefore(at, edits) }),
  });
  if ("reason" in again) return blamed(`the rewritten code could not be traced: ${again.reason}`, again.at);
  // An assertion that fails in the network leaves its totals unknown; others are the program's own tests.
  const added = newDiagnostics(before, again).find(({ code }) => code !== "assertion");
  if (added) return blamed(`with it the rewritten code has a fault: ${added.message}`, added.at);
  const [now, promised] = [again.totals, simulated.totals];
  if (!isSame(now.macs, promised.macs) || !isSame(now.params, promised.params)) {
    const figures = ({ macs: cost, params: weights }: Report["totals"]): string =>
      `${cost ?? "unknown"} MACs and ${weights ?? "unknown"} parameters`;
    return { reason: `the rewritten code would have ${figures(now)}, not ${figures(promised)} as simulated` };
  }
  return JSON.stringify(again.output) === JSON.stringify(simulated.output)
    ? undefined
    : { reason: "the rewritten code would give an output of another shape" };
}

/** Why no change of a network can be checked: what it costs is not known before. */
export function whyUnchecked({ network, totals, diagnostics }: Report): Fault | undefined {
  if (totals.macs !== null && totals.params !== null) return undefined;
  const said = diagnostics.find(({ severity }) => severity !== "info");
  const reason = `what ${network} costs is not known${said ? ` (${said.message})` : ""}, so no change of it can be checked`;
  return { reason, ...(said && { at: said.at }) };
}

/** The program's own tests that fail now, such as one that counts the parameters. */
export function failedTests(before: Report, again: Report, edits: readonly TextEdit[]): RewriteWarning[] {
  return newDiagnostics(before, again)
    .filter(({ code }) => code === "assertion")
    .map(({ at, message }) => ({
      message: `a test of the program fails with the change: ${message}`,
      at: placeBefore(at, edits),
    }));
}

/** Unknown is never the same as unknown. */
function isSame(one: number | null, other: number | null): boolean {
  return one !== null && one === other;
}

export interface Proved<Site, Proof> {
  /** Of all sites that can be rewritten together; undefined where none can. */
  readonly proved: Proof | undefined;
  readonly faults: readonly (Fault & { readonly sites: readonly Site[] })[];
}

/** The sites whose rewrite is proved; halves of what is not are tried by themselves. */
export function provedSites<Site, Proof extends { readonly ok: true }>(
  sites: readonly Site[],
  prove: (some: readonly Site[]) => Proof | Fault,
): Proved<Site, Proof> {
  let tries = 0;
  const search = (some: readonly Site[]): Proved<Site, Proof> & { readonly sites: readonly Site[] } => {
    if (some.length === 0) return { proved: undefined, sites: [], faults: [] };
    tries++;
    const whole = prove(some);
    if (!("reason" in whole)) return { proved: whole, sites: some, faults: [] };
    if (some.length === 1 || tries >= MOST_TRIES)
      return { proved: undefined, sites: [], faults: [{ ...whole, sites: some }] };
    const middle = Math.ceil(some.length / 2);
    const [left, right] = [search(some.slice(0, middle)), search(some.slice(middle))];
    const faults = [...left.faults, ...right.faults];
    if (!left.proved || !right.proved) {
      const found = left.proved ? left : right;
      return { ...found, faults };
    }
    const both = [...left.sites, ...right.sites];
    const together = prove(both);
    if (!("reason" in together)) return { proved: together, sites: both, faults };
    return { ...left, faults: [...faults, { ...together, sites: right.sites }] };
  };
  const { proved, faults } = search(sites);
  return { proved, faults };
}

/** Each one traces the network twice. */
const MOST_TRIES = 24;
