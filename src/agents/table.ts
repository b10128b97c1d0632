/** Tables for readers that pay by the character: no padding. */
import { tableLine } from "../engine/formats/markdown.ts";

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => "---"), ...rows].map(tableLine).join("\n");
}
