/** The hover on a class that a network is made of: its instances, with what passes through them and what they cost. */
import { inputText } from "../present/cost.ts";
import { type PartLine, partText } from "../present/parts.ts";
import { count, inUnit, passing, share } from "../present/text.ts";
import { type HoverOptions, links } from "./hover.ts";
import { escapeMarkdown, table } from "./markdown.ts";
import { uriOf } from "./uris.ts";

const LISTED = 6;

export function partHover(line: PartLine, options: HoverOptions): string {
  const { part, report } = line;
  const { t, unit, commandUri } = options;
  const total = report.totals.macs;
  const rows = part.instances.slice(0, LISTED).map((instance) => {
    const { name, macs, at } = instance;
    const shown = escapeMarkdown(name);
    const link =
      at && commandUri !== undefined ? `[${shown}](<${uriOf(at.file)}#L${at.line},${at.column}>)` : shown;
    const cost = macs === null ? "?" : count(inUnit(macs, unit));
    return [link, passing(instance), cost, macs && total ? share(macs / total) : ""];
  });
  const more = part.count > LISTED ? [t("and {0} more", part.count - LISTED)] : [];
  const layers = part.layers.flatMap((index) => report.layers[index] ?? []);
  return [
    `**${escapeMarkdown(part.type)}** ${escapeMarkdown(partText(line, options))}`,
    ...links(layers, report, options),
    table([t("instance"), t("shapes"), unit, t("share")], rows),
    ...more,
    inputText(report, t),
  ].join("\n\n");
}
