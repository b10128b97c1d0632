/** Runs JavaScript snippets in the real interpreter: `show("const x = 1; x + 1")` is the last line's value as a console shows it. */

import { DEFAULT_SETTINGS } from "../../../../src/engine/analysis/settings.ts";
import type { EngineLimits } from "../../../../src/engine/contract/engine.types.ts";
import { createFrameworks } from "../../../../src/engine/frameworks/index.ts";
import { Stopped } from "../../../../src/engine/interpret/control.ts";
import { Machine } from "../../../../src/engine/interpret/machine.ts";
import { ModuleCache, Modules } from "../../../../src/engine/interpret/modules.ts";
import { Scope } from "../../../../src/engine/interpret/scope.ts";
import { ABSENT, isUnknown, type ModuleValue } from "../../../../src/engine/interpret/values.ts";
import { typescript } from "../../../../src/engine/languages/typescript/semantics.ts";
import { loadParsers } from "../../../../src/node/wasm.ts";
import { memoryHost } from "../../memoryHost.ts";

const parsers = await loadParsers();

/** The snippet is `/app/main.ts`; `files` are other modules of the program, by path. Its last line must be an expression. */
export function show(source: string, files: Readonly<Record<string, string>> = {}): string {
  const lines = source.trimEnd().split("\n");
  lines.push(`const result__ = (${(lines.pop() ?? "").replace(/;\s*$/, "")});`);
  const { machine, module } = run(lines.join("\n"), files, DEFAULT_SETTINGS.limits);
  const value = machine.lookup(module, "result__");
  if (isUnknown(value)) return `unknown: ${value.reason}`;
  if (value === ABSENT)
    return machine
      .endTrace()
      .diagnostics.map(({ message }) => message)
      .join("; ");
  const text = machine.repr(value);
  return isUnknown(text) ? `unknown: ${text.reason}` : text;
}

/** Why not all of the snippet is known. */
export function reasons(source: string, limits: EngineLimits): readonly string[] {
  return run(source, {}, limits)
    .machine.endTrace()
    .gaps.map(({ reason }) => reason);
}

function run(
  source: string,
  files: Readonly<Record<string, string>>,
  limits: EngineLimits,
): { readonly machine: Machine; readonly module: ModuleValue } {
  const file = "/app/main.ts";
  const host = memoryHost({ ...files, [file]: source });
  const machine = new Machine({
    host,
    limits,
    frameworks: createFrameworks(),
    isCancelled: () => false,
    parseExpression: (language, text) => parsers.parseExpression(language, text),
  });
  const builtins = new Scope("builtins", undefined, typescript.createBuiltins(machine));
  const cache = new ModuleCache(
    host,
    (name, text) => parsers.parse(name, text),
    () => typescript,
  );
  const modules = new Modules(cache, () => builtins);
  machine.start(typescript, builtins, modules);
  const module = typescript.fileModule(machine, file);
  try {
    modules.evaluate(machine, module, "__main__");
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    machine.gap(error.reason);
  }
  return { machine, module };
}
