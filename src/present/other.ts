/** What a rewrite does to another network, in words. */
import { visible } from "../engine/base/visible.ts";
import type { OtherNetwork } from "../engine/contract/rewrite.ts";
import type { Translate } from "./l10n.ts";
import { count } from "./text.ts";

export function otherText({ network, file, before, after }: OtherNetwork, t: Translate): string {
  const figure = (value: number | null): string => (value === null ? "?" : count(value));
  return t(
    "{0} uses a line that changes, and changes with it: {1} → {2} MACs, {3} → {4} params.",
    visible(file === undefined ? network : `${file.replace(/^.*[\\/]/, "")}: ${network}`),
    ...[before.macs, after.macs, before.params, after.params].map(figure),
  );
}
