import { expect, it } from "vitest";
import { show } from "./run.ts";

it("gives loops over equal data what the first run gave, each with containers of its own", () => {
  const source = `
def offsets(points, idxs, seen):
    for a in points:
        for b in points:
            d = (abs(a[0] - b[0]), abs(a[1] - b[1]))
            if d not in seen:
                seen[d] = len(seen)
            idxs.append(seen[d])
    return idxs, seen, d
def alias(x, y):
    for i in range(2):
        for j in range(2):
            x.append(i)
            y.append(len(x))
    return x
p = [(0, 0), (0, 1), (1, 1)]
first = offsets(p, [], {})
first[0].append(99); first[1][(9, 9)] = 9
again = offsets(p, [], {})
floats = offsets([(0.0, 0), (0, True)], [], {})
seeded = offsets(p, [7], {(0, 0): 5})
same = []
(first[0], again, floats, seeded, alias([], []), alias(same, same), alias(same, same))`;
  // As CPython prints it.
  expect(show(source)).toBe(
    "([0, 1, 2, 1, 0, 3, 2, 3, 0, 99], ([0, 1, 2, 1, 0, 3, 2, 3, 0], {(0, 0): 0, (0, 1): 1, (1, 1): 2, (1, 0): 3}, (0, 0)), ([0, 1, 1, 0], {(0.0, 0): 0, (0.0, 1): 1}, (0, 0)), ([7, 5, 1, 2, 1, 5, 3, 2, 3, 5], {(0, 0): 5, (0, 1): 1, (1, 1): 2, (1, 0): 3}, (0, 0)), [0, 0, 1, 1], [0, 1, 0, 3, 1, 5, 1, 7, 0, 9, 0, 11, 1, 13, 1, 15], [0, 1, 0, 3, 1, 5, 1, 7, 0, 9, 0, 11, 1, 13, 1, 15])",
  );
});
