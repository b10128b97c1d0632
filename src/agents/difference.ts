/** What `convlens diff` says, in few lines. */

import type { Place, ReportTotals } from "../engine/contract/report.ts";
import { formatChange, formatCount } from "../engine/formats/units.ts";
import { escapeMarkdown } from "../server/markdown.ts";
import type { Answered } from "./command.ts";
import { some } from "./networks.ts";
import type { Places } from "./places.ts";

interface Difference {
  readonly files: number;
  readonly networks: number;
  readonly changes: readonly Change[];
}

interface Change {
  readonly file: string;
  readonly network: string;
  readonly change: "added" | "removed" | "changed";
  readonly before: Side | null;
  readonly after: Side | null;
  readonly layers: readonly {
    readonly name: string;
    readonly change: string;
    readonly before: Layer | null;
    readonly after: Layer | null;
  }[];
}

interface Side {
  readonly totals: ReportTotals | null;
  readonly at?: Place | null;
  readonly reason?: string;
}

interface Layer {
  readonly type: string;
  readonly macs: number | null;
  readonly at: Place;
}

const MOST_NETWORKS = 20;
const MOST_LAYERS = 8;

export function differenceText({ out }: Answered, places: Places): string {
  const { files, networks, changes } = JSON.parse(out) as Difference;
  const blocks = changes.map((change) => changeText(change, places));
  return [
    `${changes.length} of ${networks} networks differ, in ${files} files that changed or import what changed`,
    ...some(blocks, MOST_NETWORKS),
  ].join("\n\n");
}

function changeText({ network, file, change, before, after, layers }: Change, places: Places): string {
  const at = after?.at ?? undefined;
  const reasons = [before?.reason, after?.reason].filter((reason) => reason !== undefined);
  const rows = layers.map(({ name, change: how, before: was, after: now }) => {
    const layer = now ?? was;
    const place = now ? ` ${places.link(now.at)}` : "";
    const title = escapeMarkdown(name || layer?.type || "");
    return `- ${how} ${title}: ${fromTo(macs(was), macs(now))} MACs${place}`;
  });
  return [
    `**${escapeMarkdown(network)}** ${change}, ${at ? places.link(at) : escapeMarkdown(file)}: ${fromTo(macs(before?.totals), macs(after?.totals))} MACs, ${fromTo(params(before?.totals), params(after?.totals))} parameters`,
    ...reasons.map((reason) => `- ${escapeMarkdown(reason)}`),
    ...some(rows, MOST_LAYERS),
  ].join("\n");
}

function fromTo(before: Figure | null, after: Figure | null): string {
  if (before === null || after === null) return formatCount((after ?? before)?.value ?? null);
  if (before.value === after.value) return formatCount(after.value);
  const isKnown = before.value !== null && after.value !== null;
  const change = isKnown ? ` (${formatChange(before.value, after.value)})` : "";
  return `${formatCount(before.value)} → ${formatCount(after.value)}${change}`;
}

interface Figure {
  readonly value: number | null;
}

/** What is not there has no figure. */
function macs(of: { readonly macs: number | null } | null | undefined): Figure | null {
  return of ? { value: of.macs } : null;
}

function params(of: ReportTotals | null | undefined): Figure | null {
  return of ? { value: of.params } : null;
}
