/** Values of expressions over Python's built-ins, as CPython gave them: measured.txt has one a line. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isUnknown, type Value } from "../../../../src/engine/interpret/values.ts";
import { evaluate, run, show } from "../run.ts";

const IMPORTS =
  "import re, itertools, operator, functools, collections, math, json, copy, string, bisect, heapq, statistics, textwrap, ast, enum, types, inspect, sys";
const MEASURED = readFileSync(new URL("measured.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("\t") as [expression: string, shown: string]);

function shown(value: Value | symbol): string {
  return typeof value === "string" ? value : isUnknown(value) ? `unknown: ${value.reason}` : "no text";
}

describe("expressions have the values that CPython gave", () => {
  const source = MEASURED.map(
    ([expression], i) => `def f${i}():\n    return (${expression})\nr${i} = repr(f${i}())`,
  );
  const { get } = run(`${IMPORTS}\n${source.join("\n")}\n`);

  it("in all of the file", () => {
    expect(MEASURED.length).toBeGreaterThan(300);
    expect(MEASURED.map(([expression], i) => [expression, shown(get(`r${i}`) as Value)])).toEqual(MEASURED);
  });
});

describe("what is not exact is not known", () => {
  it.each([
    ["an int of more digits than Python writes", "10 ** 5000", "unknown: integer too large"],
    [
      "what a function that takes no such int makes of one",
      "list(range(2 ** 60))",
      "unknown: integer too large",
    ],
    ["a codec that is not followed", "'a'.encode('cp1252')", "unknown: the encoding cp1252 is not followed"],
    [
      "the first text of a set",
      "next(iter({'a', 'b'}))",
      "unknown: the order of a set is not known before the program runs",
    ],
    [
      "the text that a set of texts loses",
      "{'a', 'b'}.pop()",
      "unknown: the order of a set is not known before the program runs",
    ],
    [
      "a name that a module has but nothing here follows",
      "__import__('math').ulp(1.0)",
      "unknown: math.ulp is not followed",
    ],
  ])("%s", (_what, source, answer) => {
    expect(show(source)).toBe(answer);
  });

  it("but the length, the order by value and the membership of a set of texts are", () => {
    expect(show("s = {'b', 'a'}\n(len(s), sorted(s), max(s), 'a' in s)")).toBe("(2, ['a', 'b'], 'b', True)");
  });
});

describe("errors of iteration are those of Python", () => {
  const caught = (body: string): string =>
    show(`try:\n${body.replace(/^/gm, "    ")}\nexcept RuntimeError as e:\n    r = str(e)\nr`);

  it("says so when a dict changes its size under a loop", () => {
    expect(caught("d = {1: 2}\nfor k in d:\n    d[k + 1] = 0")).toBe(
      "'dictionary changed size during iteration'",
    );
    expect(caught("d = {1: 2}\nfor k, v in d.items():\n    del d[k]")).toBe(
      "'dictionary changed size during iteration'",
    );
  });

  it("says so when a set changes its size under a loop", () => {
    expect(caught("s = {1}\nfor k in s:\n    s.add(k + 1)")).toBe("'Set changed size during iteration'");
  });

  it("says so when a generator yields while it is closed, and runs what stands behind", () => {
    const source = "def g():\n    try:\n        yield 1\n    finally:\n        LAST\n";
    expect(caught(`${source.replace("LAST", "yield 2")}i = g()\nnext(i)\ni.close()`)).toBe(
      "'generator ignored GeneratorExit'",
    );
    expect(
      show(`done = []\n${source.replace("LAST", "done.append(1)")}i = g()\nnext(i)\ni.close()\ndone`),
    ).toBe("[1]");
  });
});

it("keeps small ints plain numbers", () => {
  expect(evaluate("2 ** 60 // 2 ** 58")).toBe(4);
  expect(evaluate("123456789123456789 % 1000")).toBe(789);
});
