/** Lowers the patterns of Python's `match` statement. */
import { entryOf } from "../../base/table.ts";
import type { Expr, Pattern } from "../ast.ts";
import { type Lowering, parts, type SyntaxNode, tokens } from "../tree.ts";
import { lowerDottedName, lowerExpr } from "./expressions.ts";

const WILDCARD: Pattern = { kind: "capture", name: undefined };

/** The patterns of one `case`: several without parentheses are a sequence. */
export function lowerCasePatterns(clause: SyntaxNode, ctx: Lowering): Pattern {
  const patterns = parts(clause).filter((part) => part.type === "case_pattern");
  const [only] = patterns;
  const isSequence = patterns.length > 1 || tokens(clause).some((token) => token.type === ",");
  if (only && !isSequence) return lowerPattern(only, ctx);
  return { kind: "sequence", items: patterns.map((pattern) => lowerPattern(pattern, ctx)) };
}

type LowerPattern = (node: SyntaxNode, ctx: Lowering) => Pattern;

function lowerPattern(node: SyntaxNode, ctx: Lowering): Pattern {
  const lower = ctx.isDeep ? undefined : entryOf(PATTERNS, node.type);
  return lower ? ctx.deeper(() => lower(node, ctx)) : { kind: "value", value: lowerExpr(node, ctx) };
}

const items: LowerPattern = (node, ctx) => ({
  kind: "sequence",
  items: parts(node).map((item) => lowerPattern(item, ctx)),
});

const PATTERNS: Readonly<Record<string, LowerPattern>> = {
  case_pattern: lowerWrapped,
  _: () => WILDCARD,
  dotted_name: (node, ctx) => {
    const names = parts(node);
    if (names.length > 1) return { kind: "value", value: lowerDottedName(node, ctx) };
    return capture(ctx.textOf(node));
  },
  identifier: (node, ctx) => capture(ctx.textOf(node)),
  list_pattern: items,
  // `(p)` only groups, `(p,)` is a sequence.
  tuple_pattern: (node, ctx) => {
    const [only, ...more] = patternTokens(node);
    const hasComma = tokens(node).some((token) => token.type === ",");
    return only && more.length === 0 && !hasComma
      ? lowerPattern(only, ctx)
      : { kind: "sequence", items: patternTokens(node).map((item) => lowerPattern(item, ctx)) };
  },
  splat_pattern: (node, ctx) => {
    const name = ctx.textOf(node).replace(/^\*+\s*/, "");
    return { kind: "star", name: name === "_" ? undefined : name };
  },
  union_pattern: (node, ctx) => ({ kind: "or", options: readSigned(tokens(node), "|", ctx) }),
  as_pattern: (node, ctx) => {
    const [pattern, name] = parts(node);
    return {
      kind: "as",
      pattern: pattern ? lowerPattern(pattern, ctx) : WILDCARD,
      name: name ? ctx.textOf(name) : "",
    };
  },
  class_pattern: lowerClassPattern,
  dict_pattern: lowerDictPattern,
  complex_pattern: (node, ctx) => ({ kind: "value", value: lowerComplex(node, ctx) }),
};

function capture(name: string): Pattern {
  return name === "_" ? WILDCARD : { kind: "capture", name };
}

function patternTokens(node: SyntaxNode): SyntaxNode[] {
  return tokens(node).filter((token) => token.isNamed || token.type === "_");
}

/** `case_pattern` wraps one pattern, or a number behind a bare `-`. */
function lowerWrapped(node: SyntaxNode, ctx: Lowering): Pattern {
  return readSigned(tokens(node), "", ctx)[0] ?? WILDCARD;
}

/** Patterns in a row of tokens, a `-` taken as the sign of the number after it. */
function readSigned(row: readonly SyntaxNode[], separator: string, ctx: Lowering): Pattern[] {
  const found: Pattern[] = [];
  let isNegative = false;
  for (const token of row) {
    if (token.type === separator) continue;
    if (token.type === "-") {
      isNegative = true;
      continue;
    }
    found.push(
      isNegative ? { kind: "value", value: negate(lowerExpr(token, ctx)) } : lowerPattern(token, ctx),
    );
    isNegative = false;
  }
  return found;
}

function negate(value: Expr): Expr {
  return { kind: "unary", op: "-", operand: value, at: value.at };
}

function lowerComplex(node: SyntaxNode, ctx: Lowering): Expr {
  const row = tokens(node);
  const numbers = row.filter((token) => token.isNamed).map((token) => lowerExpr(token, ctx));
  const hole = ctx.hole(node, "a number is missing");
  const first = numbers[0] ?? hole;
  const left = row[0]?.type === "-" ? negate(first) : first;
  const op = row.at(-2)?.type === "-" ? "-" : "+";
  return { kind: "binary", op, left, right: numbers[1] ?? hole, at: ctx.span(node) };
}

function lowerClassPattern(node: SyntaxNode, ctx: Lowering): Pattern {
  const [cls, ...rest] = parts(node);
  const positional: Pattern[] = [];
  const keywords: { name: string; pattern: Pattern }[] = [];
  for (const argument of rest) {
    const keyword = argument.type === "case_pattern" ? parts(argument)[0] : argument;
    if (keyword?.type === "keyword_pattern") {
      const [name, , ...value] = tokens(keyword);
      keywords.push({
        name: name ? ctx.textOf(name) : "",
        pattern: readSigned(value, "", ctx)[0] ?? WILDCARD,
      });
    } else {
      positional.push(lowerPattern(argument, ctx));
    }
  }
  return {
    kind: "class",
    cls: cls ? lowerDottedName(cls, ctx) : ctx.hole(node, "class is missing"),
    positional,
    keywords,
  };
}

function lowerDictPattern(node: SyntaxNode, ctx: Lowering): Pattern {
  const entries: { key: Expr; pattern: Pattern }[] = [];
  let rest: string | undefined;
  let key: Expr | undefined;
  let isNegative = false;
  for (const token of tokens(node)) {
    if (token.type === "-") isNegative = true;
    else if (token.type === "splat_pattern") rest = ctx.textOf(token).replace(/^\*+\s*/, "");
    else if (token.type === "case_pattern" && key) {
      entries.push({ key, pattern: lowerPattern(token, ctx) });
      key = undefined;
    } else if (token.isNamed) {
      const value = lowerExpr(token, ctx);
      key = isNegative ? negate(value) : value;
      isNegative = false;
    }
  }
  return { kind: "mapping", entries, ...(rest !== undefined && { rest }) };
}
