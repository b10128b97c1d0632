/** JavaScript and TypeScript snippets and the tree they lower to; the compiler's own parser agrees with each. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Parsers } from "../../../src/engine/syntax/parser.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { arg, dump } from "./dump.ts";

let parsers: Parsers;
beforeAll(async () => {
  parsers = await loadParsers();
});

/** What is shown, the code, its tree. */
const JAVASCRIPT: readonly (readonly [string, string, string])[] = [
  [
    "literals",
    String.raw`[1_000, 0xff, 1n, .5, 'a\n\u{1F600}\x41', "b", true, null, undefined, /a[/]b/gi]`,
    String.raw`(list 1000 255 1n 0.5 "a\n😀A" "b" true null undefined /a[/]b/gi)`,
  ],
  [
    "template strings",
    `\`a\${b}c\${\`d\${e}\`}\\n\`; tag\`x\${y}\`;`,
    String.raw`(template "a" {b} "c" {(template "d" {e})} "\n") (template tag=tag "x" {y})`,
  ],
  [
    "operators",
    "(-a) ** 2; a + b * c >>> 1 | d & e ^ f; !a || b && c; (a || b) ?? d; a === b; 'x' in o; a instanceof B; typeof a; void 0; delete a.b",
    `(** (- a) 2) (| (>>> (+ a (* b c)) 1) (^ (& d e) f)) (or (not a) (and b c)) (?? (or a b) d) (cmp a === b) (cmp "x" in o) (cmp a instanceof B) (typeof a) (void 0) (delete (. a b))`,
  ],
  [
    "members calls and optional chaining",
    `a.b?.c[0]?.[1]?.(x, ...y); this.#p = import.meta.url; new A(1); new B; super.x; await import("m")`,
    `(?.call (?.[] ([] (?. (. a b) c) 0) 1) x *y) (:= (. this #p) (. (. import meta) url)) (new A 1) (new B) (. super x) (await (call import "m"))`,
  ],
  [
    "assignment expressions",
    "a = b += c; a ??= 1; a &&= b; a.x ||= 2; [a, b] = [b, a]; ({ x: y.z, ...w } = o); i++; --o.j",
    "(:= a (:=+ b c)) (:=?? a 1) (:=and a b) (:=or (. a x) 2) (:= (targets a b) (list b a)) (:= (objectTarget x:(. y z) *w) o) (_++ i) (--_ (. o j))",
  ],
  ["comma and conditional", "x = a ? b : (c, d)", "(:= x (? a b (comma c d)))"],
  [
    "arrays and objects",
    "[1, , ...a]; ({ a, b: 1, 'c d': 2, 3: 4, [k]: v, ...r, m() { return 1 }, get g() { return 2 }, set g(v) {}, async *gen() { yield* x } })",
    "(list 1 undefined *a) (object a:a b:1 c d:2 3:4 [k]:v *r m:(method m () {(return 1)}) getter g:(getter g () {(return 2)}) setter g:(setter g (v) {}) gen:(async method* gen () {(yield* x)}))",
  ],
  [
    "functions and arrows",
    `function f(a, { b = 1, c: [d, , e] }, g = 2, ...rest) { return a }
const g = async x => await x;
const h = (a, b) => { a };
function* gen() { const x = yield 1; }
async function k() { for await (const x of y) ; }
(function named() {})()`,
    "(function f (a (objectTarget b:b=1 c:(targets d _ e)) g=2 *rest) {(return a)}) (const g=(async arrow g (x) {(return (await x))})) (const h=(arrow h (a b) {a})) (function* gen () {(const x=(yield 1))}) (async function k () {(for const x y {})}) (call (function named () {}))",
  ],
  [
    "declarations and destructuring",
    `const { a, b: { c = 1 }, ...rest } = o, [x, , y = 2, ...z] = p;
let u; var v = 1;`,
    "(const (objectTarget a:a b:(objectTarget c:c=1) *rest)=o (targets x _ y=2 *z)=p) (let u) (var v=1)",
  ],
  [
    "classes",
    `class A extends B.C {
  static count = 0; #p = 1; name; [k] = 2;
  constructor(x) { super(x); this.x = x; }
  get size() { return 1 }
  set size(v) {}
  static make() { return new A() }
  async *items() {}
  'quoted name'() {}
  static { A.count = 1; }
}
const C = class D {};`,
    "(class A ((. B C)) static count=0 #p=1 name [k]=2 constructor:(constructor constructor (x) {(call super x) (:= (. this x) x)}) size:(getter size () {(return 1)}) size:(setter size (v) {}) static make:(method make () {(return (new A))}) items:(async method* items () {}) quoted name:(method quoted name () {}) static {(:= (. A count) 1)}) (const C=(class D ()))",
  ],
  [
    "control flow",
    `if (a) b; else if (c) { d } else e;
while (x) { continue }
do x++; while (x < 3)
for (let i = 0, n = 3; i < n; i++) f(i);
for (;;) break;
for (const k in o) { }
for (x.y of z) ;
outer: for (const a of b) { break outer }
switch (x) { case 1: case 2: f(); break; default: g() }
try { a } catch (e) { b } finally { c }
try { a } catch { b }
throw new Error("x");
{ let a = 1 }`,
    `(if a {b} else {(if c {d} else {e})}) (while x {(continue)}) (do {(_++ x)} (cmp x < 3)) (cFor (let i=0 n=3) (cmp i < n) (_++ i) {(call f i)}) (cFor _ _ _ {(break)}) (forIn const k o {}) (for (. x y) z {}) outer:(for const a b {(break outer)}) (switch x (case 1 {}) (case 2 {(call f) (break)}) (case default {(call g)})) (try {a} (except as e {b}) finally {c}) (try {a} (except {b})) (raise (new Error "x")) (block {(let a=1)})`,
  ],
  [
    "modules",
    `import d, { a as b, "x y" as c } from "m";
import * as tf from "@tensorflow/tfjs";
import "side";
export const p = 1, { q, r: [s] } = o;
export function f() {}
export class K {}
export default class { }
export { a, b as default };
export { x } from "y";
export * from "z";
export * as ns from "w";`,
    "(from m default as d a as b x y as c) (import @tensorflow/tfjs as tf) (import side) (export (const p=1 (objectTarget q:q r:(targets s))=o) p q s) (export (function f () {}) f) (export (class K ()) K) (export default (class ())) (export a b as default) (export x from y) (export * from z) (export * as ns from w)",
  ],
  [
    "default exports",
    "export default function named() {}",
    "(export (function named () {}) named as default)",
  ],
  ["default export of an expression", "export default { a: 1 };", "(export default (object a:1))"],
  [
    "CommonJS",
    `const tf = require("@tensorflow/tfjs");
module.exports = { a };
exports.b = 1;`,
    `(const tf=(call require "@tensorflow/tfjs")) (:= (. module exports) (object a:a)) (:= (. exports b) 1)`,
  ],
  ["JSX and directives", "const x = <div a={1}>text</div>;", "(const x=<hole: JSX is not model code>)"],
  [
    "automatic semicolons",
    `let a = 1
let b = a
++b
return_`,
    "(let a=1) (let b=a) (++_ b) return_",
  ],
];

const TYPESCRIPT: readonly (readonly [string, string, string])[] = [
  [
    "types erased",
    `import type { T } from "t";
import { type U, v } from "u";
export type { T } from "t";
interface I { a: number }
type X<T> = T[];
declare const q: number;
declare module "m" { }
function over(a: string): void;
function over(a: any): void { (a as string)!.length; <number>a; a satisfies U; f<string>(a); }
abstract class A<T> extends B<T> implements I {
  private readonly a: number = 1;
  declare b: string;
  abstract c(): void;
  m?(): void;
  protected async d<T>(this: A, x?: T, y: number = 2): Promise<void> {}
}
export = q;`,
    "(from u v) (var q=<hole: q is declared here, its value comes from elsewhere>) (function over (a) {(. a length) a a (call f a)}) (class A (B) a=1 d:(async method d (x y=2) {})) (:= (. module exports) q)",
  ],
  [
    "parameter properties",
    `class A extends B { constructor(private readonly x: number, public y = 2, z?: string) { super(); this.go(); } }
class C { constructor(protected a: number) { this.b = a; } }`,
    "(class A (B) constructor:(constructor constructor (x y=2 z) {(call super) (:= (. this x) x) (:= (. this y) y) (call (. this go))})) (class C () constructor:(constructor constructor (a) {(:= (. this a) a) (:= (. this b) a)}))",
  ],
  [
    "enums",
    `enum E { A, B = 3, C, 'D d' = "x" }
export const enum F { A = 1 << 2 }`,
    `(enum E A B=3 C D d="x") (export (enum F A=(<< 1 2)) F)`,
  ],
  [
    "namespaces",
    "namespace N.M { export const a = 1; const b = 2; export function f() {} }",
    "(namespace N {(namespace M {(const a=1) (const b=2) (function f () {})})})",
  ],
  [
    "decorators",
    `@Component({ a: 1 })
class A { @Input() x = 1; @HostListener('y') m() {} }
export @dec class B {}`,
    '(class @(call Component (object a:1)) A () x=1 m:(method @(call HostListener "y") m () {})) (export (class @dec B ()) B)',
  ],
  [
    "import forms",
    `import fs = require("fs");
import A = N.M.B;`,
    `(const fs=(call require "fs")) (const A=(. (. N M) B))`,
  ],
  [
    "generics and arrows",
    `const f = <T,>(x: T): T => x;
const g = (a: number, b?: string, ...c: any[]): asserts a is 1 => { };
let x: Map<string, number> | undefined, y!: string;`,
    "(const f=(arrow f (x) {(return x)})) (const g=(arrow g (a b *c) {})) (let x y)",
  ],
  [
    "precedence around erased types",
    `x + w! * y; a ?? b[0]![1]; a + f<T>(x) * c; await a.b<Map<string, T[]>>(x); !f<T>(x); a < b && c > (d); "hey! <b>(c)";`,
    `(+ x (* w y)) (?? a ([] ([] b 0) 1)) (+ a (* (call f x) c)) (await (call (. a b) x)) (not (call f x)) (and (cmp a < b) (cmp c > d)) "hey! <b>(c)"`,
  ],
];

describe("JavaScript", () => {
  it.each(JAVASCRIPT)("lowers %s", (_title, code, tree) => {
    const module = parsers.parse("snippet.js", code);
    expect(dump(module.body)).toBe(tree);
    expect(module.errors).toEqual([]);
  });

  it("collects the comments that speak to it", () => {
    const { directives } = parsers.parse("snippet.js", "// convlens: input=1x32x32x3\nclass A {}\n");
    expect(directives).toEqual([{ line: 1, text: "input=1x32x32x3" }]);
  });

  it("reads the inside of a call by itself", () => {
    expect(parsers.parseArguments("typescript", "{ alpha: 0.5 }, ...rest").map(arg)).toEqual([
      "(object alpha:0.5)",
      "*rest",
    ]);
  });
});

describe("TypeScript", () => {
  it.each(TYPESCRIPT)("lowers %s", (_title, code, tree) => {
    const module = parsers.parse("snippet.ts", code);
    expect(dump(module.body)).toBe(tree);
    expect(module.errors).toEqual([]);
  });

  it("keeps the places of what stands behind erased types", () => {
    const [statement] = parsers.parse("snippet.ts", "f<Map<string, T>>(x)!.y;").body;
    expect(statement?.at).toMatchObject({ column: 1, endColumn: 25 });
  });
});
