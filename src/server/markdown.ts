/** Markdown whose words may come from model code: names stay text, tables stay aligned in plain view too. */

import { markdownText } from "../engine/base/visible.ts";

/** Nothing of the text opens a link, an emphasis, a table cell or a tag, and what could not be seen is. */
export function escapeMarkdown(text: string): string {
  return markdownText(text).replace(/\s+/g, " ");
}

/** A table whose first column is text and whose others are figures; pads cells so that it reads well as text. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => pad(row[column] ?? "", width, column)).join(" | ")} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [line(header), rule, ...rows.map(line)].join("\n");
}

/** Keeps the columns of tables apart in VS Code, which draws them without any space; other clients show entities as text. */
export function withGaps(markdown: string): string {
  return markdown.replace(/^\| .*$/gm, (row) => row.replace(/(?<!\\) \| +(?=\S)/g, " | &ensp;"));
}

/** A link that runs a command of the extension; the arguments travel as JSON. */
export function commandLink(title: string, command: string, args: readonly unknown[]): string {
  return `[${title}](command:${command}?${encodeURIComponent(JSON.stringify(args)).replace(/[()]/g, percent)})`;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}

function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}
