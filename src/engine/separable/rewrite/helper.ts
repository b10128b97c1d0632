/** The class or function that a file gets for its swapped layers: where it stands, and that it is written once. */
import type { Place } from "../../contract/report.ts";
import type { TextEdit } from "../../contract/rewrite.ts";
import { type ClassNeed, classText } from "./separableClass.ts";
import { type FunctionNeed, functionText } from "./separableFunction.ts";

/** What one call needs of its file. */
export type HelperNeed = ClassNeed | FunctionNeed;

/** The helpers that these calls need, in front of the first class or function of their file. */
export function helperEdits(
  needs: readonly HelperNeed[],
  read: (file: string) => string | undefined,
): TextEdit[] {
  const files = new Map<string, Map<string, HelperNeed[]>>();
  for (const need of needs) {
    const own = files.get(need.file) ?? new Map<string, HelperNeed[]>();
    files.set(need.file, own.set(need.name, [...(own.get(need.name) ?? []), need]));
  }
  return [...files].map(([file, named]) => {
    const source = read(file) ?? "";
    const lines = source.split("\n");
    const uses = [...named.values()].flat().map(({ line }) => line);
    const line = placeOf(lines, Math.min(...uses));
    const at: Place = { file, line, column: 1, end_line: line, end_column: 1 };
    const isApart = line === 1 || lines[line - 2]!.trim() === "";
    const texts = [...named.values()].map((own) => `${textOf(own, source)}\n\n\n`);
    return { at, text: `${isApart ? "" : "\n\n"}${texts.join("")}` };
  });
}

function textOf(needs: readonly HelperNeed[], source: string): string {
  const [first] = needs;
  return first?.kind === "function"
    ? functionText(needs.filter(({ kind }) => kind === "function") as FunctionNeed[], source)
    : classText(needs.filter(({ kind }) => kind === "class") as ClassNeed[], source);
}

/** The line of the first class or function at the top of the file, or of the paragraph of a script that uses it first. */
function placeOf(lines: readonly string[], use: number): number {
  const isTop = (text: string): boolean => /^[^\s#)\]}]/.test(text);
  const statement = lines.slice(0, use).findLastIndex(isTop);
  const definition = lines.findIndex((text) => /^(class|def|async def)\b/.test(text));
  let line = definition >= 0 && definition <= statement ? definition : Math.max(statement, 0);
  if (line === definition) while (line > 0 && /^[@#]/.test(lines[line - 1]!)) line--;
  else while (line > 0 && !/^(\s*$|(import|from)\b|[)\]}])/.test(lines[line - 1]!)) line--;
  return line + 1;
}
