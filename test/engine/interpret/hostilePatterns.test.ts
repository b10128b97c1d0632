/** Model code with patterns that keep a plain matcher busy for ever, and with names that objects have of their own. */
import { expect, test } from "vitest";
import { escapePattern, wordPattern } from "../../../src/engine/interpret/patterns/escape.ts";
import { show } from "./run.ts";
import { show as showScript } from "./typescript/run.ts";

const PYTHON: readonly (readonly [source: string, expected: string])[] = [
  [
    `import re\n[re.match(r"(a+)+$", "a" * 40 + "b"), re.fullmatch(r"(a|a)*", "a" * 40 + "b")]`,
    "[None, None]",
  ],
  [
    `import re\n[re.findall(r"(?:x+x+)+y", "x" * 60), re.sub(r"(a*)*c", "", "a" * 50)]`,
    `[[], '${"a".repeat(50)}']`,
  ],
  [
    `import re\nm = re.match(r"(?P<__proto__>a)(?P<constructor>b)?", "a")\n[m["__proto__"], m["constructor"], m.groupdict(), m.span("__proto__")]`,
    "['a', None, {'__proto__': 'a', 'constructor': None}, (0, 1)]",
  ],
  [`import re\nre.match(r"(a)", "a").group("toString")`, "unknown: IndexError: no such group"],
  [`import glob\nglob.glob("/app/" + "*a" * 30 + "b")`, "[]"],
  [`from pathlib import Path\nlist(Path("/app").glob("*a" * 30 + "b"))`, "[]"],
  [
    `import textwrap\n[textwrap.indent("a", "$&"), textwrap.dedent("  a\\n   b\\n \\n")]`,
    "['$&a', 'a\\n b\\n \\n']",
  ],
];

test.each(PYTHON)("%s", (source, expected) => {
  const files = { [`/app/${"a".repeat(60)}`]: "" };
  expect(show(source, files)).toBe(expected);
});

const A = "'a'.repeat(40) + 'b'";
const SCRIPTS: readonly (readonly [source: string, expected: string])[] = [
  [
    `[/(a+)+$/.test(${A}), /(a+)+$/.exec(${A}), new RegExp('(a|a)*$').test(${A}), (${A}).search(/(a+)+$/)]`,
    "[false, null, true, -1]",
  ],
  [`(${A}).match(/(a+)+$/g)`, "null"],
  [
    `['xx-y'.replace(/(?<l>x+)-(y)/, '$2$$$<l>$3$&$\`'), 'aba'.replace(/a/g, (all, at) => all + at), 'a.b'.replaceAll('.', '$&$&'), (${A}).replace(/(a+)+$/, '').length]`,
    '["y$xx$3xx-y", "a0ba2", "a..b", 41]',
  ],
  [
    "['a1b22c'.split(/(\\d)+/), 'abc'.split(/(?:)/), ''.split(/x/), 'a,b,c'.split(/,/, 2), ('a'.repeat(40) + 'b').split(/(a+)+$/).length]",
    '[["a", "1", "b", "2", "c"], ["a", "b", "c"], [""], ["a", "b"], 1]',
  ],
  [
    "const r = /a/y;\n[/(a+)+$/y.test('a'.repeat(40) + 'b'), r.test('aab'), r.lastIndex, r.test('aab'), r.test('aab'), r.lastIndex]",
    "[false, true, 1, true, false, 0]",
  ],
  [
    "[...('a1b2' + 'c'.repeat(40)).matchAll(/([a-z])(?<constructor>\\d)|(?:c+)+$d/g)].map((m) => m.groups.constructor + m.index)",
    '["10", "22"]',
  ],
];

test.each(SCRIPTS)("%s", (source, expected) => {
  expect(showScript(source)).toBe(expected);
});

test("names are found as they are written", () => {
  for (const name of ["$x", "a.b", "(", "x$", "[", "a\\d", "plain"]) {
    expect(`of ${name} and`.search(new RegExp(wordPattern(name)))).toBe(3);
    expect(new RegExp(`^${escapePattern(name)}$`, "u").test(name)).toBe(true);
  }
  expect(new RegExp(wordPattern("a.b")).test("aXb")).toBe(false);
  expect(new RegExp(wordPattern("$x")).test("y$x")).toBe(false);
});
