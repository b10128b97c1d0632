/** A list, dict or set that the program changes by something unknown holds nobody knows what, before any network runs too. */
import { describe, expect, it } from "vitest";
import type { Report } from "../../../src/engine/report/contract.ts";
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
])("what the change leaves as it was is known: %s, %s", (statement, outputs) => {
  expect(made(statement, outputs)).toMatchObject({ complete: true, totals: { params: 8 } });
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
  ])("but what the change leaves as it was is known: %s, %s", (statement, units) => {
    expect(builder(statement, units)).toMatchObject({ complete: true, totals: { params: 8 } });
  });
});
