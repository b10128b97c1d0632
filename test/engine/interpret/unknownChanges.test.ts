/** A list, dict or set that the program changes by something unknown holds nobody knows what, before any network runs too. */
import { describe, expect, it } from "vitest";
import type { Report } from "../../../src/engine/contract/report.ts";
import { profile } from "../profile.ts";

/** A network whose layer has as many outputs as `outputs` says, which `statement` at the top of the module changes. */
const made = (statement: string, outputs: string): Report =>
  profile(`
import collections, heapq, itertools
from elsewhere import u
from torch import nn
${statement}
K = ${outputs}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(1, K)
    def forward(self, x):
        return self.layer(x)
`);

const unknown = { complete: false, totals: { params: null } };

describe("a list is not known after", () => {
  it.each([
    ["l = [1]; l.extend(u)", "len(l)"],
    ["l = [1]; l.append(*u)", "len(l)"],
    ["l = [1, 2]; l.insert(*u)", "l[0]"],
    ["l = [1]; l.extend(u)", "l[-1]"],
    ["l = [1]; l.extend(u); l.append(5)", "l[2]"],
    ["l = [1]; l.extend(u); l.append(5)", "l[-2]"],
    ["l = [1]; l.extend(u)", "l[7]"],
    ["l = [1]; l.extend(u); l.pop()", "len(l)"],
    ["l = [1]; l.extend(u)", "5 if l == [1, 2] else 4"],
    ["l = [1]; l.extend(u)", "sum(1 for _ in l)"],
    ["l = [1, 2, 3]; l.pop(u)", "l[0]"],
    ["l = [1, 2, 3]; l.insert(u, 5)", "l[0]"],
    ["l = [3, 1, 2]; l.sort(key=u)", "l[0]"],
    ["l = [3, 1, 2]; l.remove(u)", "l[0]"],
    ["l = [3, 1, 2]; del l[u]", "l[0]"],
    ["l = [3, 1, 2]; del l[u:]", "len(l)"],
    ["l = [3, 1, 2]; l[u:] = []", "len(l)"],
    ["l = [3, 1, 2]; l[1:] = u", "len(l)"],
    ["l = [3, 1, 2]; l[u] = 7", "l[0]"],
    ["l = [3, 1, 2]; l[u] = 7; a, b, c = l", "a"],
    ["l = [3, 1, 2]; l[u:] = []; a, b = l", "b"],
    ["l = [2]; heapq.heappush(l, u)", "l[0]"],
    ["l = collections.deque([1]); l.extend(u)", "len(l)"],
  ])("%s: %s", (statement, outputs) => {
    expect(made(statement, outputs)).toMatchObject(unknown);
  });
});

describe("a dict or set is not known after", () => {
  it.each([
    ["s = {1, 2}; s.discard(u)", "len(s)"],
    ["s = {1, 2}; s.discard(u)", "5 if 1 in s else 4"],
    ["s = {1, 2}; s.remove(u)", "len(s)"],
    ["s = {1, 2}; s.update(u); s.discard(3)", "len(s)"],
    ["s = {1, 2}; s.update(u); s.pop()", "len(s)"],
    ["s = {1, 2}; s.difference_update(u)", "len(s)"],
    ["s = {1, 2}; s.intersection_update(u)", "len(s)"],
    ["s = {1, 2}; s.intersection_update(u)", "len(s & {1}) + 1"],
    ["s = {1, 2}; s.add(u)", "5 if s == {1, 2} else 4"],
    ["s = {1, 2}; s.add(u)", "5 if s <= {1, 2} else 4"],
    ["d = {'a': 1}; d.pop(u, None)", "len(d)"],
    ["d = {'a': 1}; d.pop(u, None)", "d.get('a', 4)"],
    ["d = {'a': 1}; del d[u]", "len(d)"],
    ["d = {'a': 1}; d.setdefault(u, 3)", "len(d)"],
    ["d = {'a': 1}; d.update(u)", "d['a']"],
    ["d = {'a': 1}; d.update(u)", "5 if d == {'a': 1} else 4"],
    ["d = {'a': 1}; d.update(u); n = 1\nfor k, v in d.items(): n += 1", "n"],
    ["d = {'a': 1}; d[u] = 2", "d['a']"],
    ["d = {'a': 1}; d.update({u: 2})", "d['a']"],
    ["d = {'a': 1}; d[u] = 2; e = {**d}", "e['a']"],
    ["d = {'a': 1}; d[u] = 2; n = 1\nfor k in d: n += 1", "n"],
    ["d = {'a': [1]}; d[u] = 2", "len(d['a'])"],
    ["d = {'a': 1, 'b': nn.Linear(1, 1)}; d[u] = 2", "d['a']"],
    ["d = {'a': 1, 'b': nn.Linear(1, 1)}; d.pop(u)", "d['a']"],
    ["l = [1, nn.Linear(1, 1)]; l[u] = 2", "l[0]"],
    ["c = collections.Counter('aab'); c.subtract(u)", "c['a']"],
    ["c = collections.Counter('aab'); c.update(u)", "c['a']"],
    ["c = collections.Counter('aab'); c.update(u)", "1 + len(list(c.elements()))"],
    ["c = collections.Counter('aab'); \nfor x in u: c.update(x)", "c['a']"],
  ])("%s: %s", (statement, outputs) => {
    expect(made(statement, outputs)).toMatchObject(unknown);
  });
});

it.each([
  "len(collections.Counter(u))",
  "(collections.Counter('aab') + collections.Counter(u))['a']",
  "len(list(itertools.chain(u, [1])))",
  "len(list(itertools.combinations([1, 2, 3], u)))",
])("%s is not known", (outputs) => {
  expect(made("", outputs)).toMatchObject(unknown);
});

it.each([
  ["l = [4]; l.extend(u)", "l[0]"],
  ["l = [4]; l.extend(u); l.append(4)", "l[-1]"],
  ["l = [3, 1, 2]; l.sort(key=u)", "len(l) + 1"],
  ["l = [3, 1, 2, 5, 6]; l.pop(u)", "len(l)"],
  ["l = [3, 1, 2]; l[0] = u; l[1] = 4", "l[1]"],
  ["l = [2]; heapq.heappush(l, u); heapq.heappop(l)", "len(l) + 3"],
  ["d = {'a': 4}; d.setdefault(u, 3)", "d['a']"],
  ["d = {'a': 3}; d[u] = 2; d['a'] = 4", "d['a']"],
])("what the change leaves as it was is known: %s, %s", (statement, outputs) => {
  expect(made(statement, outputs)).toMatchObject({ complete: true, totals: { params: 8 } });
});

describe("an object's attributes are not known after one of unknown name", () => {
  const written = (statement: string, outputs: string): Report =>
    made(`class C:\n    z = 3\n    def f(self): return 4\no = C(); o.a = 2\n${statement}`, outputs);

  it.each([
    ["setattr(o, u, 1)", "o.a"],
    ["setattr(o, u, 1)", "o.z"],
    ["setattr(o, u, 1)", "5 if hasattr(o, 'b') else 4"],
    ["setattr(o, u, 1)", "getattr(o, 'b', 4)"],
    ["setattr(o, u, 1)", "len(o.__dict__)"],
    ["delattr(o, u)", "getattr(o, 'a', 4)"],
    ["o.__dict__[u] = 1", "o.a"],
    ["vars(o)[u] = 1", "o.z"],
    ["o.__dict__.update(u)", "o.a"],
    ["setattr(C, u, 1)", "o.z"],
  ])("%s: %s", (statement, outputs) => {
    expect(written(statement, outputs)).toMatchObject(unknown);
  });

  it.each([
    ["setattr(o, u, 1); o.a = 4", "o.a"],
    ["setattr(o, u, 1)", "o.f()"],
    ["setattr(C, u, 1)", "o.a + 2"],
  ])("but those that are written later are: %s, %s", (statement, outputs) => {
    expect(written(statement, outputs)).toMatchObject({ complete: true, totals: { params: 8 } });
  });

  it("and the layers of a network keep their rows", () => {
    const report = profile(`
from elsewhere import u
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(1, 4)
        setattr(self, u, nn.Linear(1, 2))
    def forward(self, x):
        return self.layer(x)
`);
    expect(report).toMatchObject({ complete: false, layers: [{ name: "layer", params: 8 }] });
  });
});

describe("a container of layers is not known after one of unknown place or name", () => {
  it.each([
    ["ModuleDict({'a': nn.Linear(1, 4)})", "self.all[u] = nn.Linear(1, 8)", "self.all['a'](x)"],
    ["ModuleDict({'a': nn.Linear(1, 4)})", "del self.all[u]", "self.all['a'](x) if 'a' in self.all else x"],
    ["ModuleDict({u: nn.Linear(1, 4), 'a': nn.Linear(1, 4)})", "pass", "self.all['a'](x)"],
    ["ModuleList([nn.Linear(1, 4)])", "self.all[u] = nn.Linear(1, 8)", "self.all[0](x)"],
    ["ModuleList([nn.Linear(1, 4)])", "self.all.insert(u, nn.Linear(1, 8))", "self.all[0](x)"],
    ["ModuleList([nn.Linear(1, 4)])", "del self.all[u]", "self.all[0](x)"],
    ["Sequential(nn.Linear(1, 4), nn.Linear(4, 4))", "self.all[u] = nn.Identity()", "self.all(x)"],
    ["Sequential(nn.Linear(1, 1))", "self.all = self.all * u", "self.all(x)"],
    [
      "Module()",
      "self.all.add_module(u, nn.Linear(1, 4)); self.all.add_module('a', nn.Linear(1, 4))",
      "self.all.a(x)",
    ],
  ])("nn.%s, %s", (made, change, answer) => {
    const report = profile(`
from elsewhere import u
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.all = nn.${made}
        ${change}
    def forward(self, x):
        return ${answer}
`);
    expect(report).toMatchObject(unknown);
  });
});

const builder = (statement: string, units: string): Report =>
  profile(
    `
import * as tf from "@tensorflow/tfjs";
import { u } from "elsewhere";
${statement};
const K = ${units};
export function create() {
  const model = tf.sequential();
  model.add(tf.layers.dense({ inputShape: [1], units: K }));
  return model;
}
`,
    { file: "/app/net.ts" },
  );

describe("in TypeScript an array, Map or Set is not known after", () => {
  it.each([
    ["const a = [1]; a.push(...u)", "a.length"],
    ["const a = [1]; a.push(...u); a.push(5)", "a[2]"],
    ["const a = [1]; a.push(...u)", "a[3] ?? 4"],
    ["const a = [1]; a.push(...u); a.pop()", "a.length"],
    ["const a = [1]; a.unshift(...u)", "a[0]"],
    ["const a = [1, 2]; a.splice(u, 1)", "a[0]"],
    ["const a = [1, 2]; a.splice(0, u)", "a.length"],
    ["const a = [1, 2]; a.length = u", "a.length"],
    ["const a = [2, 1]; a.sort(u)", "a[0]"],
    ["const a = [2, 1]; a[u] = 1", "a[0]"],
    ["const a = [2, 1]; a.fill(7, u)", "a[0]"],
    ["const a = [2, 1]; a.copyWithin(u, 0)", "a[0]"],
    ["const m = new Map(); m.set(u, 1); m.set('a', 2)", "m.size"],
    ["const m = new Map(); m.set(u, 1)", "m.get('a') ?? 4"],
    ["const m = new Map([['a', 2]]); m.delete(u)", "m.get('a') ?? 4"],
    ["const m = new Map([['a', 2]]); m.delete(u)", "m.has('a') ? 4 : 5"],
    ["const m = new Map([['a', 2]]); m.set(u, 1)", "m.get('a')"],
    ["const o: any = { a: 2 }; o[u] = 1", "o.a"],
    ["const o: any = { a: 2 }; o[u] = 1", "o.b ?? 4"],
    ["const o: any = { a: 2 }; delete o[u]", "o.a ?? 4"],
    ["const o: any = { a: 2, [u]: 1 }", "o.a"],
    ["const o: any = { a: 2 }; Object.defineProperty(o, u, { value: 1 })", "o.a"],
    ["class C { static a = 2 }; (C as any)[u] = 1", "C.a"],
    ["const s = new Set([1]); s.add(u)", "s.has(2) ? 4 : 5"],
    ["const s = new Set([1]); s.delete(u)", "s.size"],
    ["const s = new Set([1]); s.delete(u)", "s.has(1) ? 4 : 5"],
    ["const o: any = { a: 2 }; Object.assign(o, u)", "o.a"],
  ])("%s: %s", (statement, units) => {
    expect(builder(statement, units)).toMatchObject(unknown);
  });

  it.each([
    ["const a = [4]; a.push(...u)", "a[0]"],
    ["const a = [3, 1, 2, 7]; a.sort(u)", "a.length"],
    ["const o: any = { a: 2 }; o[u] = 1; o.a = 4", "o.a"],
    ["const o: any = { [u]: 1, a: 4 }", "o.a"],
    ["const m = new Map([['a', 2]]); m.set(u, 1); m.set('a', 4)", "m.get('a')"],
  ])("but what the change leaves as it was is known: %s, %s", (statement, units) => {
    expect(builder(statement, units)).toMatchObject({ complete: true, totals: { params: 8 } });
  });
});
