/** Long stretches of comments are blanked before parsing, and nothing else is. */
import { expect, it } from "vitest";
import { blankComments } from "../../../src/engine/syntax/python/comments.ts";

const MANY = "# a comment, don't read\n".repeat(150);

it("a long stretch of comments is blank but for its first line, offsets stay", () => {
  const blanked = blankComments(`x = 1\n${MANY}y = 2\n`);
  expect(blanked).toHaveLength(`x = 1\n${MANY}y = 2\n`.length);
  expect(blanked.match(/#/g)).toHaveLength(1);
  expect(blanked.split("\n").filter((line) => line.trim() !== "")).toEqual([
    "x = 1",
    "# a comment, don't read",
    "y = 2",
  ]);
});

it.each([
  ["few comments", "# a\n".repeat(50)],
  ["a text's end among them", `x = """\n${"# a\n# b\n".repeat(49)}# """\n${"# c\n".repeat(80)}`],
  ["code between", `${"# a\n".repeat(80)}x = 1\n${"# b\n".repeat(80)}`],
])("%s stay", (_what, text) => {
  expect(blankComments(text)).toBe(text);
});
