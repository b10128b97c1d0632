/** The modules of a library as a program imports them: each made when it is first asked for, its names looked up singly. */
import { type Absent, ModuleValue, type Value } from "../interpret/values.ts";

export function moduleTable(
  lookup: (path: string, name: string) => Value | Absent,
): (path: string) => ModuleValue {
  const modules = new Map<string, ModuleValue>();
  return (path) => {
    const known = modules.get(path);
    if (known) return known;
    const made = new ModuleValue(path);
    made.load = (name) => lookup(path, name);
    modules.set(path, made);
    return made;
  };
}
