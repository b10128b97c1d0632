/** Rewrites of model files and of their mutants: what comes out parses, fits the text, and is a program as before. */
import type { FileAnalysis } from "../../../src/engine/contract/engine.types.ts";
import type { TextEdit } from "../../../src/engine/contract/rewrite.ts";
import { applyEdits } from "../../../src/engine/separable/rewrite/place.ts";
import { type Wrong, wrongPlaces } from "./checks.ts";
import { caught } from "./mutants.ts";
import { mutant } from "./mutations.ts";
import type { Context, Finding, Part } from "./part.ts";
import { type Opened, openText } from "./program.ts";
import { Random } from "./random.ts";
import { shrunk } from "./shrink.ts";
import type { SourceFile } from "./sources.ts";

/** Networks of a file that are rewritten. */
const NETWORKS = 3;

export const rewrites: Part = {
  cases: 40,
  run(index, context) {
    const { seed, sources } = context;
    const random = new Random(`rewrites ${seed} ${index}`);
    const convolving = sources.filter(({ text }) => /conv/i.test(text));
    const source = random.pick(convolving);
    const changed =
      random.next() < 0.6 ? mutant(source.text, random) : { kinds: ["as it is"], text: source.text };
    const found = wrongRewrites(context, source, changed.text);
    return shrunk(found, changed.text, (less) => wrongRewrites(context, source, less)).map(
      ({ kind, detail, text }): Finding => ({
        kind,
        detail: `${source.name}, ${changed.kinds.join(", ")}: ${detail}`,
        input: { file: source.file, text },
      }),
    );
  },
};

export function wrongRewrites(
  { parsers }: Pick<Context, "parsers">,
  source: SourceFile,
  text: string,
): Wrong[] {
  const { file } = source;
  return caught(() => {
    const opened = openText(parsers, source, text);
    const { reports } = opened.engine.analyze(file);
    return reports
      .filter(({ layers }) => layers.some(({ swappable }) => swappable))
      .slice(0, NETWORKS)
      .flatMap(({ network, layers }) => {
        const one = layers.find(({ swappable }) => swappable)?.name ?? "";
        return [
          { layers: "all", stem: true } as const,
          { layers: "all" } as const,
          { layers: [one] },
        ].flatMap((options) => {
          const result = opened.engine.rewrite(file, { model: network, ...options });
          if (!result.ok)
            return result.reason.startsWith("internal:")
              ? [{ kind: "internal fault", detail: result.reason }]
              : [];
          return wrongEdits(parsers, source, opened, result.rewrite.edits);
        });
      });
  });
}

function wrongEdits(
  parsers: Context["parsers"],
  source: SourceFile,
  { host }: Opened,
  all: readonly TextEdit[],
): Wrong[] {
  const found = wrongPlaces(all, (file) => host.read(file));
  for (const name of new Set(all.map(({ at }) => at.file))) {
    const before = host.read(name) ?? "";
    const edits = all.filter(({ at }) => at.file === name);
    const after = applyEdits(before, edits);
    if (overlap(edits)) found.push({ kind: "edits overlap", detail: JSON.stringify(edits) });
    if (lineEnds(before).size === 1 && lineEnds(after).size > 1)
      found.push({ kind: "a rewrite mixes line ends", detail: name });
    if (before.endsWith("\n") !== after.endsWith("\n"))
      found.push({ kind: "a rewrite changes the last line's end", detail: name });
    if (before.startsWith("\ufeff") !== after.startsWith("\ufeff"))
      found.push({ kind: "a rewrite loses the byte order mark", detail: name });
    const [faulty, faultier] = [before, after].map((text) => parsers.parse(`${name}`, text).errors);
    const [first] = faultier ?? [];
    if (faulty && faultier && first && faultier.length > faulty.length)
      found.push({ kind: "a rewrite does not parse", detail: `${JSON.stringify(first)}\n${after}` });
    if (name !== source.file) continue;
    const analysis: FileAnalysis = openText(parsers, source, after).engine.analyze(name);
    for (const { code, message } of analysis.diagnostics)
      if (code === "internal") found.push({ kind: "internal fault after a rewrite", detail: message });
  }
  return found;
}

function overlap(edits: readonly TextEdit[]): boolean {
  const before = (line: number, column: number, otherLine: number, otherColumn: number): boolean =>
    line < otherLine || (line === otherLine && column < otherColumn);
  return edits.some(({ at: one }, index) =>
    edits.some(
      ({ at: other }, at) =>
        at > index &&
        before(one.line, one.column, other.end_line ?? other.line, other.end_column ?? other.column) &&
        before(other.line, other.column, one.end_line ?? one.line, one.end_column ?? one.column),
    ),
  );
}

function lineEnds(text: string): ReadonlySet<string> {
  return new Set(text.match(/\r\n|\r|\n/g) ?? []);
}
