/** numpy, as far as model code computes with it. What is expected is what CPython's repr shows of the last line. */
import { expect, test } from "vitest";
import { show } from "../run.ts";

const CASES: readonly (readonly [source: string, repr: string])[] = [
  [
    `import numpy as np
[int(np.prod([2, 3, 4])), float(np.sqrt(16)), np.linspace(0, 1, 5).tolist(), np.arange(5).tolist(), np.arange(1, 2, 0.5).tolist(), np.array([[1, 2], [3, 4]]).shape, np.array([1, 2.5]).tolist(), np.zeros((2, 2)).tolist(), np.ones(3, dtype=np.int64).tolist(), np.cumsum([1, 2, 3]).tolist()]`,
    "[24, 4.0, [0.0, 0.25, 0.5, 0.75, 1.0], [0, 1, 2, 3, 4], [1.0, 1.5], (2, 2), [1.0, 2.5], [[0.0, 0.0], [0.0, 0.0]], [1, 1, 1], [1, 3, 6]]",
  ],
  [
    `import numpy as np
a = np.array([[1, 2, 3], [4, 5, 6]])
[(a * 2).tolist(), (a + np.array([1, 0, 1])).tolist(), a.sum().item(), a.sum(axis=0).tolist(), a.mean(axis=1).tolist(), a[1].tolist(), a[:, 1].tolist(), a[0, -1].item(), a.T.tolist(), a.reshape(3, 2).tolist(), a.reshape(-1).tolist(), len(a), a.ndim, a.size, (a > 2).tolist(), [int(x) for x in a[0]], a.astype(np.float32).tolist(), a[a[:, 0] > 1].tolist() if False else 0]`,
    "[[[2, 4, 6], [8, 10, 12]], [[2, 2, 4], [5, 5, 7]], 21, [5, 7, 9], [2.0, 5.0], [4, 5, 6], [2, 5], 3, [[1, 4], [2, 5], [3, 6]], [[1, 2], [3, 4], [5, 6]], [1, 2, 3, 4, 5, 6], 2, 2, 6, [[False, False, True], [True, True, True]], [1, 2, 3], [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], 0]",
  ],
  [
    `import numpy as np
[x.item() for x in np.linspace(0, 0.1, 3)] + [float(np.floor(2.7)), float(np.ceil(2.1)), float(np.log2(8)), int(np.int64(3.7)), float(np.float32(2)), np.concatenate([np.array([1]), np.array([2, 3])]).tolist(), np.stack([np.array([1, 2]), np.array([3, 4])]).tolist(), np.clip(np.array([1, 5, 9]), 2, 6).tolist(), np.maximum(3, 5).item(), np.unique(np.array([3, 1, 3])).tolist(), np.round(2.567, 1).item(), np.max([1, 7, 3]).item(), np.pi, np.argmax([1, 9, 3]).item(), np.diff(np.array([1, 4, 9])).tolist(), np.repeat(np.array([1, 2]), 2).tolist(), np.full((2,), 7).tolist(), np.std([1, 2, 3, 4]).item()]`,
    "[0.0, 0.05, 0.1, 2.0, 3.0, 3.0, 3, 2.0, [1, 2, 3], [[1, 2], [3, 4]], [2, 5, 6], 5, [1, 3], 2.6, 7, 3.141592653589793, 1, [3, 5], [1, 1, 2, 2], [7, 7], 1.118033988749895]",
  ],
  [
    `import numpy as np
d = np.rint(np.linspace(64, 256, 4) / 8) * 8
[d.tolist(), d.astype(int).tolist(), [int(v) for v in d], (np.array([1, 2]) / 2).tolist(), (2 ** np.arange(4)).tolist(), (10 - np.array([1, 2])).tolist(), bool(np.array([1, 2]).max() == 2), int(sum(np.array([1, 2]))), list(range(np.array(3).item()))]`,
    "[[64.0, 128.0, 192.0, 256.0], [64, 128, 192, 256], [64, 128, 192, 256], [0.5, 1.0], [1, 2, 4, 8], [9, 8], True, 3, [0, 1, 2]]",
  ],
  [
    `import numpy as np
x, y = np.meshgrid(np.arange(3), np.arange(2))
[np.eye(2, 3, k=1).tolist(), x.tolist(), y.shape, np.matmul(np.eye(2), np.ones((2, 3))).shape, np.transpose(np.zeros((2, 3, 4)), (2, 0, 1)).shape, np.tile(np.arange(2), 2).tolist(), np.outer([1, 2], [3, 4]).tolist(), np.ones_like(np.arange(3)).tolist(), np.argsort([3, 1, 2]).tolist(), np.meshgrid([1, 2], [3], indexing='ij')[0].shape]`,
    "[[[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], [[0, 1, 2], [0, 1, 2]], (2, 3), (2, 3), (4, 2, 3), [0, 1, 0, 1], [[3, 4], [6, 8]], [1, 1, 1], [1, 2, 0], (2, 1)]",
  ],
  [
    `import numpy as np
c = np.ceil(np.log(96))
[c.astype(t).item() for t in ('int', int, 'int64', np.int32, 'float32', float)] + [np.float64(2.7).astype('int', copy=False).item()]`,
    "[5, 5, 5, 5, 5.0, 5.0, 2]",
  ],
  [
    `import numpy as np
[np.tril(np.ones((2, 3))).tolist(), np.triu([[1, 2], [3, 4]], k=1).tolist(), np.tril(np.arange(4).reshape(2, 2), -1).tolist(), np.triu(np.ones((2, 2, 2)))[1].tolist(), np.tril(np.ones((900, 900))).shape]`,
    "[[[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]], [[0, 2], [0, 0]], [[0, 0], [2, 0]], [[1.0, 1.0], [0.0, 1.0]], (900, 900)]",
  ],
  [
    `import numpy as np
def failure(call):
    try:
        return call()
    except ValueError as problem:
        return str(problem)
a = np.arange(6).reshape(2, 3)
[[p.tolist() for p in np.split(np.linspace(0, 1, 5), np.cumsum([1, 2]))], [p.tolist() for p in np.split(np.arange(4), 2)], [p.tolist() for p in np.split(a, [1], axis=1)], [p.shape for p in np.split(a, 3, -1)], [p.tolist() for p in np.split(np.arange(3), [2, 1, 9, -1])], [len(p) for p in np.array_split(np.arange(7), 3)], failure(lambda: np.split(np.arange(5), 2)), [p.shape for p in np.split(np.zeros((4, 9000)), 2)]]`,
    "[[[0.0], [0.25, 0.5], [0.75, 1.0]], [[0, 1], [2, 3]], [[[0], [3]], [[1, 2], [4, 5]]], [(2, 1), (2, 1), (2, 1)], [[0, 1], [], [1, 2], [], [2]], [3, 2, 2], 'array split does not result in an equal division', [(2, 9000), (2, 9000)]]",
  ],
];

test.each(CASES)("%s", (source, repr) => {
  expect(show(source)).toBe(repr);
});
