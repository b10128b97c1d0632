/** Networks beside the one at hand that use lines of a rewrite: of its file, and of files that import what changes. */

import type { Report } from "../../contract/report.ts";
import type { OtherNetwork, RewriteTotals, RewriteWarning, TextEdit } from "../../contract/rewrite.ts";
import { escapePattern } from "../../interpret/patterns/escape.ts";
import { buildReport } from "../../report/build.ts";
import type { Span } from "../../syntax/span.ts";
import { inputTexts } from "../resize.ts";
import type { TracedNetwork } from "../simulation.ts";
import type { Fault } from "./proof.ts";

export interface OthersSource {
  readonly read: (file: string) => string | undefined;
  /** Other files of the program. */
  readonly around: (file: string) => readonly string[];
  /** The networks that a file has itself, at most so many of them. */
  readonly networksOf: (file: string, most: number) => readonly TracedNetwork[];
  /** Profiles a network (the one at hand when absent) again with these edits made, on this input. */
  readonly retrace: (
    edits: readonly TextEdit[],
    input: readonly string[],
    network?: { readonly file: string; readonly name: string },
  ) => Report | Fault;
}

export interface Abroad {
  readonly networks: readonly TracedNetwork[];
  /** Files that import what the network is made of and were not looked into. */
  readonly unseen: readonly string[];
}

export const NONE_ABROAD: Abroad = { networks: [], unseen: [] };

/** Files and networks that are traced beside the one at hand. */
const MOST_FILES = 12;
const MOST_NETWORKS = 24;

/** The networks of files that the network is made in, and of files that import one of them, also through others. */
export function networksAbroad(
  traced: TracedNetwork,
  { file, layers }: Report,
  { read, around, networksOf }: Omit<OthersSource, "retrace">,
): Abroad {
  const own = [...new Set([file, ...layers.map(({ at }) => at.file)])].filter(
    (each) => !INSTALLED.test(each),
  );
  const rest = new Set(own.flatMap(around).filter((each) => !own.includes(each) && !INSTALLED.test(each)));
  const found = [...own];
  for (const known of found) {
    const imports = importOf(known);
    for (const each of rest) {
      if (!imports.test(read(each) ?? "")) continue;
      rest.delete(each);
      found.push(each);
    }
  }
  let networks: readonly TracedNetwork[] = [];
  const unseen: string[] = [];
  for (const [index, each] of found.slice(1).entries()) {
    const left = MOST_NETWORKS - networks.length;
    if (index >= MOST_FILES || left <= 0) unseen.push(each);
    else networks = [...networks, ...networksOf(each, left)];
  }
  const makers = new Set([traced, ...networks].flatMap((each) => makersOf(each, read)));
  return { networks: networks.filter((each) => !makers.has(placeOf(each.source.networkAt))), unseen };
}

/** Functions of other names that a network's layers are made in, or that call those: they are its helpers. */
function makersOf({ source }: TracedNetwork, read: OthersSource["read"]): readonly string[] {
  const own = placeOf(source.networkAt);
  const sites = source.trace.ops.flatMap(({ scope }) => {
    const site = scope?.instance.site;
    return [site?.at, site?.caller?.at].filter((at) => at !== undefined);
  });
  return sites.map((at) => definitionOf(at, read)).filter((place) => place !== own);
}

/** Where the function or class at the top of the file stands that a place is in. */
function definitionOf({ file, line }: Span, read: OthersSource["read"]): string {
  const lines = (read(file) ?? "").split("\n").slice(0, line);
  return `${file} ${lines.findLastIndex((text) => /^(async\s+def|def|class)\b/.test(text)) + 1}`;
}

function placeOf(at: Span | undefined): string {
  return at ? `${at.file} ${at.line}` : "";
}

const INSTALLED = /\/(site-packages|dist-packages|node_modules)\//;

/** `from .blocks import Block`, `import { block } from "./blocks"` */
function importOf(file: string): RegExp {
  const name = file.replace(/(\/__init__)?\.\w+$/, "").replace(/^.*\//, "");
  return new RegExp(`^\\s*(?:import|from|\\}\\s*from)\\b.*\\b${escapePattern(name)}\\b`, "m");
}

/** What these networks cost before and after the edits, where that differs. */
export function changedOthers(
  networks: readonly TracedNetwork[],
  {
    file,
    edits,
    retrace,
  }: { readonly file: string; readonly edits: readonly TextEdit[] } & Pick<OthersSource, "retrace">,
): readonly OtherNetwork[] {
  return networks.flatMap(({ source }): readonly OtherNetwork[] => {
    const report = buildReport(source);
    const { network } = report;
    const again = retrace(edits, inputTexts(report), { file: report.file, name: network });
    const before = totalsOf(report);
    const after = "reason" in again ? { macs: null, params: null } : totalsOf(again);
    const isSame = after.macs !== null && before.macs === after.macs && before.params === after.params;
    return isSame ? [] : [{ network, ...(report.file !== file && { file: report.file }), before, after }];
  });
}

/** That others may change too, where not all of them were looked at. */
export function unseenOthers(
  { unseen: [first, ...more] }: Abroad,
  [edit]: readonly TextEdit[],
): readonly RewriteWarning[] {
  if (first === undefined || !edit) return [];
  const name = first.replace(/^.*\//, "");
  const files = more.length > 0 ? `${name} and ${more.length} more files` : name;
  return [{ message: `networks of ${files} may change too: they were not looked at`, at: edit.at }];
}

export function totalsOf({ totals: { macs, params } }: Report): RewriteTotals {
  return { macs, params };
}
