/**
 * Jupyter notebooks (nbformat 3 and 4) as programs: the code cells one after the other, as they run from top to bottom.
 * What is IPython's and no Python (magics, `!` lines, cells for another language) is blanked; lines stay where they are.
 */
import { array, fallback, looseObject, optional, safeParse, string, union } from "valibot";
import { pushBracket, readPhysicalLines } from "./python/layout.ts";

export interface Notebook {
  readonly text: string;
  readonly cells: readonly Cell[];
}

/** A code cell and where it stands in the program. */
export interface Cell {
  /** Counted from 1 over all cells of the notebook, as editors show them. */
  readonly number: number;
  readonly firstLine: number;
}

export function isNotebook(file: string): boolean {
  return /\.ipynb$/i.test(file);
}

const Source = union([string(), array(string())]);
const AnyCell = looseObject({
  cell_type: string(),
  source: optional(Source),
  /** Before nbformat 4. */
  input: optional(Source),
});
/** What tells the kernel's language may have any form: without it, cells are Python. */
const Language = fallback(optional(string()), undefined);
const Form = looseObject({
  cells: optional(array(AnyCell)),
  worksheets: optional(array(looseObject({ cells: array(AnyCell) }))),
  metadata: fallback(
    looseObject({
      kernelspec: fallback(looseObject({ language: Language }), {}),
      language_info: fallback(looseObject({ name: Language }), {}),
    }),
    { kernelspec: {}, language_info: {} },
  ),
});

/** The program of a notebook's JSON, or why it has none, as what follows the file's name. */
export function readNotebook(json: string): Notebook | { readonly problem: string } {
  const parsed = safeParse(Form, jsonOf(json));
  if (!parsed.success) return { problem: "is no Jupyter notebook: save it anew from Jupyter or the editor" };
  const { cells = [], worksheets = [], metadata } = parsed.output;
  const language = metadata.kernelspec.language ?? metadata.language_info.name ?? "python";
  if (!/^i?python\d*$/i.test(language)) return { problem: `is a notebook of ${language}, not of Python` };
  const all = [...cells, ...worksheets.flatMap((sheet) => sheet.cells)];
  const found: Cell[] = [];
  const texts: string[] = [];
  let line = 1;
  for (const [index, cell] of all.entries()) {
    if (cell.cell_type !== "code") continue;
    const text = pythonOf(joined(cell.source ?? cell.input ?? ""));
    found.push({ number: index + 1, firstLine: line });
    texts.push(text);
    line += text.split("\n").length;
  }
  return { text: texts.join("\n"), cells: found };
}

/** The cell of a line of the program, and its line there. */
export function inCell(
  cells: readonly Cell[],
  line: number,
): { readonly cell: number; readonly line: number } {
  const found = cells.findLast(({ firstLine }) => firstLine <= line);
  return found ? { cell: found.number, line: line - found.firstLine + 1 } : { cell: 1, line };
}

function jsonOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function joined(source: string | readonly string[]): string {
  return (typeof source === "string" ? source : source.join("")).replaceAll(/\r\n?/g, "\n");
}

/** Magics over a whole cell whose body is Python of this kernel all the same. */
const OVER_PYTHON = /^%%(time|timeit|capture|prun|memit|python3?|py3?)\b/;
/** `%matplotlib inline`, `!pip install …`, `?help`, `net.forward??` */
const COMMAND = /^(?:[%!?].*|[\w.]+\?{1,2})$/;
/** `files = !ls`, `took = %timeit -o run()`, `args.width, rest = !cat sizes` */
const ASSIGNED = /^([\w.,\s]+)=\s*[%!]/;
/** `%run -i setup.py 8`, `%run "setup"` */
const RUN = /^%run\s+(?:-\w+\s+)*(["']?)([^\s"'\\]+)\1/;
/** `%time net = Net()` runs its statement in the notebook, so that names stay afterwards. */
const TIMED = /^%time\s+(?=[^\s-])/;

function pythonOf(cell: string): string {
  const first = /^\s*(%%.*)/.exec(cell)?.[1];
  if (first !== undefined && !OVER_PYTHON.test(first)) return cell.replaceAll(/[^\n]/g, "");
  const open: { char: string; offset: number }[] = [];
  let blanksNext = false;
  const lines = readPhysicalLines(cell).map(({ start, end, indent, codeStart, continues, brackets }) => {
    const line = cell.slice(start, end);
    const code = line.trim();
    const begins = indent >= 0 && open.length === 0 && !continues;
    if (blanksNext || (begins && (COMMAND.test(code) || ASSIGNED.test(code)))) {
      const timed = !blanksNext && TIMED.exec(code)?.[0];
      if (timed) return line.replace(timed, () => "pass;".padEnd(timed.length));
      blanksNext = code.endsWith("\\");
      return blank(line, codeStart - start);
    }
    for (const bracket of brackets) pushBracket(open, bracket);
    return line;
  });
  return lines.join("\n");
}

/** A command inside of a block is a statement of it; one that is assigned gives what is not known. */
function blank(line: string, column: number): string {
  const target = ASSIGNED.exec(line.trim())?.[1]?.trim();
  if (target !== undefined) return `${line.slice(0, column)}${target} = get_ipython().system()`;
  const ran = RUN.exec(line.trim())?.[2];
  if (ran !== undefined) {
    // What the other program binds counts here: as text that runs, it leaves the names that it has unknown.
    const file = /\.(py|ipynb)$/.test(ran) ? ran : `${ran}.py`;
    return `${line.slice(0, column)}exec(open("${file}").read())`;
  }
  return column > 0 ? `${line.slice(0, column)}pass` : "";
}
