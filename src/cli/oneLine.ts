import { visible } from "../engine/base/visible.ts";

/** What is told on stderr may hold names from code and files: it stays one line that steers no terminal. */
export function oneLine(text: string): string {
  return `${visible(text.replace(/\n$/, ""))}\n`;
}
