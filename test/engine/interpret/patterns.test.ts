/** Patterns of the program: the same results as the host's expressions, within bounded steps. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Stopped } from "../../../src/engine/interpret/control.ts";
import { patternOf } from "../../../src/engine/interpret/patterns/pattern.ts";

const TEXT =
  "The Quick_brown fox42\njumps Over\r\nthe lazy dog: a.b, ÄÖ ſ İ K 𝒳y 'aabbcc' \"abcabc\" xyzzy 3.14e-10 \\d{2}";

const ORDINARY: readonly (readonly [source: string, flags: string])[] = [
  ["", ""],
  ["fox", ""],
  ["o.", "s"],
  ["[a-z]+", ""],
  ["[a-z]+", "i"],
  ["[^\\w\\s]+", ""],
  ["\\b\\w+\\b$", "m"],
  ["^\\w+", "m"],
  ["^the", "im"],
  ["(\\w)\\1", ""],
  ["(\\w)(\\w)\\2\\1", "i"],
  ["(?<a>\\w+)\\s+(?<b>\\w+)", ""],
  ["(?<first>[abc]{3})\\k<first>", ""],
  ["(?=(\\w+))\\1:", ""],
  ["\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?", ""],
  ["(?<=\\. ?|e-)\\w+", ""],
  ["(?<!\\w)\\w{3}(?!\\w)", ""],
  ["(?<=(\\w)(\\w+))x", ""],
  ["(?<=\\1(a))b", ""],
  ["(a*)*", ""],
  ["(a*?)*?b", ""],
  ["(?:a*?)*", ""],
  ["(z)((a+)?(b+)?(c))*", ""],
  ["(?:(a)|(b)|(c))+", ""],
  ["(?:a|ab)(?:c|bcd)?", ""],
  ["(a?){3}", ""],
  ["(?:){3,}x", ""],
  ["a{,2}", ""],
  ["\\\\d\\{2}", ""],
  ["]|}|{", ""],
  ["\\u00c4|\\x4f|\\cJ|\\0", ""],
  ["\\12", ""],
  ["(a)\\2", ""],
  ["ſ|k", "i"],
  ["s|K", "iu"],
  ["\\W+", "iu"],
  [".y", "u"],
  ["(?<=.)y", "u"],
  ["\\p{Lu}+", "u"],
  ["\\u{1d4b3}", "u"],
  ["\\uD835\\uDCB3", "u"],
  ["[^a]y", "u"],
  ["𝒳+", "u"],
  ["𝒳", ""],
  ["[\\]\\\\]", ""],
  ["[]|x", ""],
  ["[^]y", ""],
  ["(?=a)*b", ""],
  ["\\c", ""],
  ["\\k<a>|x", ""],
  ["\\B.\\B", "g"],
];

const tick = (): void => {};

/** What both engines say of all matches. */
function hosts(source: string, flags: string, text: string): unknown {
  return [...text.matchAll(new RegExp(source, `${flags.replace("g", "")}dg`))].map((match) => [
    match.index,
    [...match],
    [...match.indices!].map((pair) => pair && [...pair]),
    Object.entries(match.groups ?? {}),
  ]);
}

function ours(source: string, flags: string, text: string): unknown {
  const pattern = patternOf(source, flags)!;
  return [...pattern.matches({ text, tick })].map(({ index, groups, indices, named }) => [
    index,
    groups,
    indices,
    [...named],
  ]);
}

test.each(ORDINARY)("/%s/%s finds what the host finds", (source, flags) => {
  expect(ours(source, flags, TEXT)).toEqual(hosts(source, flags, TEXT));
});

const leaf = fc.constantFrom(
  "a",
  "b",
  "c",
  ".",
  "[ab]",
  "[^a]",
  "\\w",
  "\\b",
  "\\B",
  "^",
  "$",
  "\\1",
  "\\2",
  "(?:)",
);
const count = fc.constantFrom("*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}?", "{2,3}");
const { pattern: anyPattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    leaf,
    fc.tuple(tie("pattern"), tie("pattern")).map(([a, b]) => a + b),
    fc.tuple(tie("pattern"), tie("pattern")).map(([a, b]) => `(?:${a}|${b})`),
    fc.tuple(tie("pattern"), count).map(([a, times]) => `(?:${a})${times}`),
    fc.tuple(tie("pattern"), count).map(([a, times]) => `(${a})${times}`),
    tie("pattern").map((a) => `(${a})`),
    fc.tuple(fc.constantFrom("?=", "?!", "?<=", "?<!"), tie("pattern")).map(([look, a]) => `(${look}${a})`),
  ),
}));

test("random patterns find what the host finds", () => {
  const texts = fc.string({ unit: fc.constantFrom("a", "b", "c", "A", "\n"), maxLength: 10 });
  const flags = fc.constantFrom("", "i", "m", "s", "u", "imsu");
  fc.assert(
    fc.property(anyPattern, flags, texts, (source, modes, text) => {
      if (!patternOf(source, modes)) return;
      expect(ours(source, modes, text)).toEqual(hosts(source, modes, text));
    }),
    { numRuns: 1000 },
  );
});

test.each(["(a+)+$", "(a|a)*$", "(?:a*)*b", "^(?:a+)+c", "(.*)*x"])(
  "/%s/ is answered on hostile texts",
  (source) => {
    let steps = 0;
    const pattern = patternOf(source, "")!;
    expect(
      pattern.match({ text: `${"a".repeat(5000)}d`, anchor: "start", tick: (n) => (steps += n) }),
    ).toBeUndefined();
    expect(steps).toBeLessThan(50_000);
  },
);

test.each(["(?=(a+)+$)x", "(a+)+\\1$", "(?<=c(a+)+)d", "(?:(a)|a)+\\1b"])(
  "/%s/ stops at a bound",
  (source) => {
    const text = `${"a".repeat(400)}d`;
    expect(() => patternOf(source, "")!.match({ text, tick })).toThrow(Stopped);
  },
);

test("a bound of the caller ends a match", () => {
  let left = 1000;
  const count = (steps: number): void => {
    left -= steps;
    if (left < 0) throw new Stopped("enough");
  };
  expect(() => patternOf("(a+)+\\1$", "")!.match({ text: `${"a".repeat(99)}d`, tick: count })).toThrow(
    Stopped,
  );
});

test("long texts and large repetitions neither overflow nor fill the memory", () => {
  const text = "a".repeat(500_000);
  expect(patternOf("(?:a|b)*", "")!.match({ text, tick })?.end).toBe(500_000);
  expect(patternOf("(?:(?:a{1000}){1000}){1000}", "")).toBeUndefined();
  expect(patternOf("(?:){1000000000}", "")!.match({ text, tick })?.end).toBe(0);
  expect(patternOf("(".repeat(1000) + ")".repeat(1000), "")).toBeUndefined();
  expect(patternOf("(", "")).toBeUndefined();
});

test("groups may be called what objects have", () => {
  const match = patternOf("(?<__proto__>a)(?<constructor>b)", "")!.match({ text: "ab", tick });
  expect([...match!.named]).toEqual([
    ["__proto__", "a"],
    ["constructor", "b"],
  ]);
});

test("a match of the whole text goes back until it is", () => {
  expect(patternOf("a|ab", "")!.match({ text: "ab", anchor: "whole", tick })?.end).toBe(2);
  expect(patternOf("b", "")!.match({ text: "ab", anchor: "start", tick })).toBeUndefined();
});
