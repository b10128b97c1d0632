/** Why something about a tensor is not known, in the words of its program. */

import { entryOf } from "../../../base/table.ts";
import type { Tensor } from "../../../interpret/values.ts";

const COMPARISONS: Readonly<Record<string, string>> = {
  gt: "a comparison (>)",
  ge: "a comparison (>=)",
  lt: "a comparison (<)",
  le: "a comparison (<=)",
  eq: "a comparison (==)",
  ne: "a comparison (!=)",
};

/** `depends on the data of conv1` */
export function dataReason({ maker = "a tensor" }: Tensor): string {
  return `depends on the data of ${entryOf(COMPARISONS, maker) ?? maker}`;
}
