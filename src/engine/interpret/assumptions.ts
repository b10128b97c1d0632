/**
 * What a run takes for granted and the program's text does not say: answers of a usual machine, sides of branches that
 * a convention decides, rules of ours for libraries that are not there. Whatever of the engine assumes something says
 * so by `Interp.assume`; a report lists what its network hangs on, and nothing else was assumed.
 */
import type { AssumptionKind } from "../contract/report.ts";
import type { Span } from "../syntax/span.ts";

export interface Assumption {
  readonly kind: AssumptionKind;
  readonly text: string;
  /** Undefined where no text of the program is about it. */
  readonly at: Span | undefined;
}

/** More tell nobody more. */
const MOST = 500;

/** Adds an assumption that is not there yet. */
export function noteAssumption(list: Assumption[], assumption: Assumption): void {
  if (list.length >= MOST) return;
  const { kind, text, at } = assumption;
  if (!list.some((each) => each.at === at && each.text === text && each.kind === kind)) list.push(assumption);
}

/** What is assumed of a decorator that is not known. */
export const KEPT = "it is taken to give back what it decorates";

/** What reading a name of a module assumes: of a usual machine, what it answers. */
export type Conventions = (name: string) => Pick<Assumption, "kind" | "text"> | undefined;

/**
 * Conventions by dotted module; undefined where there are none. `branch` are answers that are yes or no, `value` are
 * others: what is assumed, by dotted names.
 */
export function conventionsOf(table: {
  readonly branch: Readonly<Record<string, string>>;
  readonly value: Readonly<Record<string, string>>;
}): (module: string) => Conventions | undefined {
  const modules = new Map<string, Map<string, Pick<Assumption, "kind" | "text">>>();
  for (const kind of ["branch", "value"] as const)
    for (const [path, text] of Object.entries(table[kind])) {
      const dot = path.lastIndexOf(".");
      const module = path.slice(0, dot);
      const names = modules.get(module) ?? new Map();
      modules.set(module, names.set(path.slice(dot + 1), { kind, text: `${path}: ${text}` }));
    }
  return (module) => {
    const names = modules.get(module);
    return names && ((name) => names.get(name));
  };
}
