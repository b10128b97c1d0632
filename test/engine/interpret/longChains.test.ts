/** What is long and not deep has its answer: operators, calls, attributes and branches by the thousand. */
import { describe, expect, it } from "vitest";
import type { ModuleNode } from "../../../src/engine/syntax/ast.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { show } from "./run.ts";
import { show as showTs } from "./typescript/run.ts";

const parsers = await loadParsers();

const times = (count: number, text: string, between = ""): string => Array(count).fill(text).join(between);
const branches = (word: string, body: (i: number) => string): string =>
  Array.from({ length: 3000 }, (_, i) => `${word} ${body(i)}`).join("");

const COUNTED = `class C:
    n = 0
    def f(self):
        self.n += 1
        return self
c = C()
`;
const COUNTED_TS = "const c = { n: 0, f() { this.n++; return this; } };\n";

describe("Python", () => {
  it.each([
    ["5,000 sums", `a = 1\n${times(5000, "a", " + ")}`, "5000"],
    ["their order", `a = 1\n100${times(400, " - a - 2 * a + a * 2")}`, "-300"],
    ["5,000 texts", `len(${times(5000, "'ab'", " + ")})`, "10000"],
    ["5,000 conditions that hold", `a = 1\n${times(5000, "a", " and ")} and 7`, "7"],
    [
      "what follows a condition that does not hold",
      `a = 1\n0 and ${times(5000, "boom()", " and ")} or 7`,
      "7",
    ],
    ["3,000 method calls", `${COUNTED}c${times(3000, ".f()")}.n`, "3000"],
    ["4,000 subscripts", `d = {'n': 5}\nd['a'] = d\nd${times(4000, "['a']")}['n']`, "5"],
    ["an attribute set behind 300 others", `${COUNTED}c.c = c\nc${times(300, ".c")}.n = 4\nc.n`, "4"],
    [
      "chains in the arguments of a chain",
      `${COUNTED}a = 1\n0${times(300, ` + int(0${times(80, " + a")})`)}`,
      "24000",
    ],
    [
      "3,000 elif",
      `y = 2999\nif y == -1: z = 0\n${branches("elif", (i) => `y == ${i}: z = ${i}\n`)}z`,
      "2999",
    ],
    [
      "the else after them",
      `y = -5\nif y == -1: z = 0\n${branches("elif", (i) => `y == ${i}: z = ${i}\n`)}else: z = 8\nz`,
      "8",
    ],
  ])("%s", (_what, source, value) => {
    expect(show(source)).toBe(value);
  });
});

describe("TypeScript", () => {
  it.each([
    ["5,000 sums", `const a = 1;\n${times(5000, "a", " + ")}`, "5000"],
    ["5,000 texts", `(${times(5000, "'ab'", " + ")}).length`, "10000"],
    ["5,000 conditions that hold", `const a = 1;\n${times(5000, "a", " && ")} && 7`, "7"],
    ["3,000 method calls, each with its object as this", `${COUNTED_TS}c${times(3000, ".f()")}.n`, "3000"],
    [
      "what ?. leaves out with all that follows",
      `const u = undefined;\nu?.f()${times(3000, ".f()")} === undefined`,
      "true",
    ],
    [
      "a ?. in the middle",
      `${COUNTED_TS}c${times(500, ".f()")}?.g?.()${times(500, ".f()")} === undefined`,
      "true",
    ],
    [
      "3,000 then",
      `let n = 0;\nPromise.resolve(0)${times(3000, ".then((v) => v + 1)")}.then((v) => { n = v; });\nn`,
      "3000",
    ],
    [
      "3,000 else if",
      `let z = 0; const y = 2999;\nif (y === -1) z = 1;${branches(" else if", (i) => `(y === ${i}) { const k = ${i}; z = k; }`)}\nz`,
      "2999",
    ],
  ])("%s", (_what, source, value) => {
    expect(showTs(source)).toBe(value);
  });
});

/** Levels of a tree, counted without recursion. */
function depthOf(module: ModuleNode): number {
  let level: unknown[] = [module.body];
  let depth = 0;
  while (level.length > 0) {
    level = level.flatMap((node) => (typeof node === "object" && node !== null ? Object.values(node) : []));
    depth++;
  }
  return depth;
}

it.each([
  ["a.py", times(5000, "a", " + ")],
  ["a.py", `a${times(3000, ".f()")}`],
  ["a.py", `if a: b\n${branches("elif", (i) => `${i}: b\n`)}`],
  ["a.ts", times(5000, "a", " + ")],
  ["a.ts", `a${times(3000, ".f()")}`],
  ["a.ts", `if (a) b;${branches(" else if", (i) => `(${i}) b;`)}`],
])("the tree is not as deep as they are long, so that no walk over it overflows (%s)", (file, text) => {
  expect(depthOf(parsers.parse(file, text))).toBeLessThan(600);
});
