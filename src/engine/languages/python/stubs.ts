/**
 * Stubs: Python files that stand for modules. They are ordinary model code, so shapes and costs of an operator that is
 * compiled are traced from its stub. The user's own go before everything; those that come with ConvLens stand for
 * modules that have no files here, or whose files only call what is compiled.
 */
import { sourcesAdvice } from "../../base/advice.ts";
import { STUBS_FOLDER } from "../../base/stubsFolder.ts";
import type { Machine } from "../../interpret/machine.ts";
import { ABSENT, type ModuleValue } from "../../interpret/values.ts";
import { distributionOf } from "./distributions.ts";

/** What extension modules are called: `selective_scan_cuda`, `_ext`, `_C`. */
const COMPILED_NAME = /(^|_)(cuda|cpp|ext|C|kernels?|extension)(_|$)/;
const COMPILED_CALL =
  /\bimport\b[^\n]*(?<![A-Za-z])_?(?:\w+_)?(?:cuda|cpp|ext|C)\b|\bload_ext\(|\btorch\.ops\.(?!aten\b|torchvision\b)\w|\bcpp_extension\b|\bimport_module\(["']\w*_cuda|^\s*(?:import|from) triton\b|\blibnatten\b/m;

/** Files of a package that are looked through for what is compiled. */
const MOST_FILES = 30;

export function isCompiledName(name: string): boolean {
  return COMPILED_NAME.test(name);
}

/** What is said of a module that is not there: with a stub, the reader can say what it does. */
export function notFound(written: string, name = written): string {
  return `module ${written} was not found (${standFor(name)})`;
}

/** The same of a package of which nothing is here: if an index is known to have it, its sources can be fetched. */
export function packageNotFound(name: string): string {
  return distributionOf(name) === undefined
    ? notFound(name)
    : withAdvice(`module ${name} was not found`, name);
}

/** The same of a name that the rules for a package do not have: its sources do. */
export function withAdvice(reason: string, name: string): string {
  const distribution = distributionOf(name);
  return distribution === undefined
    ? reason
    : `${reason} (${sourcesAdvice(distribution)}; ${standFor(name)})`;
}

function standFor(name: string): string {
  return `${STUBS_FOLDER}/${name.replaceAll(".", "/")}.py can stand for it`;
}

export function stubFile(m: Machine, whose: "own" | "shipped", path: string): string | undefined {
  const { stubs } = m.host;
  if (path === "" || !stubs) return undefined;
  const below = path.replaceAll(".", "/");
  for (const folder of stubs[whose])
    for (const file of [`${folder}/${below}.py`, `${folder}/${below}/__init__.py`])
      if (m.host.isFile(file)) return file;
  return undefined;
}

/** Why a framework's name is missing: a file of the user's, as `.convlens/stubs/torch.py`, is read in its place. */
export function hidesFramework(m: Machine, { name, file }: ModuleValue): string | undefined {
  const isHidden = file !== undefined && m.frameworks.some((framework) => framework.hasModule(name));
  return isHidden ? `${name} is read from ${file}, which hides the library` : undefined;
}

/** The folder of a package that only has stubs for modules inside of it. */
export function stubFolder(m: Machine, path: string): string | undefined {
  const { own = [], shipped = [] } = m.host.stubs ?? {};
  return [...own, ...shipped]
    .map((folder) => `${folder}/${path.replaceAll(".", "/")}`)
    .find((folder) => m.host.isDirectory(folder));
}

/**
 * A report says which figures come from a stub.
 */
export function noteStub(
  m: Machine,
  stub: ModuleValue,
  {
    path,
    whose,
    real,
  }: { readonly path: string; readonly whose: "own" | "shipped"; readonly real?: ModuleValue },
): void {
  if (stub.assumes) return;
  const file = `${path.replaceAll(".", "/")}.py`;
  const isOwn = whose === "own";
  const text = isOwn
    ? `${path} is traced from the user's stub ${file}`
    : `${path} is compiled or not installed, so it is traced from ConvLens's stub ${file}`;
  stub.assumes = () => ({ kind: "module", text });
  if (!isOwn) nameMissing(m, stub, path, real);
}

/** Stubs that answer for every name. */
const whole = new WeakSet<ModuleValue>();

/** Names that a stub of ours does not have are those of the module that it stands for, or unknown. */
export function nameMissing(m: Machine, stub: ModuleValue, path: string, real?: ModuleValue): void {
  if (whole.has(stub)) return;
  whole.add(stub);
  const { load } = stub;
  stub.load = (name) => {
    const own = load?.(name) ?? ABSENT;
    if (own !== ABSENT || name.startsWith("__")) return own;
    const other = real ? m.lookup(real, name) : ABSENT;
    return other === ABSENT
      ? m.unknown(
          `${path}.${name} has no stub (${STUBS_FOLDER}/${path.replaceAll(".", "/")}.py can have one)`,
        )
      : other;
  };
}

/** Whether a module's file, or one of its package that it imports, calls what is compiled. */
export function endsInCompiled(m: Machine, file: string, path: string): boolean {
  const known = answers.get(m) ?? new Map<string, boolean>();
  answers.set(m, known);
  const answer = known.get(file) ?? looksCompiled(m, file, path);
  known.set(file, answer);
  return answer;
}
const answers = new WeakMap<Machine, Map<string, boolean>>();

function looksCompiled(m: Machine, first: string, path: string): boolean {
  const [top = ""] = path.split(".");
  const root = rootOfPackage(first, path);
  const queue = [first];
  for (let at = 0; at < queue.length && at < MOST_FILES; at++) {
    const file = queue[at]!;
    const text = m.modules.cache.text(file) ?? "";
    if (COMPILED_CALL.test(text)) return true;
    for (const [, dots = "", name = ""] of text.matchAll(/^\s*(?:from|import)\s+(\.*)([\w.]*)/gm)) {
      if (dots === "" && name.split(".")[0] !== top) continue;
      const base = dots === "" ? root : above(file, dots.length);
      const below = name === "" ? base : `${base}/${name.replaceAll(".", "/")}`;
      for (const next of [`${below}.py`, `${below}/__init__.py`])
        if (!queue.includes(next) && m.host.isFile(next)) queue.push(next);
    }
  }
  return false;
}

function above(file: string, levels: number): string {
  return file.split("/").slice(0, -levels).join("/");
}

/** The folder that a dotted module is looked up in. */
function rootOfPackage(file: string, path: string): string {
  const parts = path.split(".").length + (file.endsWith("/__init__.py") ? 1 : 0);
  return above(file, parts);
}
