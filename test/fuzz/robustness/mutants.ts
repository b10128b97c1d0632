/** Mutants of model files: no question about one fails, and no answer to one is impossible. */
import { isDeepStrictEqual } from "node:util";
import type { Engine, FileAnalysis } from "../../../src/engine/contract/engine.types.ts";
import { stackOf, type Wrong, wrongAnalysis, wrongPlaces, wrongReport } from "./checks.ts";
import { mutant } from "./mutations.ts";
import type { Context, Finding, Part } from "./part.ts";
import { openText } from "./program.ts";
import { Random } from "./random.ts";
import { shrunk } from "./shrink.ts";
import type { SourceFile } from "./sources.ts";

export const mutants: Part = {
  cases: 100,
  run(index, context) {
    const { seed, sources, parsers } = context;
    const random = new Random(`mutants ${seed} ${index}`);
    const source = random.pick(sources);
    const { kinds, text } = mutant(source.text, random);
    return shrunk(wrongOf(context, source, text), text, (less) => wrongOf({ parsers }, source, less)).map(
      ({ kind, detail, text: least }): Finding => ({
        kind,
        detail: `${source.name}, ${kinds.join(", ")}: ${detail}`,
        input: { file: source.file, text: least },
      }),
    );
  },
};

export function wrongOf({ parsers }: Pick<Context, "parsers">, source: SourceFile, text: string): Wrong[] {
  const { file } = source;
  const { engine, host, faults } = openText(parsers, source, text);
  const read = (name: string): string | undefined => host.read(name);
  const asked = (): Wrong[] => {
    const analysis = engine.analyze(file);
    return [
      ...wrongAnalysis(analysis, read),
      ...wrongQuestions(engine, file, analysis, read),
      ...(isDeepStrictEqual(openText(parsers, source, text).engine.analyze(file), analysis)
        ? []
        : [{ kind: "same text, another answer", detail: file }]),
    ];
  };
  const found = caught(asked);
  return [...found, ...faults.map((fault) => ({ kind: "internal fault", detail: stackOf(fault) }))];
}

/** All other public questions, of the main network and of one that is not there. */
function wrongQuestions(
  engine: Engine,
  file: string,
  { reports }: FileAnalysis,
  read: (file: string) => string | undefined,
): Wrong[] {
  const model = reports[0]?.network;
  const options = model === undefined ? {} : { model };
  const profiled = engine.profile(file, options);
  const other = engine.profile(file, { model: "constructor", args: "*x, **y, (", input: ["1x3x0x-1"] });
  const simulated = engine.simulate(file, {
    ...options,
    swap: "all",
    stem: true,
    alpha: 0.3,
    rho: 0.6,
    round: 8,
  });
  engine.suggest(file, { ...options, budgetMacs: 1000, round: 1 });
  return [
    ...wrongPlaces([engine.networks(file), profiled, other], read),
    ...(profiled.ok ? wrongReport(profiled.report) : []),
    ...(other.ok ? wrongReport(other.report) : []),
    ...(simulated.ok ? wrongReport(simulated.simulation.after) : []),
  ];
}

export function caught(work: () => Wrong[]): Wrong[] {
  try {
    return work();
  } catch (error) {
    return [{ kind: "throws", detail: stackOf(error) }];
  }
}
