/**
 * Which modules a network takes something from: those of the functions that ran for it, those that its own file and
 * these import names from that they use, and so on. So an assumption that a module's own statements made is told of
 * the networks that hang on it, whichever network had the module run first.
 */
import { mentions, topMentions } from "../mentions.ts";
import type { FunctionNode, ModuleNode } from "../syntax/ast.ts";
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

const known = new WeakMap<object, ReadonlySet<string>>();

function cached(node: FunctionNode | ModuleNode, read: (body: unknown) => ReadonlySet<string>) {
  const names = known.get(node) ?? read(node.body);
  known.set(node, names);
  return names;
}

/** What the bodies of the modules assumed that `file` and the functions hang on. `lenders` are by file. */
export function lentAssumptions(
  lenders: ReadonlyMap<string, Lender>,
  file: string,
  ran: ReadonlySet<FunctionNode>,
): readonly Assumption[] {
  const own = new Set([file, ...[...ran].map(({ at }) => at.file)]);
  const isElsewhere = [...lenders].some(([name, { assumed }]) => assumed.length > 0 && !own.has(name));
  const files = isElsewhere ? reached(lenders, own, ran) : own;
  // Not in the order in which they ran, which may be another network's.
  const others = [...files].filter((name) => name !== file).sort();
  return [file, ...others].flatMap((name) => lenders.get(name)?.assumed ?? []);
}

function reached(
  lenders: ReadonlyMap<string, Lender>,
  own: ReadonlySet<string>,
  ran: ReadonlySet<FunctionNode>,
): ReadonlySet<string> {
  const files = new Set<string>();
  const seen = new Set<string>();
  const open: (readonly [Lender, string])[] = [];
  const use = (file: string, dotted: string): void => {
    const lender = lenders.get(file);
    const key = `${file} ${dotted}`;
    if (!lender || seen.has(key)) return;
    seen.add(key);
    if (!files.has(file)) {
      files.add(file);
      for (const name of cached(lender.node, topMentions)) use(file, name);
    }
    open.push([lender, dotted]);
  };
  for (const file of own) use(file, "");
  for (const fn of ran) for (const name of cached(fn, mentions)) use(fn.at.file, name);
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

/** The files that a package's module of this name may be. */
function partsOf(file: string | undefined, name: string): readonly string[] {
  if (name === "" || !file?.endsWith("/__init__.py")) return [];
  const base = `${file.slice(0, -"/__init__.py".length)}/${name}`;
  return [`${base}.py`, `${base}/__init__.py`];
}
