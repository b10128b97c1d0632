import { expect, it } from "vitest";
import { argumentsDraft, argumentsProblem } from "../../src/present/callArguments.ts";
import { createTranslate } from "../../src/present/l10n.ts";

const SIGNATURE = "depths: list[int], dims=(1, 2), *, classes: int = 10, width";
const problem = (text: string, signature = SIGNATURE) =>
  argumentsProblem(signature, text, createTranslate("en"));

it.each([
  ["all that is asked for", "[3, 3], width=2", undefined],
  ["by their names", "width=2, depths=[3, 3]", undefined],
  ["a text with a comma", "depths='a, b', width=2", undefined],
  ["one that is missing", "[3, 3]", "needs width"],
  ["none", "", "needs depths, width"],
  ["one that there is not", "[3], width=1, heads=2", "There is no argument heads."],
  ["a name without its value", "depths=, width=2", "needs depths"],
  ["an open bracket", "[3, 3, width=2", "A bracket or a quotation mark is not closed."],
  ["brackets that do not match", "(3], width=2", "A bracket or a quotation mark is not closed."],
])("arguments are checked as they are typed: %s", (_, text, expected) => {
  expect(problem(text)).toBe(expected);
});

it("what takes any keywords is asked for nothing more", () => {
  expect(problem("3, more=1", "width, **options")).toBeUndefined();
});

it("a draft has the names of what must be given", () => {
  expect(argumentsDraft(SIGNATURE)).toBe("depths=, width=");
  expect(argumentsDraft("options: { width: number }, depth?: number, classes = 10")).toBe("options=");
});
