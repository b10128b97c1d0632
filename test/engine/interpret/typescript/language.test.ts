/** JavaScript's own rules, each beside what a real engine prints. */
import { describe, expect, it } from "vitest";
import { show } from "./run.ts";

const CASES: readonly (readonly [what: string, source: string, expected: string])[] = [
  ["adds texts and numbers", "1 + '2' + 3 * 2", "126"],
  ["divides as floats", "7 / 2", "3.5"],
  [
    "takes 0, '' and null for false",
    "[0, '', null, undefined, NaN, [], {}].map((x) => !!x)",
    "[false, false, false, false, false, true, true]",
  ],
  [
    "compares loosely and strictly",
    "[1 == '1', 1 === '1', null == undefined, null === undefined]",
    "[true, false, true, false]",
  ],
  [
    "names types",
    "[typeof 1, typeof 'a', typeof undefined, typeof null, typeof (() => 1), typeof {}]",
    '["number", "string", "undefined", "object", "function", "object"]',
  ],
  [
    "destructures with defaults and rest",
    "const {a, b: [c = 5, ...d], ...e} = {a: 1, b: [undefined, 2, 3], f: 4};\n[a, c, d, e]",
    "[1, 5, [2, 3], {f: 4}]",
  ],
  [
    "spreads arrays and objects",
    "const a = [1, 2], o = {x: 1};\n[[...a, 3], {...o, y: 2}]",
    "[[1, 2, 3], {x: 1, y: 2}]",
  ],
  [
    "chains optionally",
    "const o = {a: {b: 1}};\n[o?.a?.b, o.z?.b, o.f?.(), o.z?.b.c.d]",
    "[1, undefined, undefined, undefined]",
  ],
  [
    "closes over loop variables",
    "const fs = [];\nfor (let i = 0; i < 3; i++) fs.push(() => i);\nfs.map((f) => f())",
    "[0, 1, 2]",
  ],
  [
    "hoists functions and var",
    "const r = f();\nfunction f() { if (x === undefined) { var x = 2; } return x; }\nr",
    "2",
  ],
  [
    "evaluates defaults at the call",
    "const f = (a, b = a + 1, ...c) => [a, b, c];\n[f(1), f(1, 5, 6, 7)]",
    "[[1, 2, []], [1, 5, [6, 7]]]",
  ],
  ["gives arguments", "function f() { return arguments.length; }\nf(1, 2, 3)", "3"],
  [
    "leaves loops by label",
    "let n = 0;\nouter: for (let i = 0; i < 5; i++) { for (let j = 0; j < 5; j++) { if (j === 2) continue outer; if (i === 2) break outer; n++; } }\nn",
    "4",
  ],
  [
    "falls through a switch",
    "const f = (x) => { const r = []; switch (x) { case 1: r.push('a'); case 2: r.push('b'); break; default: r.push('c'); } return r; };\n[f(1), f(2), f(3)]",
    '[["a", "b"], ["b"], ["c"]]',
  ],
  [
    "iterates keys and values",
    "const r = [];\nfor (const k in {a: 1, b: 2}) r.push(k);\nfor (const v of new Set([3, 3, 4])) r.push(v);\nfor (const [k, v] of new Map([['x', 1]])) r.push(k, v);\nr",
    '["a", "b", 3, 4, "x", 1]',
  ],
  [
    "runs generators",
    "function* g() { yield 1; const x = yield 2; yield* [3, 4]; }\n[...g()]",
    "[1, 2, 3, 4]",
  ],
  [
    "iterates objects by Symbol.iterator",
    "const o = { *[Symbol.iterator]() { yield 1; yield 2; } };\n[...o]",
    "[1, 2]",
  ],
  [
    "catches what is thrown",
    "let r;\ntry { throw new TypeError('no'); } catch (e) { r = [e.name, e.message, e instanceof Error, String(e)]; } finally { r.push('f'); }\nr",
    '["TypeError", "no", true, "TypeError: no", "f"]',
  ],
  [
    "settles promises at once",
    "const f = async (x) => { const y = await Promise.all([x, Promise.resolve(2)]); return y.map((v) => v * 2); };\nlet r; f(1).then((v) => { r = v; });\nr",
    "[2, 4]",
  ],
  ["rejects and catches", "let r; Promise.reject(new Error('x')).catch((e) => { r = e.message; });\nr", "x"],
  ["counts enums", "enum E { A, B = 5, C }\n[E.A, E.C, E[5]]", '[0, 6, "B"]'],
  [
    "opens namespaces",
    "namespace N { export const a = 1; export function f() { return a + 1; } }\nN.f()",
    "2",
  ],
  [
    "reads getters and setters of objects",
    "const o = { _x: 1, get x() { return this._x * 2; }, set x(v) { this._x = v; } };\no.x = 4;\no.x",
    "8",
  ],
  [
    "matches expressions",
    "['conv12_b'.match(/conv(\\d+)/)[1], 'a-b'.replace(/-/g, '_'), /x/.test('y')]",
    '["12", "a_b", false]',
  ],
  ["reads JSON", "JSON.stringify(JSON.parse('{\"a\": [1, null, true]}'))", '{"a":[1,null,true]}'],
  [
    "sorts, reduces and flattens",
    "[[3, 1, 10].sort(), [3, 1, 10].sort((a, b) => a - b), [1, 2, 3].reduce((a, b) => a + b), [[1], [2, [3]]].flat()]",
    "[[1, 10, 3], [1, 3, 10], 6, [1, 2, [3]]]",
  ],
  [
    "fills arrays by length",
    "[Array.from({length: 3}, (_, i) => i * i), new Array(2).fill(0), Array(3).length]",
    "[[0, 1, 4], [0, 0], 3]",
  ],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the snippet is JavaScript
  ["fills templates", "const n = 3;\n`conv${n + 1}_${[1, 2]}`", "conv4_1,2"],
  ["leaves Math.random open", "Math.random()", "unknown: a random number, decided at run time"],
  [
    "rounds",
    "[Math.floor(2.7), Math.max(1, 5, 3), Math.round(2.5), parseInt('12px'), Number('3.5'), (3.14159).toFixed(2)]",
    '[2, 5, 3, 12, 3.5, "3.14"]',
  ],
  [
    "calls with a given this",
    "function f(a) { return this.x + a; }\n[f.call({x: 1}, 2), f.apply({x: 2}, [3]), f.bind({x: 5})(1)]",
    "[3, 5, 6]",
  ],
  [
    "lists object entries",
    "[Object.keys({a: 1}), Object.entries({a: 1}), Object.assign({}, {b: 2}), Object.fromEntries([['c', 3]])]",
    '[["a"], [["a", 1]], {b: 2}, {c: 3}]',
  ],
];

const CLASSES: readonly (readonly [what: string, source: string, expected: string])[] = [
  [
    "runs fields, constructors and super",
    "class A { x = 1; constructor(y) { this.y = y; } f() { return this.x + this.y; } }\nclass B extends A { z = this.y + 1; constructor() { super(5); } f() { return super.f() + this.z; } }\nnew B().f()",
    "12",
  ],
  [
    "passes arguments on without a constructor",
    "class A { constructor(...a) { this.a = a; } }\nclass B extends A { b = 2; }\nnew B(1, 2)",
    "B {a: [1, 2], b: 2}",
  ],
  [
    "keeps statics, inherited too",
    "class A { static n = 2; static make() { return new this(); } }\nclass B extends A { static m = B.n + 1; }\n[B.n, B.m, B.make() instanceof B]",
    "[2, 3, true]",
  ],
  [
    "hides private names",
    "class A { #x = 3; get x() { return this.#x; } set x(v) { this.#x = v; } }\nconst a = new A(); a.x = 7;\n[a.x, Object.keys(a)]",
    "[7, []]",
  ],
  [
    "keeps this in arrows",
    "class A { v = 1; f = () => this.v; g() { return [1].map(() => this.v); } }\nconst { f } = new A();\n[f(), new A().g()]",
    "[1, [1]]",
  ],
  [
    "assigns parameter properties",
    "class A { constructor(private readonly x: number, public y = 2) {} sum() { return this.x + this.y; } }\nnew A(1).sum()",
    "3",
  ],
  [
    "makes objects by prototypes",
    "function P(n) { this.n = n; }\nP.prototype.twice = function () { return this.n * 2; };\nfunction Q(n) { P.call(this, n); }\nQ.prototype = Object.create(P.prototype);\n[new P(2).twice(), new Q(3).twice(), new Q(1) instanceof P]",
    "[4, 6, true]",
  ],
  [
    "extends Error and Array",
    "class E extends Error { constructor(m) { super(m); this.code = 1; } }\nclass L extends Array { last() { return this[this.length - 1]; } }\nconst l = new L(); l.push(1, 2);\n[new E('x').message, new E('x') instanceof Error, l.last()]",
    '["x", true, 2]',
  ],
  [
    "computes keys",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the snippet is JavaScript
    "const k = 'go';\nclass A { [k + '1']() { return 1; } static [`${k}2`] = 2; }\n[new A().go1(), A.go2]",
    "[1, 2]",
  ],
  [
    "runs static blocks and mixins",
    "const M = (B) => class extends B { m() { return 'm'; } };\nclass A { static x; static { this.x = 4; } }\nclass C extends M(A) {}\n[A.x, new C().m(), C.name]",
    '[4, "m", "C"]',
  ],
];

describe("JavaScript", () => {
  it.each(CASES)("%s", (_what, source, expected) => expect(show(source)).toBe(expected));
});

describe("classes of JavaScript", () => {
  it.each(CLASSES)("%s", (_what, source, expected) => expect(show(source)).toBe(expected));
});

describe("modules of JavaScript", () => {
  const files = {
    "/app/a.ts":
      "export const x = 1; export default function f() { return x + 1; }\nexport class K { v = 3; }",
    "/app/b.js": "const a = require('./c'); module.exports = { y: a.z * 2, g: () => 7 };",
    "/app/c.cjs": "exports.z = 5;",
    "/app/lib/index.ts": "export * from '../a'; export { K as Kay } from '../a'; export * as ns from '../a';",
    "/app/ring/index.ts": "export * from './left';\nexport * from './right';",
    "/app/ring/left.ts": "export * from '.';\nexport const left = 1;",
    "/app/ring/right.ts": "export * from '.';\nexport * from './left';\nexport const right = 2;",
    "/app/node_modules/pack/index.js": "export const deep = 9;",
    "/app/data.json": '{"n": 4}',
  };
  it.each([
    [
      "names, defaults and namespaces",
      "import f, { x as one } from './a';\nimport * as A from './a';\n[f(), one, A.x, new A.K().v]",
      "[2, 1, 1, 3]",
    ],
    [
      "re-exports that lead back to where they began",
      "import * as all from './ring';\nimport { left, right } from './ring';\n[left, right, Object.keys(all).length]",
      "[1, 2, 2]",
    ],
    ["re-exports", "import { x, Kay, ns } from './lib';\n[x, new Kay().v, ns.x]", "[1, 3, 1]"],
    [
      "CommonJS from both sides",
      "import b, { y } from './b.js';\nconst { g } = require('./b');\n[b.y, y, g()]",
      "[10, 10, 7]",
    ],
    [
      "packages and data",
      "import { deep } from 'pack';\nimport data from './data.json';\n[deep, data.n]",
      "[9, 4]",
    ],
    [
      "packages that are not there",
      "import { z } from 'nowhere';\nz.f()",
      "unknown: module nowhere was not found",
    ],
    [
      "how many items a loop over unknown data appends",
      "import { z } from 'nowhere';\nconst xs = [];\nfor (const x of z) xs.push(x);\nxs.map(() => 1).length",
      "unknown: module nowhere was not found",
    ],
    [
      "all names of a namespace",
      "import * as all from './lib';\nimport * as common from './c.cjs';\n[Object.keys(all), { ...common }, typeof import.meta.url]",
      '[["K", "Kay", "ns", "x"], {z: 5}, "string"]',
    ],
    ["imports at run time", "const m = await import('./a');\nm.x", "1"],
  ])("read %s", (_what, source, expected) => expect(show(source, files)).toBe(expected));
});
