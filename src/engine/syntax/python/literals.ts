/** Python literals: numbers, strings with their prefixes and escapes, f-strings, implicit concatenation. */
import { entryOf } from "../../base/table.ts";
import type { Expr, FloatLiteral, Literal, Template } from "../ast.ts";
import { field, hasToken, type Lowering, parts, type SyntaxNode } from "../tree.ts";
import { lowerExpr } from "./expressions.ts";

export function lowerInteger(node: SyntaxNode, ctx: Lowering): Literal {
  const text = ctx.textOf(node).replaceAll("_", "");
  const at = ctx.span(node);
  if (/^[^xX]*[jJ]$/.test(text))
    return { kind: "literal", value: Number(text.slice(0, -1)), special: "imaginary", at };
  const digits = text.replace(/[lL]$/, "");
  // `0777` is the octal of Python 2; a lone run of zeros is plain zero.
  const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  if (Number.isSafeInteger(value)) return { kind: "literal", value, at };
  return { kind: "literal", value: digits.replace(/^0+(?=\d)/, ""), special: "large", at };
}

export function lowerFloat(node: SyntaxNode, ctx: Lowering): Literal | FloatLiteral {
  const text = ctx.textOf(node).replaceAll("_", "");
  const at = ctx.span(node);
  if (/[jJ]$/.test(text))
    return { kind: "literal", value: Number(text.slice(0, -1)), special: "imaginary", at };
  return { kind: "float", value: Number(text), at };
}

type Part = Template["parts"][number];

/** One string token: its text parts, decoded, and whether it is bytes or an f-string. */
interface StringParts {
  readonly parts: readonly Part[];
  readonly isBytes: boolean;
  readonly isFormatted: boolean;
}

export function lowerString(node: SyntaxNode, ctx: Lowering): Expr {
  return joinStrings([readString(node, ctx)], node, ctx);
}

export function lowerConcatenatedString(node: SyntaxNode, ctx: Lowering): Expr {
  return joinStrings(
    parts(node).map((part) => readString(part, ctx)),
    node,
    ctx,
  );
}

function joinStrings(strings: readonly StringParts[], node: SyntaxNode, ctx: Lowering): Expr {
  const all = mergeText(strings.flatMap((string) => string.parts));
  const at = ctx.span(node);
  if (strings.some((string) => string.isFormatted)) return { kind: "template", parts: all, at };
  const value = all.map((part) => (typeof part === "string" ? part : "")).join("");
  return strings.some((string) => string.isBytes)
    ? { kind: "literal", value, special: "bytes", at }
    : { kind: "literal", value, at };
}

function mergeText(all: readonly Part[]): Part[] {
  const merged: Part[] = [];
  for (const part of all) {
    const last = merged.at(-1);
    if (typeof part === "string" && typeof last === "string") merged[merged.length - 1] = last + part;
    else if (part !== "") merged.push(part);
  }
  return merged;
}

function readString(node: SyntaxNode, ctx: Lowering): StringParts {
  const children = node.namedChildren;
  const start = children[0];
  const end = children.at(-1);
  const opening = start ? ctx.textOf(start) : "";
  const prefix = opening.replace(/['"]+$/, "").toLowerCase();
  const isRaw = prefix.includes("r");
  const isBytes = prefix.includes("b");
  const isFormatted = prefix.includes("f") || prefix.includes("t");
  const from = start?.endIndex ?? node.startIndex;
  // The end token may take in backslashes of a raw string; the quotes themselves tell its true start.
  const quotes = opening.length - prefix.length;
  const to = end?.type === "string_end" ? node.endIndex - quotes : node.endIndex;

  const decode = (text: string): string => {
    const unfolded = isFormatted ? text.replaceAll("{{", "{").replaceAll("}}", "}") : text;
    return isRaw || !unfolded.includes("\\") ? unfolded : decodeEscapes(unfolded, isBytes);
  };
  if (!isFormatted) return { parts: [decode(ctx.text.slice(from, to))], isBytes, isFormatted };

  return { parts: readInterpolations(children, from, to, decode, ctx), isBytes, isFormatted };
}

function readInterpolations(
  children: readonly SyntaxNode[],
  from: number,
  to: number,
  decode: (text: string) => string,
  ctx: Lowering,
): Part[] {
  const found: Part[] = [];
  let position = from;
  for (const child of children) {
    if (child.type !== "interpolation" && child.type !== "format_expression") continue;
    found.push(decode(ctx.text.slice(position, child.startIndex)));
    found.push(...lowerInterpolation(child, decode, ctx));
    position = child.endIndex;
  }
  found.push(decode(ctx.text.slice(position, to)));
  return mergeText(found);
}

function lowerInterpolation(node: SyntaxNode, decode: (text: string) => string, ctx: Lowering): Part[] {
  const expression = field(node, "expression");
  const value: Expr = expression ? lowerExpr(expression, ctx) : ctx.hole(node, "empty interpolation");
  const conversionNode = field(node, "type_conversion");
  const formatNode = field(node, "format_specifier");
  const format: Template | undefined = formatNode && {
    kind: "template",
    parts: readInterpolations(
      formatNode.namedChildren,
      formatNode.startIndex + 1,
      formatNode.endIndex,
      decode,
      ctx,
    ),
    at: ctx.span(formatNode),
  };
  // `{x=}` shows its own text and, without a format, the value's repr.
  const selfDocumenting = hasToken(node, "=");
  const written = conversionNode ? ctx.textOf(conversionNode).slice(1) : undefined;
  const conversion: "r" | "s" | "a" | undefined =
    written === "r" || written === "s" || written === "a"
      ? written
      : selfDocumenting && !format
        ? "r"
        : undefined;
  const part = { value, ...(conversion && { conversion }), ...(format && { format }) };
  if (!selfDocumenting) return [part];
  const labelEnd = (conversionNode ?? formatNode)?.startIndex ?? node.endIndex - 1;
  return [ctx.text.slice(node.startIndex + 1, labelEnd), part];
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\n": "",
  "\r\n": "",
};
const ESCAPE = /\\(\r\n|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|[0-7]{1,3}|[\s\S])/g;

function decodeEscapes(text: string, isBytes: boolean): string {
  return text.replace(ESCAPE, (whole: string, body: string) => {
    const simple = entryOf(SIMPLE_ESCAPES, body);
    if (simple !== undefined) return simple;
    if (/^[0-7]/.test(body)) return String.fromCharCode(Number.parseInt(body, 8));
    if (body[0] === "x" && body.length > 1) return String.fromCharCode(Number.parseInt(body.slice(1), 16));
    if (isBytes) return whole;
    if ((body[0] === "u" || body[0] === "U") && body.length > 1) {
      const code = Number.parseInt(body.slice(1), 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    }
    // Character names need Unicode's tables: one character stands for any of them.
    return body.startsWith("N{") ? "\ufffd" : whole;
  });
}
