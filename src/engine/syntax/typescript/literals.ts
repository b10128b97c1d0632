/** TypeScript and JavaScript literals: numbers, strings, template strings, regular expressions. */
import { entryOf } from "../../base/table.ts";
import type { Expr, Literal, Regex, Template } from "../ast.ts";
import { field, type Lowering, parts, type SyntaxNode } from "../tree.ts";
import { lowerExpr } from "./expressions.ts";

export function lowerNumber(node: SyntaxNode, ctx: Lowering): Literal {
  const text = ctx.textOf(node).replaceAll("_", "");
  const at = ctx.span(node);
  if (text.endsWith("n")) return { kind: "literal", value: Number(text.slice(0, -1)), special: "bigint", at };
  // `017` is the octal of sloppy scripts.
  const value = /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
  return { kind: "literal", value, at };
}

/** The value of a string node, its quotes dropped and its escapes decoded. */
export function stringValue(node: SyntaxNode, ctx: Lowering): string {
  return decodeEscapes(ctx.text.slice(node.startIndex + 1, node.endIndex - 1));
}

export function lowerTemplate(node: SyntaxNode, ctx: Lowering): Template {
  const found: Template["parts"][number][] = [];
  const raw: string[] = [];
  const addText = (from: number, to: number) => {
    const written = ctx.text.slice(from, to).replaceAll("\r\n", "\n");
    raw.push(written);
    const text = decodeEscapes(written);
    if (text !== "") found.push(text);
  };
  let position = node.startIndex + 1;
  for (const child of parts(node)) {
    if (child.type !== "template_substitution") continue;
    addText(position, child.startIndex);
    const inside = parts(child)[0];
    const value: Expr = inside ? lowerExpr(inside, ctx) : ctx.hole(child, "empty substitution");
    found.push({ value });
    position = child.endIndex;
  }
  addText(position, node.endIndex - 1);
  return { kind: "template", parts: found, raw, at: ctx.span(node) };
}

export function lowerRegex(node: SyntaxNode, ctx: Lowering): Regex {
  const pattern = field(node, "pattern");
  const flags = field(node, "flags");
  return {
    kind: "regex",
    source: pattern ? ctx.textOf(pattern) : "",
    flags: flags ? ctx.textOf(flags) : "",
    at: ctx.span(node),
  };
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\n": "",
  "\r\n": "",
  "\u2028": "",
  "\u2029": "",
};
const ESCAPE = /\\(\r\n|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]+\}|[0-7]{1,3}|[\s\S])/g;

function decodeEscapes(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(ESCAPE, (_whole, body: string) => {
    const simple = entryOf(SIMPLE_ESCAPES, body);
    if (simple !== undefined) return simple;
    if (/^[0-7]/.test(body)) return String.fromCharCode(Number.parseInt(body, 8));
    if (body.length > 1) {
      const code = Number.parseInt(body.replace(/[xu{}]/g, ""), 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
    }
    return body;
  });
}
