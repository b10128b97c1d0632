/** Names that every JavaScript object answers to, in every position: all is as with a plain name. */
import { createEngine } from "../../../src/engine/engine.ts";
import { toSnakeCase } from "../../../src/engine/frameworks/keras/names.ts";
import { memoryHost } from "../../engine/memoryHost.ts";
import { wrongAnalysis } from "./checks.ts";
import { caught } from "./mutants.ts";
import { SPECIAL_NAMES } from "./mutations.ts";
import { POSITIONS, type Position } from "./namePositions.ts";
import type { Context, Finding, Part } from "./part.ts";

/** Every position once a round, with a name that is another each time. */
const ROUND = POSITIONS.length;

export const names: Part = {
  cases: ROUND,
  total: ROUND * SPECIAL_NAMES.length,
  run(index, { parsers }) {
    const position = POSITIONS[index % ROUND];
    const name = SPECIAL_NAMES[(index + Math.floor(index / ROUND)) % SPECIAL_NAMES.length];
    if (!position || !name || position.but?.includes(name)) return [];
    const special = answers(parsers, position, name);
    const plain = answers(parsers, position, plainAs(name));
    const input = { file: place(position, name), text: position.text.replaceAll("NAME", () => name) };
    const wrongs = [
      ...special.wrong,
      ...(renamed(special.text, name) === plain.text
        ? []
        : [{ kind: "a name has a say", detail: difference(special.text, plain.text) }]),
    ];
    return wrongs.map(
      ({ kind, detail }): Finding => ({ kind, detail: `${position.title}, ${name}: ${detail}`, input }),
    );
  },
};

/** The answers with the plain name in place of the special one, also where Keras names a layer after its class. */
function renamed(text: string, name: string): string {
  const plain = plainAs(name);
  return text.replaceAll(name, plain).replaceAll(toSnakeCase(name), toSnakeCase(plain));
}

/** As long as the name, so that all columns stay, and as private. */
function plainAs(name: string): string {
  const letters = "plainNamePlainName";
  return name.startsWith("__") ? `__${letters.slice(0, name.length - 4)}__` : letters.slice(0, name.length);
}

function place({ file = "/app/model.py" }: Position, name: string): string {
  return file.replaceAll("NAME", () => name);
}

function answers(parsers: Context["parsers"], position: Position, name: string) {
  const put = (text: string): string => text.replaceAll("NAME", () => name);
  const file = place(position, name);
  const others = Object.entries(position.others ?? {}).map(([path, text]) => [put(path), put(text)] as const);
  const host = memoryHost(Object.fromEntries([...others, [file, put(position.text)]]));
  const faults: unknown[] = [];
  const engine = createEngine({ parsers, host, settings: { onFault: (fault) => faults.push(fault) } });
  let text = "";
  const wrong = caught(() => {
    const model = position.model === undefined ? {} : { model: put(position.model) };
    const analysis = engine.analyze(file);
    const network = analysis.reports[0]?.network ?? name;
    const given = engine.analyze(file, { inputs: Object.fromEntries([[network, ["1x3x16x16"]]]) });
    const profiled = engine.profile(file, model);
    const swap = { ...model, swap: "all", stem: true } as const;
    text = JSON.stringify([
      ...[analysis, given, profiled, engine.networks(file), engine.simulate(file, { ...swap, alpha: 0.5 })],
      ...[
        engine.suggest(file, { ...model, budgetMacs: 1 }),
        engine.rewrite(file, { ...model, layers: "all", stem: true }),
      ],
    ]);
    const found = wrongAnalysis(analysis, (path) => host.read(path));
    if (analysis.reports.length === 0) found.push({ kind: "no report", detail: text });
    return found;
  });
  return {
    text,
    wrong: [...wrong, ...faults.map((fault) => ({ kind: "internal fault", detail: String(fault) }))],
  };
}

function difference(one: string, other: string): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const around = (text: string): string => text.slice(Math.max(0, at - 120), at + 120);
  return `${around(one)}\n  with a plain name: ${around(other)}`;
}
