/**
 * Which modules a network takes something from: those of the functions that ran for it, those that its own file and
 * these import names from that they use, and so on. So an assumption that a module's own statements made is told of
 * the networks that hang on it, whichever network had the module run first.
 */

import type { FunctionNode, ModuleNode } from "../syntax/ast.ts";
import { mentions, topMentions } from "../syntax/mentions.ts";
import type { Assumption } from "./assumptions.ts";
import { ModuleValue } from "./values.ts";

/** A name that an import bound: what it is of the other file. */
export interface ImportedName {
  readonly file: string;
  readonly name: string;
}

/** A module whose body has run. */
export interface Lender {
  readonly module: ModuleValue;
  readonly node: ModuleNode;
  readonly assumed: readonly Assumption[];
  readonly imported: ReadonlyMap<string, ImportedName>;
}

/** Names that functions and modules use and that are of another file, by their nodes: they are the same each time. */
export type Links = WeakMap<FunctionNode | ModuleNode, readonly string[]>;

/** What the bodies of the modules assumed that `file` and the functions hang on. `lenders` are by file. */
export function lentAssumptions(
  lenders: ReadonlyMap<string, Lender>,
  file: string,
  ran: ReadonlySet<FunctionNode>,
  links: Links,
): readonly Assumption[] {
  const own = new Set([file, ...[...ran].map(({ at }) => at.file)]);
  const isElsewhere = [...lenders].some(([name, { assumed }]) => assumed.length > 0 && !own.has(name));
  const files = isElsewhere ? reached(lenders, own, ran, links) : own;
  // Not in the order in which they ran, which may be another network's.
  const others = [...files].filter((name) => name !== file).sort();
  return [file, ...others].flatMap((name) => lenders.get(name)?.assumed ?? []);
}

function reached(
  lenders: ReadonlyMap<string, Lender>,
  own: ReadonlySet<string>,
  ran: ReadonlySet<FunctionNode>,
  links: Links,
): ReadonlySet<string> {
  const files = new Set<string>();
  const seen = new Set<string>();
  const open: (readonly [Lender, string])[] = [];
  const linksOf = (lender: Lender, node: FunctionNode | ModuleNode): readonly string[] => {
    const known = links.get(node) ?? linksIn(lender, node);
    links.set(node, known);
    return known;
  };
  const use = (file: string, dotted: string): void => {
    const lender = lenders.get(file);
    const key = `${file} ${dotted}`;
    if (!lender || seen.has(key)) return;
    seen.add(key);
    if (!files.has(file)) {
      files.add(file);
      for (const name of linksOf(lender, lender.node)) use(file, name);
    }
    open.push([lender, dotted]);
  };
  for (const file of own) use(file, "");
  for (const fn of ran) {
    const lender = lenders.get(fn.at.file);
    for (const name of lender ? linksOf(lender, fn) : []) use(fn.at.file, name);
  }
  for (let next = open.pop(); next; next = open.pop()) {
    const [{ module, imported }, dotted] = next;
    const [head = "", ...rest] = dotted.split(".");
    const from = imported.get(head);
    const bound = module.attrs.get(head);
    if (from) use(from.file, [from.name, ...rest].join("."));
    if (bound instanceof ModuleValue && bound.file !== undefined) use(bound.file, rest.join("."));
    for (const part of partsOf(module.file, head)) use(part, rest.join("."));
  }
  return files;
}

function linksIn({ module, imported }: Lender, node: FunctionNode | ModuleNode): readonly string[] {
  const names = "params" in node ? mentions(node.body) : topMentions(node.body);
  return [...names].filter((dotted) => {
    const [head = ""] = dotted.split(".");
    const bound = module.attrs.get(head);
    return imported.has(head) || (bound instanceof ModuleValue && bound.file !== undefined);
  });
}

/** The files that a package's module of this name may be. */
function partsOf(file: string | undefined, name: string): readonly string[] {
  if (name === "" || !file?.endsWith("/__init__.py")) return [];
  const base = `${file.slice(0, -"/__init__.py".length)}/${name}`;
  return [`${base}.py`, `${base}/__init__.py`];
}
