/**
 * Puts the swap into the source: every constructor call that makes chosen convolutions becomes the framework's own
 * depthwise separable form. A call that makes several layers changes all of them; one that also makes layers which
 * must stay is guarded by a condition on its arguments, or left alone with the reason.
 */

import type { Place, Report } from "../../contract/report.ts";
import {
  type CopiedHelper,
  REWRITE_STYLES,
  type Rewrite,
  type RewriteOptions,
  type RewriteRefusal,
  type RewriteResult,
  type RewriteStyle,
  type SourceEdit,
  type TextEdit,
} from "../../contract/rewrite.ts";
import type { FailureReason } from "../../interpret/bounded.ts";
import { escapePattern } from "../../interpret/patterns/escape.ts";
import { buildReport } from "../../report/build.ts";
import { type PricedRow, priceLayers } from "../../report/layers.ts";
import { placeKey } from "../../report/places.ts";
import { inputTexts } from "../resize.ts";
import { eligibleLayers } from "../simulate.ts";
import { simulateNetwork, type TracedNetwork } from "../simulation.ts";
import { type Copies, copiesFor, type NoCopy } from "./copies.ts";
import type { Flag } from "./flag.ts";
import { helperEdits } from "./helper.ts";
import {
  changedOthers,
  NONE_ABROAD,
  networksAbroad,
  type OthersSource,
  totalsOf,
  unseenOthers,
} from "./others.ts";
import { cutAt, withLineEnds, withPlainLines } from "./place.ts";
import { type Fault, failedTests, faultOf, type Proved, provedSites, whyUnchecked } from "./proof.ts";
import {
  callsOf,
  type FileImport,
  INSTALLED,
  kindsOf,
  type Network,
  rewriteSite,
  type SiteRewrite,
} from "./sites.ts";
import { firstReaders } from "./surroundings.ts";
import { biasLoop, type NamedLayer, type ProgramText, readOf, type Use, withoutWords } from "./uses.ts";
import { loadWarnings, renamedWeights } from "./weights.ts";

export interface RewriteSource {
  readonly trace: () => TracedNetwork | FailureReason;
  /** The file's other networks, which may share its lines. */
  readonly others: () => readonly TracedNetwork[];
  readonly read: (file: string) => string | undefined;
  /** Networks of another file of the program. */
  readonly networksOf: OthersSource["networksOf"];
  /** Other files of the program. */
  readonly around: (file: string) => readonly string[];
  /** Profiles the network again with these edits made, on this input. */
  readonly retrace: OthersSource["retrace"];
}

/** A call to rewrite, with the chosen layers that it makes. */
type PlannedSite = SiteRewrite & { readonly key: string; readonly names: readonly string[] };

type Proof = Omit<Rewrite, "network" | "sources" | "style" | "refused" | "others" | "copies"> & {
  readonly ok: true;
};

/** `isTrial`: only what is refused is asked for, so that other networks are not traced again. */
export function rewriteNetwork(
  source: RewriteSource,
  options: RewriteOptions & { readonly isTrial?: boolean },
): RewriteResult {
  const traced = source.trace();
  if ("reason" in traced) return { ok: false, reason: traced.reason };
  const report = buildReport(traced.source);
  const network: Network = {
    report,
    rows: rowsOf(traced),
    readers: firstReaders(traced.source.trace.ops),
  };
  const { chosen, refused } = choose(report, options);
  const unchecked = chosen.size > 0 ? whyUnchecked(report) : undefined;
  if (unchecked) return nothing([...refused, { layers: [...chosen], ...unchecked }]);
  const sites = new Map<string, string[]>();
  for (const row of network.rows) {
    if (chosen.has(row.layer.name)) append(sites, placeKey(row.layer.at), row.layer.name);
  }
  const { around } = source;
  const read = (file: string): string | undefined => {
    const text = source.read(file);
    return text === undefined ? undefined : withPlainLines(text);
  };
  const apart = sites.size > 0 ? source.others().filter(isApartFrom(traced)) : [];
  // Networks of other files are asked for where it matters what becomes of them: a trial is for this one alone.
  const abroad =
    sites.size > 0 && (options.only || !options.isTrial)
      ? networksAbroad(traced, report, { ...source, read })
      : NONE_ABROAD;
  const all = [...apart, ...abroad.networks.filter(isApartFrom(traced))];
  const others = (options.only ? all : apart).map(rowsOf);
  const texts = programTexts(report, { read, around });
  const isTorch = report.framework === "torch";
  const loop = isTorch ? biasLoop(texts, { file: report.file, classes: classesOf(traced) }) : undefined;
  const useOf = (layers: readonly string[]): Use | undefined =>
    network.rows
      .filter(({ layer }) => isTorch && layers.includes(layer.name))
      .map(namedLayer)
      .map((layer) => readOf(layer, texts) ?? (layer.bias ? loop : undefined))
      .find((use) => use !== undefined);
  const copiesOf = (keys: readonly string[]): Copies | NoCopy => {
    const isHere = ({ layer }: PricedRow): boolean => keys.includes(placeKey(layer.at));
    const own = network.rows.filter(
      (row) => isHere(row) && (row.layer.swappable || chosen.has(row.layer.name)),
    );
    const files = { read, isInstalled: (file: string) => INSTALLED.test(file) };
    return copiesFor(own.map(callsOf), others.flat().filter(isHere).map(callsOf), files);
  };
  const planIn = (style: RewriteStyle, copying: boolean): Plan => {
    const plan: Plan = { style, planned: [], refused: [], ...(copying && { copiesOf }) };
    const kinds = style === "class" ? kindsOf(network, chosen, read) : undefined;
    const context = { ...{ network, others, chosen, options, read, around }, ...(kinds && { kinds }) };
    const flags = new Map<string, Flag>();
    const left = new Map(sites);
    for (const [key, names] of copying ? sites : []) {
      const copies = copiesOf([key]);
      if (!("reason" in copies)) continue;
      plan.refused.push({ layers: names, ...copies });
      left.delete(key);
    }
    const found = copying ? copiesOf([...left.keys()]) : undefined;
    const copies = found && !("reason" in found) ? { copies: found } : {};
    for (const [key, names] of left) {
      const result = rewriteSite(key, { ...context, flags, ...copies });
      const use = "reason" in result ? undefined : useOf(result.layers);
      if ("reason" in result) plan.refused.push({ layers: names, reason: result.reason });
      else if (use) plan.refused.push({ layers: names, ...use });
      else if (plan.planned.some(({ edits }) => edits.some(crosses(result.edits))))
        plan.refused.push({ layers: names, reason: CROSSED });
      else plan.planned.push({ ...result, key, names });
    }
    return plan;
  };
  const free = chosen.size > FEW_LAYERS ? REWRITE_STYLES : (["inline"] as const);
  const hasHelper = isTorch || report.framework === "keras";
  const styles = hasHelper ? (options.style ? [options.style] : free) : (["inline"] as const);
  const isShared = options.only && report.language === "python" && isMadeBy(others, sites);
  const plans = (isShared ? [true, false] : [false])
    .flatMap((copying) => styles.map((style) => planIn(style, copying)))
    .sort((one, other) => byChange(one, other, source.read));
  const prove = (plan: Plan, some: readonly PlannedSite[]): Proof | Fault => {
    const layers = some.flatMap((site) => site.layers);
    const edits = editsOf({ ...plan, planned: [...some] }, source.read);
    const simulated = simulateNetwork(source.trace, { swap: layers });
    if (!simulated.ok) return simulated;
    const { after, never_run } = simulated.simulation;
    const again = source.retrace(edits, inputTexts(report));
    const fault = faultOf(report, after, again, edits);
    if (fault || "reason" in again) return fault ?? { reason: "" };
    const totals = { traced: totalsOf(again), simulated: totalsOf(after) };
    const renamed = renamedWeights(report, again, layers);
    return {
      ok: true,
      edits,
      layers,
      never_run,
      renamed,
      warnings: [...loadWarnings(texts, renamed), ...failedTests(report, again, edits)],
      ...totals,
    };
  };
  let best: { readonly plan: Plan; readonly found: Proved<PlannedSite, Proof> } | undefined;
  for (const plan of plans) {
    const found = provedSites(plan.planned, (some) => prove(plan, some));
    const layers = found.proved?.layers.length ?? 0;
    if (!best || layers > (best.found.proved?.layers.length ?? 0)) best = { plan, found };
    if (best.found.faults.length === 0) break;
  }
  const { plan, found } = best!;
  refused.push(...plan.refused);
  for (const { sites: some, reason, at } of found.faults)
    refused.push({ layers: some.flatMap(({ names }) => names), reason, ...(at && { at }) });
  if (!found.proved) return nothing(refused);
  const { ok: _, ...rewrite } = found.proved;
  const lines = new Set(plan.planned.map(({ key }) => key));
  const changed = options.isTrial
    ? []
    : changedOthers(
        all.filter((other) => rowsOf(other).some(({ layer }) => lines.has(placeKey(layer.at)))),
        { file: report.file, edits: rewrite.edits, lines, retrace: source.retrace },
      );
  const [first] = changed;
  if (options.only && first)
    return nothing([...refused, { layers: rewrite.layers, reason: `${first.network} ${SHARED}` }]);
  const { style } = plan;
  const warnings = [...rewrite.warnings, ...unseenOthers(abroad, rewrite.edits)];
  const sources = [...new Set(rewrite.edits.map(({ at }) => at.file))].map((file) => ({
    file,
    text: read(file) ?? "",
  }));
  return {
    ok: true,
    rewrite: {
      ...{ network: report.network, style, refused, others: changed, copies: copiesIn(plan, rewrite.layers) },
      ...{ ...rewrite, sources, warnings },
    },
  };
}

function copiesIn({ planned, copiesOf }: Plan, layers: readonly string[]): readonly CopiedHelper[] {
  const made = planned.filter((site) => site.layers.every((name) => layers.includes(name)));
  const copies = copiesOf?.(made.map(({ key }) => key));
  if (!copies || "reason" in copies) return [];
  return [...copies.names].map(([{ name, file, first: line }, copy]) => ({
    ...{ name, copy },
    at: { file, line, column: 1 },
  }));
}

/** So many are written out without a class. */
const FEW_LAYERS = 3;

/** What is planned in one style, before it is proved. */
interface Plan {
  readonly style: RewriteStyle;
  readonly planned: PlannedSite[];
  readonly refused: RewriteRefusal[];
  /** Absent: no helper is copied. */
  readonly copiesOf?: (keys: readonly string[]) => Copies | NoCopy;
}

/** Do other networks make layers by these calls? */
function isMadeBy(others: readonly (readonly PricedRow[])[], sites: ReadonlyMap<string, unknown>): boolean {
  return others.some((rows) => rows.some(({ layer }) => sites.has(placeKey(layer.at))));
}

/** Fewer layers refused comes first, then copies of helpers in place of parameters, then fewer lines changed. */
function byChange(one: Plan, other: Plan, read: RewriteSource["read"]): number {
  const refused = ({ refused: all }: Plan): number => all.flatMap(({ layers }) => layers).length;
  const copies = ({ copiesOf }: Plan): number => (copiesOf ? 0 : 1);
  const lines = (plan: Plan): number =>
    editsOf(plan, read).reduce((sum, { text, replaces }) => {
      const [now, before] = [text.split("\n"), replaces.split("\n")];
      const changed = (some: readonly string[], others: readonly string[]): number =>
        some.filter((line) => !others.includes(line)).length;
      return sum + changed(now, before) + changed(before, now);
    }, 0);
  return refused(one) - refused(other) || copies(one) - copies(other) || lines(one) - lines(other);
}

const SHARED = "makes layers by the same calls, so that nothing tells them apart";

const CROSSED = "its line changes with that of another layer: rewrite them one after the other";

/** The files that the network is made in, and those of the program that import one of them. */
function programTexts(
  { file, layers }: Report,
  {
    read,
    around,
  }: { readonly read: (file: string) => string | undefined; readonly around: RewriteSource["around"] },
): readonly ProgramText[] {
  const own = new Set([file, ...layers.map(({ at }) => at.file)].filter((each) => !INSTALLED.test(each)));
  const names = [...own].map((each) => escapePattern(each.replace(/^.*\//, "").replace(/\.\w+$/, "")));
  const imports = new RegExp(`^\\s*(?:import|from)\\b.*\\b(?:${names.join("|")})\\b`, "m");
  const users = [...own].flatMap(around).filter((each) => !own.has(each) && !INSTALLED.test(each));
  return [...own, ...new Set(users)].flatMap((each) => {
    const text = read(each);
    return text !== undefined && (own.has(each) || imports.test(text))
      ? [{ file: each, text, code: withoutWords(text) }]
      : [];
  });
}

function namedLayer({ layer, ops }: PricedRow): NamedLayer {
  const caller = ops.find(({ geometry }) => geometry)?.scope?.parent?.instance.cls;
  const owners = new Set((caller?.mro ?? []).map(({ name }) => name));
  return { name: layer.name, bias: layer.bias === true, owners };
}

/** The edits of these sites, each made once, with the imports that they need. */
function editsOf(
  { planned: sites, copiesOf }: Pick<Plan, "planned" | "copiesOf">,
  read: RewriteSource["read"],
): readonly SourceEdit[] {
  const edits: TextEdit[] = [];
  for (const site of sites)
    edits.push(...site.edits.filter((edit) => !edits.some((other) => isSame(edit, other))));
  edits.push(...importEdits(sites.flatMap(({ imports }) => imports)));
  edits.push(
    ...helperEdits(
      sites.flatMap(({ needs }) => needs),
      read,
    ),
  );
  const copies = copiesOf?.(sites.map(({ key }) => key));
  const made = copies && !("reason" in copies) ? copies.made(edits) : edits;
  return inOrder(made).flatMap((edit) => {
    const text = read(edit.at.file) ?? "";
    return withLineEnds(text, [edit]).map((one) => ({ ...one, replaces: cutAt(text, one.at)?.inside ?? "" }));
  });
}

function isSame(one: TextEdit, other: TextEdit): boolean {
  return one.text === other.text && placeKey(one.at) === placeKey(other.at);
}

/** Does an edit change what one of these changes too? */
function crosses(edits: readonly TextEdit[]): (edit: TextEdit) => boolean {
  const starts = ({ line, column }: Place): number => line * COLUMNS + column;
  const ends = ({ line, column, end_line = line, end_column = column }: Place): number =>
    end_line * COLUMNS + end_column;
  return ({ at }) =>
    edits.some(({ at: own }) => own.file === at.file && starts(own) < ends(at) && starts(at) < ends(own));
}

/** More than a line has. */
const COLUMNS = 1e6;

function nothing(refused: readonly RewriteRefusal[]): RewriteResult {
  if (refused.length === 0) return { ok: false, reason: "there is no convolution to swap" };
  const at = refused.find((refusal) => refusal.at)?.at;
  const reason = refused.map(({ layers, reason: why }) => `${layers.join(", ")}: ${why}`).join("; ");
  return { ok: false, reason, refused, ...(at && { at }) };
}

/** A network that is a block of this one changes with it: its first layer is no stem here. */
function isApartFrom({ source }: TracedNetwork): (other: TracedNetwork) => boolean {
  const blocks = new Set([...source.names.keys()].map(({ cls }) => cls.name));
  return (other) => !blocks.has(other.source.network);
}

function rowsOf({ source }: TracedNetwork): readonly PricedRow[] {
  const { trace, names, inputs, batch } = source;
  return priceLayers({ ops: trace.ops, names, inputs, batch });
}

/** The names of the classes of all modules in the network, with their ancestors'. */
function classesOf({ source }: TracedNetwork): ReadonlySet<string> {
  return new Set([...source.names.keys()].flatMap(({ cls }) => cls.mro.map(({ name }) => name)));
}

function choose(report: Report, { layers, stem = false }: RewriteOptions) {
  const eligible = eligibleLayers(report, stem || layers !== "all" ? "swap" : "keep");
  const names = new Set(report.layers.filter((_, index) => eligible.has(index)).map(({ name }) => name));
  if (layers === "all") return { chosen: names, refused: [] as RewriteRefusal[] };
  const refused = layers
    .filter((name) => !names.has(name))
    .map((name): RewriteRefusal => {
      const found = report.layers.find((layer) => layer.name === name);
      return { layers: [name], reason: found?.not_swappable ?? "There is no such convolution." };
    });
  return { chosen: new Set(layers.filter((name) => names.has(name))), refused };
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** A line for each module, in front of the import that is there. */
function importEdits(imports: readonly FileImport[]): TextEdit[] {
  const places = new Map<string, Place>();
  const modules = new Map<string, Map<string, Set<string>>>();
  for (const { file, line, from, name } of imports) {
    const at: Place = { file, line, column: 1, end_line: line, end_column: 1 };
    const key = placeKey(at);
    places.set(key, at);
    const own = modules.get(key) ?? new Map<string, Set<string>>();
    modules.set(key, own.set(from, (own.get(from) ?? new Set<string>()).add(name)));
  }
  return [...places].map(([key, at]) => ({
    at,
    text: [...(modules.get(key) ?? [])]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([from, names]) => `from ${from} import ${[...names].sort().join(", ")}\n`)
      .join(""),
  }));
}

function inOrder(edits: readonly TextEdit[]): TextEdit[] {
  return [...edits].sort((a, b) =>
    a.at.file === b.at.file
      ? a.at.line - b.at.line || a.at.column - b.at.column
      : a.at.file < b.at.file
        ? -1
        : 1,
  );
}
