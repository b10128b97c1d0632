/** Modules, as qualified names spell them: scopes to narrow a view to, and stages to label and sum. */
import type { Row } from "./rows.ts";

export interface Stage {
  /** Qualified module name; a layer's own name when it stands alone. */
  readonly path: string;
  readonly rows: readonly Row[];
}

/** One module that holds more than this part of the rows is shown by its children instead. */
const DOMINANT = 0.8;

/** Keras and operations separate with a slash; a scope is always written with dots. */
export function pathOf(name: string): string {
  return name.replaceAll("/", ".");
}

export function inScope(name: string, scope: string): boolean {
  const path = pathOf(name);
  return scope === "" || path === scope || path.startsWith(`${scope}.`);
}

/** `layer1.0.conv1` under `layer1` belongs to `layer1.0`. */
function childOf(path: string, scope: string): string {
  if (path === scope) return scope;
  const dot = path.indexOf(".", scope === "" ? 0 : scope.length + 1);
  return dot < 0 ? path : path.slice(0, dot);
}

/** `a.b.c` is inside `a` and `a.b`; outermost first. */
export function ancestors(path: string): readonly string[] {
  const parts = path.split(".");
  return path === "" ? [] : parts.map((_, index) => parts.slice(0, index + 1).join("."));
}

/** Runs of consecutive rows of one module, in the order given. */
export function stagesOf(rows: readonly Row[], scope: string): readonly Stage[] {
  const stages: { path: string; rows: Row[] }[] = [];
  for (const row of rows) {
    const path = childOf(pathOf(row.layer.name), scope);
    const last = stages.at(-1);
    if (last && last.path === path) last.rows.push(row);
    else stages.push({ path, rows: [row] });
  }
  return stages.flatMap((stage) => {
    const splits = stage.rows.some((row) => pathOf(row.layer.name) !== stage.path);
    const dominates = rows.length > 2 && stage.rows.length > DOMINANT * rows.length && stage.path !== scope;
    const inner = splits && dominates ? stagesOf(stage.rows, stage.path) : [stage];
    // A stage a layer would say nothing that the bars do not.
    return inner.length < stage.rows.length ? inner : [stage];
  });
}
