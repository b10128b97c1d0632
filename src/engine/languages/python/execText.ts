/** `exec`: text that is not followed, and the names that it may bind. */
import type { Interp } from "../../interpret/interp.ts";
import { changeUnknown, isData } from "../../interpret/unknownChange.ts";
import { type Dict, isUnknown, type Value } from "../../interpret/values.ts";
import { toText, unwrap } from "./core.ts";

export const NOT_FOLLOWED = "exec() of text is not followed, nor is %run in a notebook";

/** Where the text is known, only names that stand in it can be bound by it. Definitions are not taken to be replaced. */
export function mayBind(interp: Interp, namespace: Dict, source: Value): void {
  const text = toText(unwrap(source));
  const why = interp.unknown(NOT_FOLLOWED);
  if (text === undefined) {
    changeUnknown(interp, namespace, why);
    return;
  }
  interp.tick(text.length);
  for (const name of new Set(text.match(/[^\W\d]\w*/gu))) {
    const known = namespace.entries.get(name);
    const isKept = known ? !isData(known.value) || name.startsWith("__") : !isUnknown(interp.builtin(name));
    if (!isKept) interp.dictSet(namespace, name, why);
  }
}
