/** Compact S-expressions of the model tree, so that a test shows a snippet and its tree side by side. */
import type {
  Arg,
  ClassMember,
  ClassNode,
  Expr,
  FunctionNode,
  Param,
  Pattern,
  PropertyDef,
  Stmt,
  Target,
  Template,
} from "../../../src/engine/syntax/ast.ts";

export function dump(nodes: readonly Stmt[]): string {
  return nodes.map(stmt).join(" ");
}

const list = (head: string, ...items: (string | undefined)[]): string =>
  `(${[head, ...items.filter((item) => item !== undefined && item !== "")].join(" ")})`;

const body = (statements: readonly Stmt[]): string => `{${dump(statements)}}`;

/** A clause that is left out when it has no statements. */
const clause = (name: string, statements: readonly Stmt[]): string | undefined =>
  statements.length > 0 ? `${name} ${body(statements)}` : undefined;

const prefixed = (prefix: string, value: Expr | undefined): string | undefined =>
  value && prefix + expr(value);

export function expr(node: Expr): string {
  switch (node.kind) {
    case "literal":
      if (node.special === "ellipsis") return "...";
      if (node.special === "imaginary") return `${node.value}j`;
      if (node.special === "bigint") return `${node.value}n`;
      if (node.special === "bytes") return `b${JSON.stringify(node.value)}`;
      return node.value === undefined ? "undefined" : JSON.stringify(node.value);
    case "float":
      return `${node.value}f`;
    case "name":
      return node.id;
    case "attribute":
      return list(node.optional ? "?." : ".", expr(node.object), node.name);
    case "subscript":
      return list(node.optional ? "?.[]" : "[]", expr(node.object), expr(node.index));
    case "slice":
      return list("slice", ...[node.start, node.stop, node.step].map((part) => (part ? expr(part) : "_")));
    case "call":
      return list(
        node.isNew ? "new" : node.optional ? "?.call" : "call",
        expr(node.callee),
        ...node.args.map(arg),
      );
    case "unary":
      return list(node.op, expr(node.operand));
    case "binary":
      return list(node.op, expr(node.left), expr(node.right));
    case "compare":
      return list(
        "cmp",
        expr(node.left),
        ...node.ops.flatMap((op, index) => {
          const right = node.comparators[index];
          return [op, right ? expr(right) : "MISSING"];
        }),
      );
    case "logical":
      return list(node.op, expr(node.left), expr(node.right));
    case "conditional":
      return list("?", expr(node.test), expr(node.then), expr(node.otherwise));
    case "sequence":
      return list(node.type, ...node.items.map(expr));
    case "dict":
      return list(
        "dict",
        ...node.entries.map(({ key, value }) => (key ? `${expr(key)}:${expr(value)}` : `**${expr(value)}`)),
      );
    case "object":
      return list("object", ...node.properties.map(property));
    case "template":
      return list("template", prefixed("tag=", node.tag), ...node.parts.map(templatePart));
    case "function":
      return fn(node.fn);
    case "classExpr":
      return cls(node.cls);
    case "comprehension":
      return list(
        `${node.type}comp`,
        node.key ? `${expr(node.key)}:${expr(node.element)}` : expr(node.element),
        ...node.clauses.map(({ target: bound, iterable, conditions }) =>
          list(
            "for",
            target(bound),
            expr(iterable),
            ...conditions.map((condition) => `if ${expr(condition)}`),
          ),
        ),
      );
    case "assignExpr":
      return list(`:=${node.op ?? ""}`, target(node.target), expr(node.value));
    case "update":
      return list(node.prefix ? `${node.op}_` : `_${node.op}`, target(node.target));
    case "yield":
      return list(node.delegate ? "yield*" : "yield", node.value && expr(node.value));
    case "await":
      return list("await", expr(node.value));
    case "star":
      return `*${expr(node.value)}`;
    case "comma":
      return list("comma", ...node.items.map(expr));
    case "regex":
      return `/${node.source}/${node.flags}`;
    case "super":
      return "super";
    case "newTarget":
      return "new.target";
    case "chain":
      return list("chain", expr(node.head), ...node.links.map(expr));
    case "held":
      return "held";
    case "hole":
      return `<hole: ${node.reason}>`;
  }
}

function templatePart(part: Template["parts"][number]): string {
  if (typeof part === "string") return JSON.stringify(part);
  const conversion = part.conversion ? `!${part.conversion}` : "";
  const format = part.format ? `:${expr(part.format)}` : "";
  return `{${expr(part.value)}${conversion}${format}}`;
}

export function arg(node: Arg): string {
  switch (node.kind) {
    case "positional":
      return expr(node.value);
    case "spread":
      return `*${expr(node.value)}`;
    case "keyword":
      return `${node.name}=${expr(node.value)}`;
    case "keywords":
      return `**${expr(node.value)}`;
  }
}

const keyOf = (key: string | Expr): string => (typeof key === "string" ? key : `[${expr(key)}]`);

function property(node: PropertyDef): string {
  switch (node.kind) {
    case "value":
      return `${keyOf(node.key)}:${expr(node.value)}`;
    case "spread":
      return `*${expr(node.value)}`;
    default:
      return `${node.kind} ${keyOf(node.key)}:${expr(node.value)}`;
  }
}

export function target(node: Target): string {
  switch (node.kind) {
    case "sequenceTarget":
      return list("targets", ...node.items.map((item) => (item ? target(item) : "_")));
    case "objectTarget":
      return list(
        "objectTarget",
        ...node.properties.map(({ key, target: bound }) => `${keyOf(key)}:${target(bound)}`),
        node.rest && `*${target(node.rest)}`,
      );
    case "defaultTarget":
      return `${target(node.target)}=${expr(node.fallback)}`;
    case "starTarget":
      return `*${target(node.target)}`;
    default:
      return expr(node);
  }
}

const PARAM_MARKS: Readonly<Record<Param["kind"], string>> = {
  positionalOnly: "/",
  normal: "",
  keywordOnly: "kw ",
  rest: "*",
  keywords: "**",
};

function param(node: Param): string {
  const annotation = prefixed(":", node.annotation) ?? "";
  const fallback = prefixed("=", node.fallback) ?? "";
  return `${PARAM_MARKS[node.kind]}${target(node.target)}${annotation}${fallback}`;
}

function fn(node: FunctionNode): string {
  const marks = `${node.isAsync ? "async " : ""}${node.form}${node.isGenerator ? "*" : ""}`;
  return list(
    marks,
    ...node.decorators.map((decorator) => `@${expr(decorator)}`),
    node.name,
    `(${node.params.map(param).join(" ")})`,
    prefixed("->", node.returns),
    node.doc === undefined ? undefined : `doc=${JSON.stringify(node.doc)}`,
    body(node.body),
  );
}

function cls(node: ClassNode): string {
  return list(
    "class",
    ...node.decorators.map((decorator) => `@${expr(decorator)}`),
    node.name,
    `(${node.bases.map(arg).join(" ")})`,
    node.doc === undefined ? undefined : `doc=${JSON.stringify(node.doc)}`,
    clause("", node.body)?.trim(),
    ...node.members.map(member),
  );
}

function member(node: ClassMember): string {
  switch (node.kind) {
    case "method":
      return `${node.isStatic ? "static " : ""}${keyOf(node.key)}:${fn(node.fn)}`;
    case "field":
      return `${node.isStatic ? "static " : ""}${keyOf(node.key)}${prefixed("=", node.value) ?? ""}`;
    case "staticBlock":
      return `static ${body(node.body)}`;
  }
}

export function stmt(node: Stmt): string {
  switch (node.kind) {
    case "expr":
      return expr(node.value);
    case "assign":
      return list(
        "=",
        ...node.targets.map(target),
        prefixed(":", node.annotation),
        node.value && expr(node.value),
      );
    case "augAssign":
      return list(`${node.op}=`, target(node.target), expr(node.value));
    case "varDecl":
      return list(
        node.scope,
        ...node.declarations.map(
          ({ target: bound, value }) => `${target(bound)}${prefixed("=", value) ?? ""}`,
        ),
      );
    case "functionDef":
      return fn(node.fn);
    case "classDef":
      return cls(node.cls);
    case "if":
      return list("if", expr(node.test), body(node.then), clause("else", node.otherwise));
    case "while":
      return labelled(
        node.label,
        list("while", expr(node.test), body(node.body), clause("else", node.otherwise)),
      );
    case "doWhile":
      return labelled(node.label, list("do", body(node.body), expr(node.test)));
    case "for":
      return labelled(
        node.label,
        list(
          node.over === "keys" ? "forIn" : "for",
          node.declare,
          target(node.target),
          expr(node.iterable),
          body(node.body),
          clause("else", node.otherwise),
        ),
      );
    case "cFor":
      return labelled(
        node.label,
        list(
          "cFor",
          node.init ? stmt(node.init) : "_",
          node.test ? expr(node.test) : "_",
          node.update ? expr(node.update) : "_",
          body(node.body),
        ),
      );
    case "return":
      return list("return", node.value && expr(node.value));
    case "break":
    case "continue":
      return list(node.kind, node.label);
    case "raise":
      return list("raise", node.value && expr(node.value), prefixed("from ", node.cause));
    case "try":
      return list(
        "try",
        body(node.body),
        ...node.handlers.map((handler) =>
          list(
            "except",
            handler.type && expr(handler.type),
            handler.target && `as ${target(handler.target)}`,
            body(handler.body),
          ),
        ),
        clause("else", node.otherwise),
        clause("finally", node.finalizer),
      );
    case "with":
      return list(
        "with",
        ...node.items.map(
          ({ context, target: bound }) => `${expr(context)}${bound ? ` as ${target(bound)}` : ""}`,
        ),
        body(node.body),
      );
    case "import":
      return list("import", node.path, node.top ? undefined : node.bind && `as ${node.bind}`);
    case "importFrom":
      return list(
        "from",
        ".".repeat(node.level) + node.path,
        ...node.names.map(({ name, bind }) => (name === bind ? name : `${name} as ${bind}`)),
        node.star ? "*" : undefined,
      );
    case "export":
      return list(
        "export",
        node.declaration && stmt(node.declaration),
        ...node.names.map(({ local, exported }) => (local === exported ? local : `${local} as ${exported}`)),
        prefixed("default ", node.defaultValue),
        node.star ? (node.starAs ? `* as ${node.starAs}` : "*") : undefined,
        node.from && `from ${node.from}`,
      );
    case "scopeDecl":
      return list(node.scope, ...node.names);
    case "delete":
      return list("del", ...node.targets.map(target));
    case "assert":
      return list("assert", expr(node.test), node.message && expr(node.message));
    case "match":
      return list(
        "match",
        expr(node.subject),
        ...node.cases.map((each) =>
          list("case", pattern(each.pattern), prefixed("if ", each.guard), body(each.body)),
        ),
      );
    case "switch":
      return list(
        "switch",
        expr(node.subject),
        ...node.cases.map((each) => list("case", each.test ? expr(each.test) : "default", body(each.body))),
      );
    case "block":
      return labelled(node.label, list("block", body(node.body)));
    case "enumDef":
      return list(
        "enum",
        node.name,
        ...node.members.map(({ name, value }) => `${name}${prefixed("=", value) ?? ""}`),
      );
    case "namespaceDef":
      return list("namespace", node.name, body(node.body));
    case "pass":
      return "pass";
    case "broken":
      return `<broken: ${node.reason}>`;
  }
}

const labelled = (label: string | undefined, text: string): string => (label ? `${label}:${text}` : text);

function pattern(node: Pattern): string {
  switch (node.kind) {
    case "value":
      return expr(node.value);
    case "capture":
      return `?${node.name ?? "_"}`;
    case "sequence":
      return list("seq", ...node.items.map(pattern));
    case "star":
      return `*${node.name ?? "_"}`;
    case "mapping":
      return list(
        "map",
        ...node.entries.map(({ key, pattern: value }) => `${expr(key)}:${pattern(value)}`),
        node.rest && `**${node.rest}`,
      );
    case "class":
      return list(
        "cls",
        expr(node.cls),
        ...node.positional.map(pattern),
        ...node.keywords.map(({ name, pattern: value }) => `${name}=${pattern(value)}`),
      );
    case "or":
      return list("or", ...node.options.map(pattern));
    case "as":
      return list("as", pattern(node.pattern), node.name);
  }
}
