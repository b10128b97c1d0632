/**
 * What numpy's keywords change is computed as numpy does, and a keyword that is not modelled makes the answer unknown.
 * What is expected was printed by numpy 1.24.
 */
import { expect, test } from "vitest";
import { profile } from "../../profile.ts";
import { show } from "../run.ts";

const CASES: readonly (readonly [source: string, repr: string])[] = [
  [
    "ws, ds = np.unique([32, 16, 32, 64, 32], return_counts=True)\n[ws.tolist(), ds.tolist()]",
    "[[16, 32, 64], [1, 3, 1]]",
  ],
  [
    "u, i, v, c = np.unique([3, 1, 3, 2], True, True, True)\n[u.tolist(), i.tolist(), v.tolist(), c.tolist()]",
    "[[1, 2, 3], [1, 3, 0], [2, 0, 2, 1], [1, 1, 2]]",
  ],
  [
    "u, c = np.unique(np.array([[2, 1], [2, 1], [0, 5]]), axis=0, return_counts=True)\n[u.tolist(), c.tolist()]",
    "[[[0, 5], [2, 1]], [1, 2]]",
  ],
  ["np.unique(np.array([[2, 1, 2], [0, 5, 0]]), axis=1).tolist()", "[[1, 2], [5, 0]]"],
  ["np.unique(np.array([[2, 1], [0, 5]])).tolist()", "[0, 1, 2, 5]"],
  [
    "[np.sort([[3, 1], [2, 5]], axis=0).tolist(), np.sort([[3, 1], [2, 5]]).tolist(), np.sort([[3, 1], [2, 5]], axis=None).tolist(), np.argsort([[3, 1], [2, 5]], axis=0).tolist()]",
    "[[[2, 1], [3, 5]], [[1, 3], [2, 5]], [1, 2, 3, 5], [[1, 0], [0, 1]]]",
  ],
  ["a, s = np.linspace(0, 10, 5, retstep=True)\n[a.tolist(), float(s)]", "[[0.0, 2.5, 5.0, 7.5, 10.0], 2.5]"],
  [
    "[np.linspace(0, 10, 5, endpoint=False).tolist(), np.linspace(0, 10, 4, dtype=int).tolist(), np.linspace(0, 1, 11)[3].item(), np.linspace(5, 9, 1).tolist(), np.linspace(0, 3, 4, endpoint=False, dtype=int).tolist()]",
    "[[0.0, 2.0, 4.0, 6.0, 8.0], [0, 3, 6, 10], 0.30000000000000004, [5.0], [0, 0, 1, 2]]",
  ],
  [
    "[np.concatenate([[[1, 2]], [[3, 4]]], axis=1).tolist(), np.concatenate([[[1, 2]], [[3, 4]]], axis=None).tolist(), np.concatenate([[[1, 2]], [[3, 4]]]).tolist(), np.concatenate(([1], [2.5])).tolist()]",
    "[[[1, 2, 3, 4]], [1, 2, 3, 4], [[1, 2], [3, 4]], [1.0, 2.5]]",
  ],
  [
    "[np.hstack([[[1], [2]], [[3], [4]]]).tolist(), np.hstack([[1], [2]]).tolist(), np.vstack([[1, 2], [3, 4]]).tolist(), np.vstack([[[1, 2]], [[3, 4]]]).tolist(), np.stack([[1, 2], [3, 4]], axis=1).tolist(), np.stack([[1, 2], [3, 4]], -1).tolist()]",
    "[[[1, 3], [2, 4]], [1, 2], [[1, 2], [3, 4]], [[1, 2], [3, 4]], [[1, 3], [2, 4]], [[1, 3], [2, 4]]]",
  ],
  [
    "a = np.arange(24).reshape(2, 3, 4)\n[a.sum(axis=(0, 2)).tolist(), a.sum((0, 2), keepdims=True).shape, a.max(axis=1, keepdims=True).tolist(), np.mean(a, axis=-1, keepdims=True).shape, a.sum(keepdims=True).tolist(), a.min(axis=(-1, -2)).tolist(), a.argmax(axis=1).tolist()]",
    "[[60, 92, 124], (1, 3, 1), [[[8, 9, 10, 11]], [[20, 21, 22, 23]]], (2, 3, 1), [[[276]]], [0, 12], [[2, 2, 2, 2], [2, 2, 2, 2]]]",
  ],
  [
    "[np.std([1, 2, 3, 4], ddof=1).item(), np.var([1, 2, 3, 4], ddof=1).item(), np.sum([1, 2], dtype=float).item(), np.sum([True, True]).item(), np.any([[0, 1], [0, 0]], axis=1).tolist()]",
    "[1.2909944487358056, 1.6666666666666667, 3.0, 2, [True, False]]",
  ],
  [
    "[np.cumsum([[1, 2], [3, 4]], axis=0).tolist(), np.cumsum([[1, 2], [3, 4]]).tolist(), np.cumprod([[1, 2], [3, 4]], 1).tolist(), np.array([[1, 2], [3, 4]]).cumsum(axis=1).tolist()]",
    "[[[1, 2], [4, 6]], [1, 3, 6, 10], [[1, 2], [3, 12]], [[1, 3], [3, 7]]]",
  ],
  [
    "[np.repeat([1, 2], [3, 1]).tolist(), np.repeat([[1, 2], [3, 4]], 2, axis=0).tolist(), np.repeat([[1, 2], [3, 4]], 2, axis=1).tolist(), np.repeat([[1, 2], [3, 4]], 2).tolist()]",
    "[[1, 1, 1, 2], [[1, 2], [1, 2], [3, 4], [3, 4]], [[1, 1, 2, 2], [3, 3, 4, 4]], [1, 1, 2, 2, 3, 3, 4, 4]]",
  ],
  [
    "[np.diff([1, 4, 9, 16], n=2).tolist(), np.diff([[1, 4], [9, 20]]).tolist(), np.diff([[1, 4], [9, 20]], axis=0).tolist()]",
    "[[2, 2], [[3], [11]], [[8, 16]]]",
  ],
  [
    "[np.array([1, 2], ndmin=3).shape, np.array(5, ndmin=1).tolist(), np.squeeze(np.ones((1, 2, 1)), axis=0).shape, np.ones((1, 2, 1)).squeeze(-1).shape, np.ones((1, 2, 1)).squeeze().shape, np.size(np.ones((2, 3)), axis=1), np.size(np.ones((2, 3)))]",
    "[(1, 1, 2), [5], (2, 1), (1, 2), (2,), 3, 6]",
  ],
  [
    "x, y = np.meshgrid([1, 2, 3], [4, 5], sparse=True)\n[x.tolist(), y.tolist(), x.shape, y.shape]",
    "[[[1, 2, 3]], [[4], [5]], (1, 3), (2, 1)]",
  ],
  [
    "[np.arange(24).reshape(2, 3, 4).transpose(2, 0, 1)[1].tolist(), np.arange(24).reshape(2, 3, 4).T.shape, np.arange(6).reshape(1, 2, 3).transpose().tolist(), np.arange(6).reshape(1, 2, 3).transpose((0, 2, 1)).tolist()]",
    "[[[1, 5, 9], [13, 17, 21]], (4, 3, 2), [[[0], [3]], [[1], [4]], [[2], [5]]], [[[0, 3], [1, 4], [2, 5]]]]",
  ],
  [
    "[np.expand_dims([1, 2], (0, 2)).shape, np.expand_dims([1, 2], -1).tolist(), np.array([[1, 2], [3, 4]]).item(1, 0), np.array([[1, 2], [3, 4]]).item((0, 1)), np.array([[1, 2], [3, 4]]).item(3), np.array([1, 2, 3]).item(-1)]",
    "[(1, 2, 1), [[1], [2]], 3, 2, 4, 3]",
  ],
  [
    "b = np.zeros(3)\nr = np.add([1, 2, 3], 1, out=b)\n[b.tolist(), r.tolist(), r is b]",
    "[[2.0, 3.0, 4.0], [2.0, 3.0, 4.0], True]",
  ],
  ["b = np.zeros(2, dtype=int)\nnp.sum([[1, 2], [3, 4]], axis=0, out=b)\nb.tolist()", "[4, 6]"],
  [
    "[np.arange(0, 5, 1, dtype=float).tolist(), np.arange(3, dtype=np.int32).tolist(), np.arange(1.5, 4).tolist(), np.clip([1, 5, 9], None, 6).tolist(), np.clip([1, 5, 9], 2.5, 6).tolist(), np.round([1.25, 2.75], decimals=1).tolist()]",
    "[[0.0, 1.0, 2.0, 3.0, 4.0], [0, 1, 2], [1.5, 2.5, 3.5], [1, 5, 6], [2.5, 5.0, 6.0], [1.2, 2.8]]",
  ],
  [
    "[np.reshape(np.arange(6), (2, 3)).tolist(), np.reshape(np.arange(6), newshape=(3, 2)).shape, np.arange(6).reshape(2, 3, order='C').shape, np.zeros_like(np.ones((2, 3)), dtype=int).tolist()]",
    "[[[0, 1, 2], [3, 4, 5]], (3, 2), (2, 3), [[0, 0, 0], [0, 0, 0]]]",
  ],
];

test.each(CASES)("numpy: %s", (source, repr) => {
  expect(show(`import numpy as np\n${source}`)).toBe(repr);
});

const UNMODELLED: readonly (readonly [call: string, reason: string])[] = [
  ["np.unique([1, 2], equal_nan=False)", "unique(…, equal_nan=)"],
  ["np.sum([1, 2], where=[True, False])", "sum(…, where=)"],
  ["np.max([1, 2], initial=5)", "max(…, initial=)"],
  ["np.array([1, 2]).max(initial=5)", "max(…, initial=)"],
  ["np.sqrt([1, 4], where=[True, False])", "sqrt(…, where=)"],
  ["np.add(1, 2, dtype=np.float32)", "add(…, dtype=)"],
  ["np.reshape(np.arange(6), (2, 3), order='F')", "reshape(…, order=)"],
  ["np.arange(6).reshape(2, 3, order='F')", "reshape(…, order=)"],
  ["np.diff([1, 2], prepend=0)", "diff(…, prepend=)"],
  ["np.zeros_like([1, 2], shape=(3,))", "zeros_like(…, shape=)"],
  ["np.linspace([1, 2], [3, 4], 5, axis=1)", "linspace(…, axis=)"],
  ["np.atleast_1d([1], 2)", "atleast_1d with 2 arguments"],
];

test.each(UNMODELLED)("a keyword of numpy that is not followed gives no number: %s", (call, reason) => {
  expect(show(`import numpy as np\n${call}`)).toBe(`unknown: ${reason} is not modelled`);
});

test("the default of a keyword that is not followed changes nothing", () => {
  expect(show("import numpy as np\nnp.sum([1, 2], where=True, keepdims=0).item()")).toBe("3");
});

test("an array that `out=` names has the new elements, or none that are known", () => {
  const source = "import numpy as np\na = np.zeros(2)\nnp.add([1, 2], 1, out=a)";
  expect(show(`${source}\na.tolist()`)).toBe("[2.0, 3.0]");
  const lost = source.replace("1, out", "np.random.rand(2), out");
  expect(show(`${lost}\na.tolist()`)).toMatch(/^unknown/);
});

test("how often numbers occur says how deep a network is", () => {
  const report = profile(`
import numpy as np, torch, torch.nn as nn
def widths(wa, w0, wm, depth, q=8):
    cont = np.arange(depth) * wa + w0
    exps = np.round(np.log(cont / w0) / np.log(wm))
    w = np.round(np.divide(w0 * np.power(wm, exps), q)) * q
    return w.astype(int).tolist()
class Net(nn.Module):
    def __init__(self, wa=36.44, w0=24, wm=2.49, depth=13, num_classes=10):
        super().__init__()
        ws, ds = np.unique(widths(wa, w0, wm, depth), return_counts=True)
        layers, c = [], 3
        for w, d in zip(ws.tolist(), ds.tolist()):
            for i in range(d):
                layers += [nn.Conv2d(c, w, 3, 2 if i == 0 else 1, 1), nn.ReLU()]
                c = w
        self.f = nn.Sequential(*layers)
        self.fc = nn.Linear(c, num_classes)
    def forward(self, x):
        return self.fc(self.f(x).mean([2, 3]))
net = Net()
net(torch.zeros(1, 3, 64, 64))`);
  expect([report.totals.params, report.totals.macs, report.complete]).toEqual([8536434, 173651552, true]);
});
