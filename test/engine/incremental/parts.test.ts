/** Networks are answered one by one, what the user looks at first; the whole answer is the one that there was before. */
import { beforeAll, describe, expect, it } from "vitest";
import type { AnalyzeOptions, FileAnalysis, Sight } from "../../../src/engine/contract/engine.types.ts";
import { createEngine } from "../../../src/engine/engine.ts";
import { mostWanted } from "../../../src/engine/incremental/sight.ts";
import type { Parsers } from "../../../src/engine/syntax/parser.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const FILE = "/app/model.py";

let parsers: Parsers;
beforeAll(async () => {
  parsers = await loadParsers();
});

function net(name: string, width: string): string {
  return `

class ${name}(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, ${width}, 3)

    def forward(self, x):
        return self.conv(x)
`;
}

/** Its last class is its main network, which comes first. */
const NETS = `from torch import nn\n${net("A", "4")}${net("B", "8")}${net("C", "16")}`;
const B_AT = NETS.split("\n").indexOf("class B(nn.Module):") + 1;
const C_AT = NETS.split("\n").indexOf("class C(nn.Module):") + 1;

function start(text = NETS) {
  const files: Record<string, string> = { [FILE]: text };
  const engine = createEngine({ parsers, host: memoryHost(files) });
  const whole = () => createEngine({ parsers, host: memoryHost(files) }).analyze(FILE);
  const ask = (options: Omit<AnalyzeOptions, "onPart"> = {}, heard = (_: FileAnalysis) => {}) => {
    const parts: FileAnalysis[] = [];
    const onPart = (part: FileAnalysis) => {
      parts.push(part);
      heard(part);
    };
    const analysis = engine.analyze(FILE, { ...options, onPart });
    const done = parts.flatMap(({ reports }) => reports.map(({ network }) => network));
    return { analysis, parts, done };
  };
  return { files, ask, whole };
}

const names = (items: readonly { readonly network: string }[] = []) => items.map(({ network }) => network);

describe("an analysis in parts", () => {
  it("tells the networks' names and places before the first is traced, then each that is done by itself", () => {
    const { ask, whole } = start();
    const { parts, analysis } = ask();
    expect(parts.map(({ reports, pending }) => [names(reports), names(pending)])).toEqual([
      [[], ["C", "A", "B"]],
      [["C"], ["A", "B"]],
      [["A"], ["B"]],
    ]);
    expect(parts[0]?.pending?.map(({ at }) => at.line)[2]).toBe(B_AT);
    expect(parts[2]?.sites).toEqual(analysis.sites.filter(({ network }) => network === "A"));
    expect(analysis).toEqual(whole());
  });

  it.each<[string, Sight, string[]]>([
    ["in focus", { network: "A", cursor: B_AT, from: 1, to: B_AT }, ["A", "B"]],
    ["under the cursor", { cursor: B_AT + 2, from: 1, to: B_AT + 3 }, ["B", "A"]],
    ["on the screen", { cursor: 1, from: B_AT - 1, to: B_AT + 9 }, ["B", "C"]],
    ["that is the main one, where none is looked at", {}, ["C", "A"]],
  ])("begins with the network %s, and tells all in the order of the file", (_, sight, order) => {
    const { ask, whole } = start();
    const { done, analysis } = ask({ sight: () => sight });
    expect(done).toEqual(order);
    expect(analysis).toEqual(whole());
  });

  it("asks again where the user looks before each network", () => {
    const { ask } = start();
    let cursor = B_AT;
    const { done } = ask({ sight: () => ({ cursor }) }, ({ reports }) => {
      if (names(reports)[0] === "B") cursor = C_AT;
    });
    expect(done).toEqual(["B", "C"]);
  });

  it("traces networks in their order where one leaves something to the next", () => {
    const counted = `from torch import nn
made = []
${net("A", "4 + len(made)").replace("self.conv =", "made.append(1)\n        self.conv =")}
${net("B", "8 + len(made)")}`;
    const { ask, whole } = start(counted);
    const channels = ({ reports }: FileAnalysis) => reports.map(({ layers }) => layers[0]?.out_channels);
    expect(channels(whole())).toEqual([8, 5]);
    const sight = () => ({ network: "A" });
    expect(channels(ask({ sight }).analysis)).toEqual([8, 5]);
    // It is known of the file from then on.
    expect(ask({ sight }).done).toEqual(["B"]);
  });

  it("keeps of an analysis that is cancelled what was finished", () => {
    const { ask, whole } = start();
    let isCancelled = false;
    const first = ask({ isCancelled: () => isCancelled, sight: () => ({ network: "B" }) }, ({ reports }) => {
      isCancelled = reports.length > 0;
    });
    expect(first.done).toEqual(["B"]);
    const { parts, analysis } = ask();
    expect(names(parts[0]?.pending)).toEqual(["C", "A"]);
    expect(analysis).toEqual(whole());
  });

  it("keeps what was found before an analysis that is cancelled too soon to find anything", () => {
    const { files, ask, whole } = start();
    ask();
    files[FILE] = NETS.replace("3, 8, 3", "3, 8, 5");
    ask({ isCancelled: () => true });
    const { parts, analysis } = ask();
    expect(names(parts[0]?.pending)).toEqual(["B"]);
    expect(analysis).toEqual(whole());
  });
});

describe("the network that is wanted most", () => {
  const at = (line: number) => ({ file: FILE, line, column: 1, endLine: line, endColumn: 2 });
  const waiting = [10, 30, 50, 70].map((line) => ({ name: `net${line}`, at: at(line) }));
  const wanted = (sight: Sight) => waiting[mostWanted(waiting, sight)]?.name;

  it("is the one whose definition began above the screen, where none begins on it", () => {
    expect(wanted({ cursor: 45, from: 40, to: 48 })).toBe("net30");
  });

  it("is the first on the screen, where the cursor is in none that can be seen", () => {
    expect(wanted({ cursor: 20, from: 45, to: 90 })).toBe("net50");
  });

  it("is the file's first, where there is nothing to see", () => {
    expect(wanted({ cursor: 1, from: 1, to: 5 })).toBe("net10");
  });
});
