/** Modern JavaScript and TypeScript: function bodies, each with the JSON of what Node answers, in modern.probes.txt. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { show } from "./run.ts";

const text = readFileSync(new URL("modern.probes.txt", import.meta.url), "utf8");
const PROBES = text
  .split(/^\/\/@ /m)
  .slice(1)
  .map((probe) => {
    const [, what = "", body = "", answer = ""] = /^(.*)\n([\s\S]*)^\/\/= (.*)$/m.exec(probe) ?? [];
    return [what, body, answer] as const;
  });

describe("JavaScript and TypeScript as Node runs them", () => {
  it.each(PROBES)("%s", (_what, body, answer) => {
    expect(show(`async function probe() {\n${body}\n}\nJSON.stringify(await probe())`)).toBe(answer);
  });

  it("merges namespaces, with functions and classes too, and keeps what they export alive", () => {
    const source = `namespace N { export let a = 1; export function inc() { a++; } export namespace M { export const z = 9; } }
namespace N { export const b = a + 1; }
function F() { return 1; }
namespace F { export const p = 2; }
class G {}
namespace G { export const q = 3; }
N.inc();
[N.a, N.b, N.M.z, F(), F.p, G.q]`;
    expect(show(source)).toBe("[2, 2, 9, 1, 2, 3]");
  });
});
