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
import { formOf } from "./forms.ts";
import { cutAt, indentOf, longer, unitOf } from "./place.ts";
import type { Between, CallSite, SiteInstance } from "./site.ts";
import type { Import } from "./spelling.ts";
import { betweenOf, firstReaders, type Readers } from "./surroundings.ts";

export interface RewriteSource {
  readonly trace: () => TracedNetwork | FailureReason;
  /** The file's other networks, which may share its lines. */
  readonly others: () => readonly TracedNetwork[];
  readonly read: (file: string) => string | undefined;
  /** Profiles the network again with these edits made, on this input. */
  readonly retrace: (edits: readonly TextEdit[], input: readonly string[]) => RewriteTotals;
}

/** Files that no user edits. */
const INSTALLED = /\/(site-packages|dist-packages|node_modules)\//;

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
  const others = sites.size > 0 ? source.others().map(rowsOf) : [];

  const edits: TextEdit[] = [];
  const imports: (Import & { readonly file: string })[] = [];
  const layers: string[] = [];
  for (const [key, names] of sites) {
    const result = rewriteSite(key, network, others, chosen, options, source.read);
    if ("reason" in result) refused.push({ layers: names, reason: result.reason });
    else {
      edits.push(result.edit);
      imports.push(...result.imports.map((each) => ({ ...each, file: result.edit.at.file })));
      layers.push(...result.layers);
    }
  }
  if (edits.length === 0) return { ok: false, reason: whyNothing(refused) };
  edits.push(...importEdits(imports));
  const simulated = simulateNetwork(source.trace, { swap: layers });
  if (!simulated.ok) return simulated;
  const rewrite: Rewrite = {
    ...{ network: report.network, edits: inOrder(edits), layers, refused },
    never_run: simulated.simulation.never_run,
    traced: source.retrace(edits, inputTexts(report)),
    simulated: totalsOf(simulated.simulation.after),
  };
  return { ok: true, rewrite };
}

function whyNothing(refused: readonly RewriteRefusal[]): string {
  if (refused.length === 0) return "there is no convolution to swap";
  return refused.map(({ layers, reason }) => `${layers.join(", ")}: ${reason}`).join("; ");
}

export function totalsOf({ totals: { macs, params } }: Report): RewriteTotals {
  return { macs, params };
}

interface Network {
  readonly report: Report;
  readonly rows: readonly PricedRow[];
  readonly readers: Readers;
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

interface SiteRewrite {
  readonly edit: TextEdit;
  readonly layers: readonly string[];
  readonly imports: readonly Import[];
}

function rewriteSite(
  key: string,
  network: Network,
  others: readonly (readonly PricedRow[])[],
  chosen: ReadonlySet<string>,
  { stem = false }: RewriteOptions,
  read: (file: string) => string | undefined,
): SiteRewrite | { readonly reason: string } {
  const rows = network.rows.filter(({ layer }) => placeKey(layer.at) === key);
  const [first] = rows;
  const { framework, language } = network.report;
  if (!first || framework === null) return { reason: "its framework is not known" };
  const { at, type } = first.layer;
  if (INSTALLED.test(at.file)) return { reason: "it is made in an installed package" };
  const text = read(at.file);
  const call = text === undefined ? undefined : cutAt(text, at);
  if (text === undefined || call === undefined) return { reason: "the call that makes it cannot be read" };

  // A line changes every layer that it makes: those that can be swapped are, the stem where it was asked for.
  const wanted = rows.filter(
    ({ layer }) => layer.swappable || (chosen.has(layer.name) && layer.separable_macs !== null),
  );
  const instances = rows.map((row) => instanceOf(row, wanted.includes(row)));
  const foreign = others
    .flat()
    .filter(
      ({ layer }) =>
        placeKey(layer.at) === key && !layer.swappable && !(stem && layer.separable_macs !== null),
    )
    .map((row) => instanceOf(row, false));
  const forms = wanted.map((row) => {
    const conv = row.ops.find(({ geometry }) => geometry !== undefined);
    return conv && betweenOf(conv, network.readers, language, read);
  });
  if (
    forms.some(
      (form) => (form === undefined) !== (forms[0] === undefined) || form?.vectors !== forms[0]?.vectors,
    )
  )
    return { reason: "a batch norm follows only some of the layers that this line makes" };

  const site: CallSite = {
    ...{ at, framework, type, language, text: call.inside, source: text },
    ...{ before: call.before, behind: call.behind },
    indent: indentOf(text, at),
    unit: unitOf(text, language),
    rank: first.layer.kernel?.length ?? 2,
    between: mostCommon(forms),
    instances: [...instances, ...foreign, ...idleInstances(network.report, key)].filter(
      ({ kernel }) => kernel.length > 0,
    ),
  };
  const form = formOf(site);
  if ("reason" in form) return form;
  const place = form.behind ? longer(at, call, form.behind) : at;
  return {
    edit: { at: place, text: form.text },
    layers: wanted.map(({ layer }) => layer.name),
    imports: form.imports ?? [],
  };
}

/** What the line makes and does not run: it is swapped with the others. */
function idleInstances({ never_run: idle = [] }: Report, key: string): readonly SiteInstance[] {
  return idle
    .filter(({ at }) => placeKey(at) === key)
    .map((layer) => ({
      name: layer.name,
      wanted: layer.separable_params !== null,
      inChannels: layer.in_channels ?? 0,
      outChannels: layer.out_channels ?? 0,
      groups: layer.groups ?? 1,
      kernel: layer.kernel ?? [],
      ...{ stride: [], padding: [], dilation: [], bias: layer.bias ?? false },
    }));
}

function instanceOf({ layer }: PricedRow, wanted: boolean): SiteInstance {
  return {
    name: layer.name,
    wanted,
    inChannels: layer.in_channels ?? 0,
    outChannels: layer.out_channels ?? 0,
    groups: layer.groups ?? 1,
    kernel: layer.kernel ?? [],
    stride: layer.stride ?? [],
    padding: layer.padding ?? [],
    dilation: layer.dilation ?? [],
    bias: layer.bias ?? false,
  };
}

function mostCommon(forms: readonly (Between | undefined)[]): Between | undefined {
  const counts = new Map<string, { form: Between | undefined; count: number }>();
  for (const form of forms) {
    const key = form ? `${form.normOptions} ${form.activation}(${form.options})` : "";
    const entry = counts.get(key) ?? { form, count: 0 };
    entry.count++;
    counts.set(key, entry);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.form;
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** A line for each module, in front of the import that is there. */
function importEdits(imports: readonly (Import & { readonly file: string })[]): TextEdit[] {
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
