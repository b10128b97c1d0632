/** Runs Python snippets in the real interpreter: `evaluate("x = 1\nx + 1")` is the value of the last line. */

import { DEFAULT_SETTINGS } from "../../../src/engine/analysis/settings.ts";
import { createFrameworks } from "../../../src/engine/frameworks/index.ts";
import { Stopped } from "../../../src/engine/interpret/control.ts";
import { Machine } from "../../../src/engine/interpret/machine.ts";
import { ModuleCache, Modules } from "../../../src/engine/interpret/modules.ts";
import { Scope } from "../../../src/engine/interpret/scope.ts";
import { ABSENT, isUnknown, type Value } from "../../../src/engine/interpret/values.ts";
import { createBuiltins } from "../../../src/engine/languages/python/builtins.ts";
import { fileModule } from "../../../src/engine/languages/python/imports.ts";
import { python } from "../../../src/engine/languages/python/semantics.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();

export interface Ran {
  readonly machine: Machine;
  /** Value of the last line when it is an expression, else undefined. */
  readonly value: Value;
  readonly get: (name: string) => Value | typeof ABSENT;
}

/** `files` are other modules of the program, by path: `{"/app/helper.py": "…"}`; the snippet is `/app/main.py`. */
export function run(
  source: string,
  files: Readonly<Record<string, string>> = {},
  limits = DEFAULT_SETTINGS.limits,
  searchPaths: readonly string[] = [],
): Ran {
  const file = "/app/main.py";
  const host = memoryHost({ ...files, [file]: withResult(source) }, searchPaths);
  const machine = new Machine({
    host,
    limits,
    frameworks: createFrameworks(),
    isCancelled: () => false,
    parseExpression: (language, text) => parsers.parseExpression(language, text),
  });
  const builtins = new Scope("builtins", undefined, createBuiltins());
  const modules = new Modules(
    new ModuleCache(
      host,
      (file, text) => parsers.parse(file, text),
      () => python,
    ),
    () => builtins,
  );
  machine.start(python, builtins, modules);
  const module = fileModule(machine, file, "main");
  try {
    modules.evaluate(machine, module, "__main__");
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    machine.gap(error.reason);
  }
  const get = (name: string) => machine.lookup(module, name);
  const result = get("result__");
  return { machine, value: result === ABSENT ? undefined : result, get };
}

export function evaluate(source: string, files: Readonly<Record<string, string>> = {}): Value {
  return run(source, files).value;
}

/** What Python's `repr` shows of the last line's value; an unknown shows its reason. */
export function show(
  source: string,
  files: Readonly<Record<string, string>> = {},
  searchPaths: readonly string[] = [],
): string {
  const { machine, value } = run(source, files, undefined, searchPaths);
  if (isUnknown(value)) return `unknown: ${value.reason}`;
  const text = machine.repr(value);
  return isUnknown(text) ? `unknown: ${text.reason}` : text;
}

function withResult(source: string): string {
  const lines = source.replace(/\s+$/, "").split("\n");
  const last = lines.at(-1) ?? "";
  if (
    /^\S/.test(last) &&
    !/^([\w, ]+\s*=[^=]|def |class |import |from |if |for |while |with |try|return|raise|assert|del |@)/.test(
      last,
    )
  ) {
    lines[lines.length - 1] = `result__ = (${last})`;
  }
  return `${lines.join("\n")}\n`;
}
