/**
 * Puts the swap into the source: every constructor call that makes chosen convolutions becomes the framework's own
 * depthwise separable form. A call that makes several layers changes all of them; one that also makes layers which
 * must stay is guarded by a condition on its arguments, or left alone with the reason.
 */
import type { FailureReason } from "../../engine.types.ts";
import { buildReport } from "../../report/build.ts";
import type { Place, Report } from "../../report/contract.ts";
import { type PricedRow, priceLayers } from "../../report/layers.ts";
import { placeKey } from "../../report/places.ts";
import { inputTexts } from "../resize.ts";
import { eligibleLayers } from "../simulate.ts";
import { simulateNetwork, type TracedNetwork } from "../simulation.ts";
import type {
  Rewrite,
  RewriteOptions,
  RewriteRefusal,
  RewriteResult,
  RewriteTotals,
  TextEdit,
} from "./contract.ts";
import type { Flag } from "./flag.ts";
import { cutAt, withLineEnds, withPlainLines } from "./place.ts";
import { type FileImport, type Network, rewriteSite } from "./sites.ts";
import { firstReaders } from "./surroundings.ts";

export interface RewriteSource {
  readonly trace: () => TracedNetwork | FailureReason;
  /** The file's other networks, which may share its lines. */
  readonly others: () => readonly TracedNetwork[];
  readonly read: (file: string) => string | undefined;
  /** Other files of the program. */
  readonly around: (file: string) => readonly string[];
  /** Profiles the network again with these edits made, on this input. */
  readonly retrace: (edits: readonly TextEdit[], input: readonly string[]) => RewriteTotals;
}

export function rewriteNetwork(source: RewriteSource, options: RewriteOptions): RewriteResult {
  const traced = source.trace();
  if ("reason" in traced) return { ok: false, reason: traced.reason };
  const report = buildReport(traced.source);
  const network: Network = {
    report,
    rows: rowsOf(traced),
    readers: firstReaders(traced.source.trace.ops),
  };
  const { chosen, refused } = choose(report, options);
  const sites = new Map<string, string[]>();
  for (const row of network.rows) {
    if (chosen.has(row.layer.name)) append(sites, placeKey(row.layer.at), row.layer.name);
  }
  const others = sites.size > 0 ? source.others().filter(isApartFrom(traced)).map(rowsOf) : [];

  const edits: TextEdit[] = [];
  const imports: FileImport[] = [];
  const layers: string[] = [];
  const flags = new Map<string, Flag>();
  const { around } = source;
  const read = (file: string): string | undefined => {
    const text = source.read(file);
    return text === undefined ? undefined : withPlainLines(text);
  };
  for (const [key, names] of sites) {
    const result = rewriteSite(key, { ...{ network, others, chosen, options, flags }, read, around });
    const reason =
      "reason" in result ? result.reason : edits.some(crosses(result.edits)) ? CROSSED : undefined;
    if ("reason" in result || reason !== undefined) refused.push({ layers: names, reason: reason ?? "" });
    else {
      edits.push(...result.edits.filter((edit) => !edits.some((other) => isSame(edit, other))));
      imports.push(...result.imports);
      layers.push(...result.layers);
    }
  }
  if (edits.length === 0) return { ok: false, reason: whyNothing(refused) };
  edits.push(...importEdits(imports));
  const simulated = simulateNetwork(source.trace, { swap: layers });
  if (!simulated.ok) return simulated;
  const own = inOrder(edits).flatMap((edit) => {
    const text = source.read(edit.at.file) ?? "";
    return withLineEnds(text, [edit]).map((one) => ({ ...one, replaces: cutAt(text, one.at)?.inside ?? "" }));
  });
  const rewrite: Rewrite = {
    ...{ network: report.network, edits: own, layers, refused },
    never_run: simulated.simulation.never_run,
    traced: source.retrace(own, inputTexts(report)),
    simulated: totalsOf(simulated.simulation.after),
  };
  return { ok: true, rewrite };
}

const CROSSED = "its line changes with that of another layer: rewrite them one after the other";

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

function whyNothing(refused: readonly RewriteRefusal[]): string {
  if (refused.length === 0) return "there is no convolution to swap";
  return refused.map(({ layers, reason }) => `${layers.join(", ")}: ${reason}`).join("; ");
}

export function totalsOf({ totals: { macs, params } }: Report): RewriteTotals {
  return { macs, params };
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
