/** What the imports of many files of one folder are looked up in. */
import path from "node:path";
import type { NetworkChoice } from "./arguments.ts";
import type { Surroundings } from "./surroundings.ts";
import { type Roots, rootsOf } from "./target.ts";

/** `files` by paths from the folder; they need not be there. */
export function rootsOfAll(
  files: readonly string[],
  folder: string,
  { pythonPaths, stubs }: Pick<NetworkChoice, "pythonPaths" | "stubs">,
  around: Surroundings,
): Roots {
  const inCwd = (named: string): string => path.resolve(around.cwd, named);
  const python = [...pythonPaths.map(inCwd), ...around.pythonPaths];
  const all = [...new Set(["", ...files.map((file) => path.dirname(file))])].map((of) =>
    rootsOf(path.join(folder, of, "_.py"), folder, python, stubs.map(inCwd)),
  );
  const join = (lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())];
  return {
    folders: join([[folder], ...all.map((one) => one.folders)]),
    searchPaths: join([[folder], ...all.map((one) => one.searchPaths)]),
    stubs: {
      own: join(all.map((one) => one.stubs.own)),
      shipped: join(all.map((one) => one.stubs.shipped)),
    },
  };
}
