/** TypeScript whose cost outgrows its text, or that no one would write: each entry a kind. */

const GOOD = `import * as tf from "@tensorflow/tfjs";
export const good = tf.sequential();
good.add(tf.layers.conv2d({ inputShape: [32, 32, 3], filters: 8, kernelSize: 3 }));
`;

const top = (code: string) => (): string => `${GOOD}${code}\n`;

const init = (code: string) => (): string =>
  `${GOOD}export function bad() {
  let n = 8;
${code.replaceAll(/^/gm, "  ")}
  const model = tf.sequential();
  model.add(tf.layers.dense({ inputShape: [4], units: n }));
  return model;
}
`;

const layer = (text: string) => (): string =>
  `import * as tf from "@tensorflow/tfjs";\nexport const bad = tf.sequential();\nbad.add(${text});\n`;

const NESTED = "let a: any = [1];\nfor (let i = 0; i < 60; i++) a = [a, a];\n";

export const HOSTILE_TYPESCRIPT: Readonly<Record<string, () => string>> = {
  // Loops and recursion.
  "ts: loop without end": init("for (;;) n++;"),
  "ts: loop that awaits": init("(async () => { while (true) await null; })();"),
  "ts: promises without end": init("const f = () => Promise.resolve().then(f);\nf();"),
  "ts: recursion": init("const f = (a: number): number => f(a + 1);\nn = f(1);"),
  "ts: recursion by two": init(
    "const f = (a: number): number => (a < 2 ? 1 : f(a - 1) + f(a - 2));\nn = f(60);",
  ),
  "ts: getter of itself": init("const o = { get x(): number { return this.x; } };\nn = o.x;"),
  "ts: setter of itself": init("const o: any = { set x(v: number) { this.x = v; } };\no.x = 1;"),
  "ts: proxy of itself": init("const p: any = new Proxy({}, { get: (t, k, r) => r[k] });\nn = p.x;"),
  "ts: toString of itself": init(
    "const o: any = { toString() { return String(this); } };\nn = String(o).length;",
  ),
  "ts: valueOf of itself": init("const o: any = { valueOf() { return +this; } };\nn = +o;"),
  "ts: iterator without end": init(
    "const o: any = { [Symbol.iterator]() { return { next: () => ({ done: false, value: 1 }) }; } };\nn = [...o].length;",
  ),
  "ts: generator without end": init("function* g() { for (;;) yield 1; }\nn = [...g()].length;"),
  "ts: generators in generators": init("function* g(): any { yield* g(); }\nn = [...g()].length;"),
  "ts: class that extends itself": top("class A extends A {}\nnew A();"),
  "ts: class that makes itself": top("class A { a = new A(); }\nnew A();"),
  "ts: array that grows while it is walked": init("const a = [1];\nfor (const b of a) a.push(b);"),
  "ts: map that grows while it is walked": init(
    "const m = new Map([[1, 1]]);\nfor (const [k] of m) m.set(k + 1, 1);",
  ),
  "ts: sort whose order sorts": init(
    "const a = Array.from({ length: 1e4 }, (_, i) => i);\na.sort(() => { a.slice().sort(); return 1; });",
  ),
  "ts: layers without end": init(
    "const m = tf.sequential();\nfor (;;) m.add(tf.layers.dense({ inputShape: [4], units: 4 }));",
  ),

  // Large values.
  "ts: array length": init("const a: any[] = [];\na.length = 4294967295;\nn = a.join('x').length;"),
  "ts: array of a size": init("n = new Array(4294967295).fill(0).length;"),
  "ts: array from a length": init("n = Array.from({ length: 1e12 }).length;"),
  "ts: array with a far index": init("const a: any[] = [];\na[4294967290] = 1;\nn = a.map((x) => x).length;"),
  "ts: text repeated": init("n = 'ab'.repeat(1e9).length;"),
  "ts: text padded": init("n = 'ab'.padStart(1e10).length;"),
  "ts: text doubled": init("let s = 'ab';\nfor (;;) s += s;"),
  "ts: text joined": init("n = new Array(1e5).fill('a'.repeat(1e5)).join().length;"),
  "ts: text replaced": init("let s = 'a';\nfor (;;) s = s.replaceAll('a', 'aa');"),
  "ts: array doubled": init("let a: any[] = [1];\nfor (;;) a = a.concat(a);"),
  "ts: array spread": init("let a: any[] = [1];\nfor (;;) a = [...a, ...a];"),
  "ts: spread into a call": init("const a = new Array(1e7).fill(1);\nn = Math.max(...a);"),
  "ts: apply of many": init("n = Math.max.apply(null, new Array(1e7).fill(1));"),
  "ts: splice of many": init("const a: any[] = [1];\nfor (;;) a.splice(0, 0, ...a);"),
  "ts: big integers": init("let b = 3n;\nfor (;;) b = b * b;"),
  "ts: a big power": init("n = Number(9n ** 999999999n);"),
  "ts: a big shift": init("n = Number(1n << 99999999999n);"),
  "ts: typed array of a size": init("n = new Float64Array(1e12).length;"),
  "ts: many decimals": init("n = (1).toFixed(1e9).length;"),
  "ts: codes of characters": init("n = String.fromCharCode(...new Array(1e7).fill(65)).length;"),

  // Values that hold each other.
  "ts: nested arrays as text": init(`${NESTED}n = String(a).length;`),
  "ts: nested arrays in a template": init(`${NESTED}n = \`\${a}\`.length;`),
  "ts: nested arrays, JSON": init(`${NESTED}n = JSON.stringify(a).length;`),
  "ts: nested arrays, flat": init(`${NESTED}n = a.flat(Infinity).length;`),
  "ts: nested arrays, cloned": init(`${NESTED}n = structuredClone(a).length;`),
  "ts: nested arrays, compared": init(`${NESTED}n = a == String(a) ? 1 : 2;`),
  "ts: array in itself": init(
    "const a: any[] = [];\na.push(a);\nn = String(a).length + a.flat(Infinity).length;",
  ),
  "ts: object in itself, JSON": init("const o: any = {};\no.o = o;\nn = JSON.stringify(o).length;"),
  "ts: deep array": init("let a: any = [];\nfor (let i = 0; i < 1e5; i++) a = [a];\nn = String(a).length;"),
  "ts: prototypes in a ring": init(
    "const a: any = {}, b: any = Object.create(a);\nObject.setPrototypeOf(a, b);\nn = a.x ?? 8;",
  ),
  "ts: long chain of prototypes": init(
    "let o: any = {};\nfor (let i = 0; i < 1e5; i++) o = Object.create(o);\nn = o.x ?? 8;",
  ),
  "ts: functions bound again and again": init(
    "let f: any = () => 8;\nfor (let i = 0; i < 1e5; i++) f = f.bind(null);\nn = f();",
  ),

  // Work of the host that takes far fewer steps to ask for than to do.
  "ts: generators that hand on twice": init(
    "function* g(k: number): any { if (k) { yield* g(k - 1); yield* g(k - 1); } yield 1; }\nfor (const x of g(60)) n += x;",
  ),
  "ts: bound over and over": init(
    "let f: any = () => 8;\nfor (let i = 0; i < 100000; i++) f = f.bind(null, 1);\nn = f();",
  ),
  "ts: object spread, doubled": init(
    "let o: any = { a: 1 };\nfor (let i = 0; i < 30; i++) o = { ...o, ...Object.fromEntries(Object.entries(o).map(([k, v]) => [k + i, v])) };\nn = Object.keys(o).length;",
  ),
  "ts: a pattern that looks ahead everywhere": init(
    "n = [...'x'.repeat(100000).matchAll(/(?=(.*))/g)].length;",
  ),
  "ts: a pattern that finds nothing, again and again": init("const r = /a*/g;\nwhile (r.exec('bbb')) n++;"),
  "ts: keys that come and go": init(
    "const o: any = {};\nfor (let i = 0; i < 20000; i++) o['k' + i] = i;\nwhile (true) { delete o.k5; o.k5 = 1; }",
  ),
  ...Object.fromEntries(
    [
      "for (const x of m) break",
      "s.size",
      "l.length",
      "l.entries()",
      "tf.tensor(l)",
      "tf.stack(t)",
      "tf.addN(t)",
    ].map((work) => [
      `ts: large values, again and again: ${work}`,
      init(
        `const l: any = Array.from({ length: 190000 }, (_, i) => i);\nconst m = new Map(l.slice(0, 50000).map((i: any) => [i, i]));\nconst s = new Set(l);\nconst t = Array(10000).fill(tf.zeros([1]));\nwhile (true) { ${work}; }`,
      ),
    ]),
  ),
  "ts: models of a long chain": init(
    "const i = tf.input({ shape: [4] });\nlet x: any = i;\nfor (let k = 0; k < 1000; k++) x = tf.layers.dense({ units: 4 }).apply(x);\nwhile (true) tf.model({ inputs: i, outputs: x });",
  ),
  "ts: long texts that are alike": init(
    "const s = 'a'.repeat(900000);\nconst r = 'a'.repeat(900000);\nwhile (true) s === r;",
  ),
  "ts: unknown calls without end": init("while (true) nothing.foo(1);"),
  ...Object.fromEntries(
    ["Number(s)", "+s", "s.split('a').join('a')", "btoa(s)"].map((work) => [
      `ts: long text: ${work}`,
      init(`const s: any = '1'.repeat(900000);\nwhile (true) ${work};`),
    ]),
  ),
  ...Object.fromEntries(
    ["m.getWeights()", "m.weights", "m.countParams()", "m.getLayer('x')", "m.trainable = false"].map(
      (work) => [
        `ts: many layers: ${work}`,
        init(
          `const m: any = tf.sequential();\nfor (let i = 0; i < 1000; i++) m.add(tf.layers.dense({ inputShape: [4], units: 4 }));\nwhile (true) ${work};`,
        ),
      ],
    ),
  ),
  "ts: properties kept without end": init("const o: any = {};\nfor (let i = 0; ; i++) o['k' + i] = i;"),
  "ts: a long map, listed": init(
    "const m = new Map(Array.from({ length: 50000 }, (_, i): any => [i, i]));\nwhile (true) m.keys();",
  ),

  // Patterns and code in code.
  "ts: pattern of nested repeats": init("n = /^(a+)+$/.test('a'.repeat(50) + 'b') ? 1 : 8;"),
  "ts: pattern of words": init("n = 'a '.repeat(30).match(/^(\\w+\\s?)*$!/) ? 1 : 8;"),
  "ts: matches without end": init("for (const m of 'a'.repeat(1e6).matchAll(/a*?/g)) n = m.index;"),
  "ts: pattern made of text": init("n = new RegExp('(x+x+)+y').test('x'.repeat(60)) ? 1 : 8;"),
  "ts: pattern, deeply nested": init(
    "n = new RegExp('('.repeat(20000) + ')'.repeat(20000)).test('') ? 8 : 1;",
  ),
  "ts: pattern that replaces": init("n = 'a'.repeat(1e5).replace(/(a*)*b/g, (m) => m + m).length;"),
  "ts: JSON of much": init("n = JSON.parse('['.repeat(1e5) + ']'.repeat(1e5)).length;"),
  "ts: file that imports itself": top(
    'import { good as better } from "./model";\nexport * from "./model";\nexport default better;',
  ),

  // Syntax.
  "ts: open brackets": top(`const x = ${"(".repeat(100_000)}`),
  "ts: open braces": top("{".repeat(100_000)),
  "ts: brackets in brackets": top(`const x = ${"[".repeat(100_000)}${"]".repeat(100_000)};`),
  "ts: brackets in brackets, half a megabyte each": top(
    `const x = ${"[".repeat(500_000)}${"]".repeat(500_000)};`,
  ),
  "ts: braces in braces, half a megabyte each": top(`${"{".repeat(500_000)}${"}".repeat(500_000)}`),
  "ts: closing brackets": top(")]}".repeat(50_000)),
  "ts: arrows": top(`const x = ${"() => ".repeat(30_000)}1;`),
  "ts: conditions": top(`const x = ${"a ? 1 : ".repeat(30_000)}2;`),
  "ts: templates in templates": top(`const x = ${"`${".repeat(5000)}1${"}`".repeat(5000)};`),
  "ts: types in types": top(`type X = ${"Array<".repeat(20_000)}number${">".repeat(20_000)};`),
  "ts: else if": top(`if (a) {}${" else if (a) {}".repeat(10_000)}`),
  "ts: additions": top(`const x = 1${" + 1".repeat(100_000)};`),
  "ts: chains": top(`const x = a${"?.b".repeat(100_000)};`),
  "ts: calls of calls": top(`const x = f${"()".repeat(100_000)};`),
  "ts: exclamation marks": top(`const x = ${"!".repeat(100_000)}a;`),
  "ts: awaits": top(`const x = ${"await ".repeat(30_000)}a;`),
  "ts: elements in elements": top(`const x = ${"<a>".repeat(20_000)}`),
  "ts: text that never ends": top(`const x = \`${"abc\n".repeat(50_000)}`),
  "ts: comment that never ends": top(`/*${" abc\n".repeat(50_000)}`),
  "ts: slashes": top("/".repeat(100_000)),
  "ts: one long line": top(`const x = [${"1, ".repeat(300_000)}];`),
  "ts: many statements": top("x = 1;\n".repeat(100_000)),
  "ts: many functions": top(
    Array.from({ length: 5000 }, (_, i) => `function f${i}() { return tf.sequential(); }`).join("\n"),
  ),
  "ts: destructuring": top(`const ${"{ a: ".repeat(5000)}b${" }".repeat(5000)} = c;`),
  "ts: cases": top(
    `switch (x) {\n${Array.from({ length: 10_000 }, (_, i) => `case ${i}: y = ${i}; break;`).join("\n")}\n}`,
  ),

  // Layers.
  "ts: negative filters": layer("tf.layers.conv2d({ inputShape: [9, 9, 3], filters: -8, kernelSize: 3 })"),
  "ts: fractional units": layer("tf.layers.dense({ inputShape: [4], units: 2.5 })"),
  "ts: infinite units": layer("tf.layers.dense({ inputShape: [4], units: Infinity })"),
  "ts: units that are no number": layer("tf.layers.dense({ inputShape: [4], units: NaN })"),
  "ts: strides of zero": layer(
    "tf.layers.conv2d({ inputShape: [9, 9, 3], filters: 8, kernelSize: 3, strides: 0 })",
  ),
  "ts: a shape in itself": layer("tf.layers.dense({ inputShape: new Array(1e6).fill(2), units: 2 })"),
};
