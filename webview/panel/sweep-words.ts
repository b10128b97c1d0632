/** Figures of a sweep as text. */
import { formatSeconds } from "../../src/engine/formats/units.ts";
import { count } from "../../src/present/text.ts";
import { formatBytes } from "../shared/format.ts";
import type { Scene } from "./scene.ts";
import type { Measure } from "./state.ts";

/** A figure by its measure: `569 M`, `6.42 MB`, `205 µs`. */
export function measureText(figure: number | null, measure: Measure, scene: Pick<Scene, "text">): string {
  if (figure === null) return "?";
  switch (measure) {
    case "macs":
      return scene.text(figure);
    case "params":
      return count(figure);
    case "peak":
      return formatBytes(figure);
    case "time":
      return formatSeconds(figure);
  }
}
