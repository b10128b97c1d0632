/** Lowers imports, exports and namespaces. What is imported or exported as a type only is erased. */
import type { Export, Expr, ImportFrom, NamespaceDef, Stmt } from "../ast.ts";
import {
  field,
  hasToken,
  type Lowering,
  MAX_DEPTH,
  NESTED_TOO_DEEPLY,
  parts,
  type SyntaxNode,
} from "../tree.ts";
import { lowerClass } from "./classes.ts";
import { lowerExpr } from "./expressions.ts";
import { stringValue } from "./literals.ts";
import { lowerBlock, lowerStatements } from "./statements.ts";
import { boundNames } from "./targets.ts";

// -------------------------------------------------------------------- imports

export function lowerImport(node: SyntaxNode, ctx: Lowering): Stmt[] {
  const at = ctx.span(node);
  if (hasToken(node, "type") || hasToken(node, "typeof")) return [];
  const required = parts(node).find((part) => part.type === "import_require_clause");
  if (required) return [lowerImportRequire(required, ctx)];
  const source = field(node, "source");
  const path = source ? stringValue(source, ctx) : "";
  const clause = parts(node).find((part) => part.type === "import_clause");
  if (!clause) return [{ kind: "import", path, at }];

  const imports: Stmt[] = [];
  const names: ImportFrom["names"][number][] = [];
  for (const part of parts(clause)) {
    if (part.type === "namespace_import") {
      const bind = parts(part)[0];
      imports.push({ kind: "import", path, bind: bind ? ctx.textOf(bind) : "", at });
    } else if (part.type === "named_imports") {
      names.push(...lowerSpecifiers(part, ctx).map(({ from, to, at }) => ({ name: from, bind: to, at })));
    } else {
      names.push({ name: "default", bind: ctx.textOf(part), at: ctx.span(part) });
    }
  }
  if (names.length > 0) imports.push({ kind: "importFrom", path, level: 0, names, star: false, at });
  return imports;
}

/** `{ a, b as c, type T }`: the names on both sides of `as`, types left out. */
function lowerSpecifiers(list: SyntaxNode, ctx: Lowering): { from: string; to: string; at: Stmt["at"] }[] {
  return parts(list)
    .filter((specifier) => !hasToken(specifier, "type") && !hasToken(specifier, "typeof"))
    .map((specifier) => {
      const from = moduleName(field(specifier, "name"), ctx);
      const alias = field(specifier, "alias");
      return { from, to: alias ? moduleName(alias, ctx) : from, at: ctx.span(specifier) };
    });
}

function moduleName(node: SyntaxNode | undefined, ctx: Lowering): string {
  if (!node) return "";
  return node.type === "string" ? stringValue(node, ctx) : ctx.textOf(node);
}

/** `import x = require("y")` */
function lowerImportRequire(node: SyntaxNode, ctx: Lowering): Stmt {
  const at = ctx.span(node);
  const bind = parts(node)[0];
  const source = field(node, "source");
  const callee: Expr = { kind: "name", id: "require", at };
  const path: Expr = { kind: "literal", value: source ? stringValue(source, ctx) : "", at };
  return constant(bind ? ctx.textOf(bind) : "", {
    kind: "call",
    callee,
    args: [{ kind: "positional", value: path }],
    at,
  });
}

/** `import A = B.C` */
export function lowerImportAlias(node: SyntaxNode, ctx: Lowering): Stmt {
  const [bind, value] = parts(node);
  const at = ctx.span(node);
  const [first = "", ...rest] = value ? ctx.textOf(value).split(".") : [];
  return constant(
    bind ? ctx.textOf(bind) : "",
    rest.reduce<Expr>((object, name) => ({ kind: "attribute", object, name: name.trim(), at }), {
      kind: "name",
      id: first.trim(),
      at,
    }),
  );
}

function constant(id: string, value: Expr): Stmt {
  const target = { kind: "name", id, at: value.at } as const;
  return { kind: "varDecl", scope: "const", declarations: [{ target, value }], at: value.at };
}

// -------------------------------------------------------------------- exports

export function lowerExport(node: SyntaxNode, ctx: Lowering): Stmt[] {
  const at = ctx.span(node);
  const declaration = field(node, "declaration");
  const value = field(node, "value");
  const isDefault = hasToken(node, "default");
  if (declaration) return lowerDeclarationExport(node, declaration, isDefault, at, ctx);
  if (value) return [{ kind: "export", names: [], defaultValue: lowerExpr(value, ctx), at }];
  if (hasToken(node, "type") || hasToken(node, "namespace")) return [];
  if (hasToken(node, "=")) return lowerExportAssignment(node, at, ctx);
  return lowerExportClause(node, at, ctx);
}

function lowerDeclarationExport(
  node: SyntaxNode,
  inside: SyntaxNode,
  isDefault: boolean,
  at: Stmt["at"],
  ctx: Lowering,
): Stmt[] {
  const decorators = parts(node).filter((part) => part.type === "decorator");
  const declarations: Stmt[] =
    decorators.length > 0
      ? [{ kind: "classDef", cls: lowerClass(inside, ctx, decorators), at: ctx.span(inside) }]
      : lowerStatements([inside], ctx);
  return declarations.map((declaration): Export => {
    const names = declaredNames(declaration).map((local) => ({
      local,
      exported: isDefault ? "default" : local,
    }));
    return { kind: "export", declaration, names, at };
  });
}

function declaredNames(declaration: Stmt): string[] {
  switch (declaration.kind) {
    case "functionDef":
      return [declaration.fn.name];
    case "classDef":
      return [declaration.cls.name];
    case "enumDef":
    case "namespaceDef":
      return [declaration.name];
    case "varDecl":
      return declaration.declarations.flatMap(({ target }) => boundNames(target));
    default:
      return [];
  }
}

/** `export = value` is CommonJS's `module.exports = value`. */
function lowerExportAssignment(node: SyntaxNode, at: Stmt["at"], ctx: Lowering): Stmt[] {
  const value = parts(node)[0];
  if (!value) return [];
  const module: Expr = { kind: "name", id: "module", at };
  const target = { kind: "attribute", object: module, name: "exports", at } as const;
  return [{ kind: "expr", value: { kind: "assignExpr", target, value: lowerExpr(value, ctx), at }, at }];
}

function lowerExportClause(node: SyntaxNode, at: Stmt["at"], ctx: Lowering): Stmt[] {
  const source = field(node, "source");
  const from = source && { from: stringValue(source, ctx) };
  const namespace = parts(node).find((part) => part.type === "namespace_export");
  if (namespace) {
    const name = parts(namespace)[0];
    return [{ kind: "export", names: [], star: true, starAs: moduleName(name, ctx), ...from, at }];
  }
  const clause = parts(node).find((part) => part.type === "export_clause");
  if (!clause) return [{ kind: "export", names: [], star: true, ...from, at }];
  const names = lowerSpecifiers(clause, ctx).map(({ from, to }) => ({ local: from, exported: to }));
  return [{ kind: "export", names, ...from, at }];
}

// ----------------------------------------------------------------- namespaces

/** `namespace A.B { … }` is B inside A. */
export function lowerNamespace(node: SyntaxNode, ctx: Lowering): Stmt[] {
  const name = field(node, "name");
  const block = field(node, "body");
  // `declare module "x"` only has types.
  if (!name || !block || name.type === "string") return [];
  const at = ctx.span(node);
  const names = ctx
    .textOf(name)
    .split(".")
    .map((part) => part.trim());
  if (names.length > MAX_DEPTH) return [{ kind: "broken", reason: NESTED_TOO_DEEPLY, at }];
  const body = lowerBlock(block, ctx).flatMap((statement): Stmt[] => {
    if (statement.kind !== "export") return [statement];
    return statement.declaration ? [statement.declaration] : [];
  });
  const [innermost = "", ...around] = names.reverse();
  return [
    around.reduce<NamespaceDef>(
      (inside, outer) => ({ kind: "namespaceDef", name: outer, body: [inside], at }),
      { kind: "namespaceDef", name: innermost, body, at },
    ),
  ];
}
