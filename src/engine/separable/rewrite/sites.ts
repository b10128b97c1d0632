/**
 * The rewrite of one constructor call: the swapped form for the layers that are wanted, each with the batch norm that
 * follows it, under a condition where the call makes layers that must stay, or some that no batch norm follows.
 */

import type { Place, Report } from "../../contract/report.ts";
import type { RewriteOptions, TextEdit } from "../../contract/rewrite.ts";
import type { OpRecord, Site } from "../../interpret/trace.ts";
import type { PricedRow } from "../../report/layers.ts";
import { placeKey } from "../../report/places.ts";
import type { Language } from "../../syntax/ast.ts";
import { place } from "../../syntax/place.ts";
import { annotationEdits } from "./annotation.ts";
import { type Flag, flagFor } from "./flag.ts";
import { formOf } from "./forms.ts";
import type { HelperNeed } from "./helper.ts";
import { whyOpen } from "./origin.ts";
import { cutAt, indentOf, longer, unitOf } from "./place.ts";
import { type ClassKinds, kindOf } from "./separableClass.ts";
import { type Between, type CallSite, NOT_APART, type SiteInstance } from "./site.ts";
import type { Import } from "./spelling.ts";
import { expandSpreads, givenAt } from "./spread.ts";
import { betweenOf, type Readers, toldBeside } from "./surroundings.ts";

export interface Network {
  readonly report: Report;
  readonly rows: readonly PricedRow[];
  readonly readers: Readers;
}

export interface SiteContext {
  readonly network: Network;
  /** Rows of the file's other networks. */
  readonly others: readonly (readonly PricedRow[])[];
  readonly chosen: ReadonlySet<string>;
  readonly options: RewriteOptions;
  readonly read: (file: string) => string | undefined;
  /** Other files of the program. */
  readonly around: (file: string) => readonly string[];
  /** Parameters that were added so far. */
  readonly flags: Map<string, Flag>;
  /** Kinds of batch norms and activations that the classes or functions of a file have; absent: calls are written out. */
  readonly kinds?: ReadonlyMap<string, ClassKinds>;
}

export type FileImport = Import & { readonly file: string };

export interface SiteRewrite {
  readonly edits: readonly TextEdit[];
  readonly layers: readonly string[];
  readonly imports: readonly FileImport[];
  readonly needs: readonly HelperNeed[];
}

/** Files that no user edits. */
export const INSTALLED = /\/(site-packages|dist-packages|node_modules)\//;

/** Layers that get one form. */
interface Group {
  readonly names: ReadonlySet<string>;
  readonly between: Between | undefined;
}

export function rewriteSite(key: string, context: SiteContext): SiteRewrite | { readonly reason: string } {
  const { network, others, chosen, options, read } = context;
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
  const groups = groupsOf(wanted, network, read);
  const foreign = others.flat().filter(({ layer }) => placeKey(layer.at) === key);
  const stays = ({ layer }: PricedRow): boolean =>
    options.only === true || (!layer.swappable && !(options.stem && layer.separable_macs !== null));
  const idle = idleInstances(network.report, key);
  if (groups.length > 1 && idle.length > 0)
    return { reason: "a batch norm follows only some of the layers that this line makes" };
  const instances = [
    ...rows.map((row) => withUse(instanceOf(row, wanted.includes(row), language), row, context)),
    ...foreign.filter(stays).map((row) => instanceOf(row, false, language)),
    ...idle,
  ].filter(({ kernel }) => kernel.length > 0);
  const made = [...rows, ...foreign].map((row) => instanceOf(row, false, language));
  const seen = made.map(({ caller }) => caller);
  const expandedFor = (calls: readonly SiteInstance[]): ReturnType<typeof expandSpreads> =>
    expandSpreads(
      call.inside,
      language,
      idle.length > 0 ? [undefined] : calls.map((each) => each.given),
      (name) => whyOpen(name, { at, text, before: call.before, language, seen }, context),
    );
  const forAll = expandedFor(made);
  // Layers that stay keep the call as it is, whatever it spreads for them.
  const changing = [...wanted, ...foreign.filter((row) => row.layer.swappable && !stays(row))];
  const isOthers = "reason" in forAll && framework !== "torch" && changing.length < made.length;
  const expanded = isOthers ? expandedFor(changing.map((row) => instanceOf(row, false, language))) : forAll;
  if ("reason" in expanded && framework !== "torch") return expanded;
  const site: CallSite = {
    ...{ at, framework, type, language, text: call.inside, source: text },
    plain: "reason" in expanded ? call.inside : expanded.text,
    ...{ before: call.before, behind: call.behind },
    indent: indentOf(text, at),
    unit: unitOf(text, language),
    rank: first.layer.kernel?.length ?? 2,
    between: groups[0]?.between,
    instances,
    ...(context.kinds && { kinds: context.kinds.get(kindsKey(at.file, type)) ?? [] }),
  };
  const nested = [groups, groups.toReversed()].map((order) => nestForms(site, order, context));
  const best = nested.find((each) => !("reason" in each) && each.flags.length === 0) ?? nested.find(isForm);
  if (!best || "reason" in best) {
    const reason = reasonOf(nested[0]);
    return "reason" in expanded && reason !== NOT_APART.reason ? expanded : { reason };
  }
  for (const flag of best.flags) context.flags.set(flag.key, flag);
  const form = { at: best.behind ? longer(at, call, best.behind) : at, text: best.text };
  return {
    edits: [
      form,
      ...annotationEdits(site, best.text),
      ...best.edits,
      ...best.flags.flatMap(({ edits }) => edits),
    ],
    layers: wanted.map(({ layer }) => layer.name),
    imports: best.imports.map((each) => ({ ...each, file: at.file })),
    needs: best.needs,
  };
}

function isForm(nested: Nested | { readonly reason: string }): nested is Nested {
  return !("reason" in nested);
}

function reasonOf(nested: Nested | { readonly reason: string } | undefined): string {
  return nested && "reason" in nested ? nested.reason : "the call that makes it cannot be read";
}

function groupsOf(
  wanted: readonly PricedRow[],
  { readers, report }: Network,
  read: (file: string) => string | undefined,
): readonly Group[] {
  const groups = new Map<string, { readonly names: Set<string>; readonly forms: (Between | undefined)[] }>();
  for (const row of wanted) {
    const conv = convOf(row);
    const form = conv && betweenOf(conv, readers, report.language, read);
    const key = form ? `${form.vectors} ${form.slopePerChannel ?? ""}` : "";
    const group = groups.get(key) ?? { names: new Set<string>(), forms: [] };
    group.names.add(row.layer.name);
    group.forms.push(form);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ names, forms }) => ({ names, between: mostCommon(forms) }));
}

interface KeyedFlag extends Flag {
  readonly key: string;
}

interface Nested {
  readonly text: string;
  readonly behind?: number;
  readonly imports: readonly Import[];
  readonly edits: readonly TextEdit[];
  readonly flags: readonly KeyedFlag[];
  readonly needs: readonly HelperNeed[];
}

/** The form of the first group under its condition, else that of the next one, else the call as it was. */
function nestForms(
  site: CallSite,
  groups: readonly Group[],
  context: SiteContext,
): Nested | { readonly reason: string } {
  if (groups.length > 1 && site.language !== "python")
    return { reason: "a batch norm follows only some of the layers that this line makes" };
  let result: Nested = { text: site.text, imports: [], edits: [], flags: [], needs: [] };
  const done = site.instances.filter(({ wanted }) => !wanted);
  for (const { names, between } of groups.toReversed()) {
    const own = site.instances.filter(
      ({ wanted, name }) => wanted && (groups.length === 1 || names.has(name)),
    );
    const instances = [...own, ...done.map((instance) => ({ ...instance, wanted: false }))];
    const next: CallSite = {
      ...site,
      ...{ instances, between },
      ...(result.text !== site.text && { otherwise: result.text }),
    };
    // A class reads well beside a parameter that says what is meant; a number of channels does not say it.
    const isNamed = site.kinds !== undefined || context.options.only === true;
    let form = formOf(isNamed ? { ...next, plainGuards: true } : next);
    let flag: KeyedFlag | undefined;
    if ("reason" in form && form.flaggable) {
      flag = flagOf(
        next,
        groups.length > 1 ? (between ? "norm_between" : "no_norm_between") : "separable",
        context,
      );
      if (flag) form = formOf({ ...next, flag: flag.name });
      else if (isNamed) form = formOf(next);
    }
    if ("reason" in form) return form;
    result = {
      text: form.text,
      ...(form.behind !== undefined && { behind: form.behind }),
      imports: [...result.imports, ...(form.imports ?? [])],
      edits: [...result.edits, ...(form.edits ?? [])],
      flags: flag ? [...result.flags, flag] : result.flags,
      needs: [...result.needs, ...(form.needs ?? [])],
    };
    done.push(...own);
  }
  return result;
}

/** A parameter for the function that makes them, where its calls tell the layers apart. */
function flagOf(
  site: CallSite,
  purpose: string,
  { read, flags, network }: SiteContext,
): KeyedFlag | undefined {
  if (site.language !== "python") return undefined;
  const callers = (wanted: boolean): readonly (Place | undefined)[] =>
    site.instances.filter((instance) => instance.wanted === wanted).map(({ caller }) => caller);
  const at = site.at;
  const keys = callers(true).map((caller) => (caller ? placeKey(caller) : ""));
  const key = [at.file, purpose, ...new Set(keys)].join(" ");
  const known = flags.get(key);
  if (known) return { ...known, key };
  const taken = new Set([...flags.values()].map(({ name }) => name));
  const isOurs = (file: string): boolean => !INSTALLED.test(file) && network.report.language === "python";
  const flag = flagFor(
    { at, wanted: callers(true), others: callers(false) },
    { purpose, taken },
    read,
    isOurs,
  );
  return flag && { ...flag, key };
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

function convOf({ ops }: PricedRow): OpRecord | undefined {
  return ops.find(({ geometry }) => geometry !== undefined);
}

function siteOf(row: PricedRow): Site | undefined {
  const site = convOf(row)?.scope?.instance.site;
  return site && placeKey(place(site.at)) === placeKey(row.layer.at) ? site : undefined;
}

/** With the place where the layer is called, which other layers may share. */
function withUse(instance: SiteInstance, row: PricedRow, { network, read }: SiteContext): SiteInstance {
  const conv = convOf(row);
  if (!conv?.site) return instance;
  const at = place(conv.site.at);
  const text = read(at.file);
  if (text === undefined) return instance;
  const key = placeKey(at);
  const isHere = ({ site }: OpRecord): boolean => site !== undefined && placeKey(place(site.at)) === key;
  const made = placeKey(row.layer.at);
  const shared = network.rows.some(({ layer, ops }) => placeKey(layer.at) !== made && ops.some(isHere));
  const elsewhere = !row.ops.every(isHere);
  const inSequence = conv.scope?.parent?.instance.cls.name === "Sequential";
  const use = { ...{ at, text, shared, elsewhere, inSequence }, ...toldBeside(conv, network.readers, read) };
  return { ...instance, use };
}

function instanceOf(row: PricedRow, wanted: boolean, language: Language): SiteInstance {
  const { layer } = row;
  const site = siteOf(row);
  const given = site && givenAt(site, language);
  return {
    ...(given && { given }),
    ...(site?.caller && { caller: place(site.caller.at) }),
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

/** What the classes of each file have to hold: the kinds of what stands between, the most common one first. */
export function kindsOf(
  { rows, readers, report }: Network,
  chosen: ReadonlySet<string>,
  read: (file: string) => string | undefined,
): ReadonlyMap<string, ClassKinds> {
  const counts = new Map<string, Map<string, number>>();
  for (const row of rows) {
    const conv = chosen.has(row.layer.name) ? convOf(row) : undefined;
    const form = conv && betweenOf(conv, readers, report.language, read);
    if (!form) continue;
    const key = kindsKey(row.layer.at.file, row.layer.type);
    const own = counts.get(key) ?? new Map<string, number>();
    counts.set(key, own.set(kindOf(form), (own.get(kindOf(form)) ?? 0) + 1));
  }
  const ordered = (own: ReadonlyMap<string, number>): ClassKinds =>
    [...own].sort(([, a], [, b]) => b - a).map(([kind]) => kind);
  return new Map([...counts].map(([key, own]) => [key, ordered(own)]));
}

function kindsKey(file: string, type: string): string {
  return `${type} ${file}`;
}

function formKey({ normOptions, activation, options, slopePerChannel = false }: Between): string {
  return `${normOptions} ${activation}(${options}) ${slopePerChannel}`;
}

function mostCommon(forms: readonly (Between | undefined)[]): Between | undefined {
  const counts = new Map<string, { form: Between | undefined; count: number }>();
  for (const form of forms) {
    const key = form ? formKey(form) : "";
    const entry = counts.get(key) ?? { form, count: 0 };
    entry.count++;
    counts.set(key, entry);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.form;
}
