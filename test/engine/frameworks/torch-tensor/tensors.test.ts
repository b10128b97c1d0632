/** What holds beyond recorded calls: unknown sizes, costs, storage, kept elements, and reports of what does not fit. */
import { beforeEach, describe, expect, it } from "vitest";
import {
  Float,
  List,
  type Shape,
  Slice,
  Tensor,
  TRUE_ELLIPSIS,
  Tuple,
  Unknown,
  type Value,
} from "../../../../src/engine/interpret/values.ts";
import { type Bench, createBench } from "./stub.ts";

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});

const batch = new Unknown("needs batch");
const tensor = (...shape: Shape): Tensor => bench.tensors.make(shape);
const list = (...items: Value[]): List => new List(items);
const tuple = (...items: Value[]): Tuple => new Tuple(items);
const slice = (start: Value, stop: Value): Slice => new Slice(start, stop, null);

/** Sizes of a tensor, "?" where unknown. */
function sizes(value: Value): readonly (number | "?")[] | string {
  if (!(value instanceof Tensor)) return String(value);
  if (value.shape instanceof Unknown) return value.shape.reason;
  return value.shape.map((dim) => (typeof dim === "number" ? dim : "?"));
}

const each = (value: Value): unknown =>
  value instanceof Tuple || value instanceof List ? value.items.map(sizes) : value;

describe("unknown sizes", () => {
  it("cancel in view(x.size(0), -1)", () => {
    const x = tensor(batch, 512, 7, 7);
    expect(sizes(bench.method(x, "view", [bench.method(x, "size", [0]), -1]))).toEqual(["?", 25088]);
  });
  it("leave the other axes of a reshape known", () => {
    expect(sizes(bench.method(tensor(batch, 4, 6), "reshape", [-1, 6]))).toEqual(["?", 6]);
    expect(sizes(bench.method(tensor(8, 6), "reshape", [batch, 4, 6]))).toEqual([2, 4, 6]);
  });
  it("do not cancel what only looks like them", () => {
    const merged = bench.method(tensor(batch, 16, 8), "flatten", [0, 1]);
    expect(sizes(bench.method(merged, "view", [batch, -1]))).toEqual(["?", "?"]);
    expect(bench.errors).toEqual([]);
  });
  it("stay unknown along their own axis alone", () => {
    const x = tensor(batch, 3, 8, 8);
    expect(sizes(bench.torch("cat", [list(x, x), 1]))).toEqual(["?", 6, 8, 8]);
    expect(sizes(bench.method(x, "mean", [list(2, 3)]))).toEqual(["?", 3]);
    expect(sizes(bench.method(x, "permute", [0, 2, 3, 1]))).toEqual(["?", 8, 8, 3]);
    expect(sizes(bench.torch("einsum", ["bchw,hk->bkc", x, tensor(8, 5)]))).toEqual(["?", 5, 3]);
    expect(each(bench.method(x, "chunk", [3, 1]))).toEqual([
      ["?", 1, 8, 8],
      ["?", 1, 8, 8],
      ["?", 1, 8, 8],
    ]);
    expect(each(bench.method(tensor(batch, 9), "chunk", [3, 0]))).toEqual([
      ["?", 9],
      ["?", 9],
      ["?", 9],
    ]);
  });
  it("give way to a known size above 1 when broadcast", () => {
    expect(sizes(bench.method(tensor(batch, 8), "__add__", [tensor(4, 8)]))).toEqual([4, 8]);
    expect(sizes(bench.method(tensor(batch, 8), "__add__", [tensor(1, 8)]))).toEqual(["?", 8]);
  });
  it("keep the shape under an unknown operand", () => {
    expect(sizes(bench.method(tensor(2, 8), "__mul__", [new Unknown("needs scale")]))).toEqual([2, 8]);
  });
  it("of the rank carry their reason", () => {
    const x = bench.tensors.make(new Unknown("needs block"));
    expect(sizes(bench.method(x, "flatten", [1]))).toBe("needs block");
    expect(sizes(bench.method(x, "view", [2, 3]))).toEqual([2, 3]);
  });
  it("come from masks and from ops that depend on data", () => {
    const mask = bench.method(tensor(5, 4), "__gt__", [0]);
    expect(sizes(bench.method(tensor(5, 4), "__getitem__", [mask]))).toEqual(["?"]);
    expect(sizes(bench.torch("nonzero", [tensor(5, 4)]))).toEqual(["?", 2]);
    const kept = bench.torch("ops.torchvision.nms", [tensor(9, 4), tensor(9), new Float(0.5)]);
    expect(sizes(kept)).toEqual(["?"]);
  });
});

describe("cost", () => {
  const last = () => bench.ops.at(-1)!;

  it("of a matrix product is its multiply-accumulates", () => {
    bench.method(tensor(2, 4, 10, 16), "__matmul__", [tensor(2, 4, 16, 10)]);
    expect(last()).toMatchObject({
      op: "matmul",
      name: "matmul",
      macs: 2 * 4 * 10 * 16 * 10,
      elementwise: 0,
    });
    bench.torch("baddbmm", [tensor(5), tensor(2, 3, 4), tensor(2, 4, 5)]);
    expect(last()).toMatchObject({ op: "matmul", macs: 120 });
    bench.torch("einsum", ["bhid,bhjd->bhij", tensor(1, 8, 49, 32), tensor(1, 8, 49, 32)]);
    expect(last()).toMatchObject({ op: "matmul", macs: 8 * 49 * 49 * 32 });
    bench.torch("tensordot", [tensor(3, 4, 5), tensor(4, 5, 6)]);
    expect(last()).toMatchObject({ op: "matmul", macs: 360 });
    bench.torch("chain_matmul", [tensor(10, 100), tensor(100, 5), tensor(5, 50)]);
    expect(last()).toMatchObject({ op: "matmul", macs: 7500 });
  });
  it("of an elementwise op is its elements", () => {
    bench.method(tensor(2, 3), "__add__", [1]);
    expect(last()).toMatchObject({ op: "other", name: "add", macs: 0, elementwise: 6 });
  });
  it("of a view is nothing, and it shares the storage", () => {
    const x = tensor(2, 3);
    const y = bench.method(x, "transpose", [0, 1]);
    expect(last()).toMatchObject({ view: true, macs: 0, elementwise: 0 });
    expect((y as Tensor).storage).toBe(x.storage);
  });
  it("of an in-place op takes no memory and answers the tensor itself", () => {
    const x = tensor(2, 3);
    expect(bench.method(x, "add_", [1])).toBe(x);
    expect(last()).toMatchObject({ name: "add_", view: true, elementwise: 6 });
  });
  it("names parameters as weights", () => {
    const weight = tensor(3, 4);
    weight.parameter = { trainable: true };
    bench.method(tensor(2, 3), "matmul", [weight]);
    expect(last().weights).toEqual([weight]);
    expect(last().inputs).toHaveLength(1);
  });
  it("of a deformable convolution is that of a plain one", () => {
    const args = [tensor(1, 4, 8, 8), tensor(6, 4, 3, 3), tensor(1, 18, 8, 8), tensor(1, 9, 8, 8), tensor(6)];
    const out = bench.torch("ops.torchvision.deform_conv2d", [...args, 1, 1, 1, 1, 1, 1, 1, 1, true]);
    expect(sizes(out)).toEqual([1, 6, 8, 8]);
    expect(last()).toMatchObject({
      op: "conv",
      macs: 8 * 8 * 6 * 4 * 9,
      geometry: { kernel: [3, 3], groups: 1 },
    });
  });
});

describe("kept elements", () => {
  it("give plain numbers", () => {
    const rates = bench.interp.items(bench.torch("linspace", [0, new Float(0.5), 3])) as readonly Value[];
    expect(rates.map((rate) => bench.method(rate, "item"))).toEqual([
      new Float(0),
      new Float(0.25),
      new Float(0.5),
    ]);
    expect(bench.method(bench.torch("tensor", [list(1, 2, 3)]), "tolist")).toMatchObject({
      items: [1, 2, 3],
    });
    expect(bench.method(bench.torch("tensor", [3]), "__index__")).toBe(3);
  });
  it("follow the relative position index of a 2×2 window", () => {
    const grid = bench.torch("meshgrid", [bench.torch("arange", [2]), bench.torch("arange", [2])], {
      indexing: "ij",
    });
    const coords = bench.method(bench.torch("stack", [grid]), "flatten", [1]);
    const all = slice(null, null);
    const relative = bench.method(bench.method(coords, "__getitem__", [tuple(all, all, null)]), "__sub__", [
      bench.method(coords, "__getitem__", [tuple(all, null, all)]),
    ]);
    const moved = bench.method(relative, "permute", [1, 2, 0]);
    for (const axis of [0, 1]) {
      const place = tuple(all, all, axis);
      const shifted = bench.method(bench.method(moved, "__getitem__", [place]), "__iadd__", [1]);
      bench.method(moved, "__setitem__", [place, shifted]);
    }
    const rows = tuple(all, all, 0);
    bench.method(moved, "__setitem__", [
      rows,
      bench.method(bench.method(moved, "__getitem__", [rows]), "__mul__", [3]),
    ]);
    const index = bench.method(moved, "sum", [-1]);
    expect(sizes(index)).toEqual([4, 4]);
    expect((index as Tensor).data).toEqual([4, 3, 1, 0, 5, 4, 2, 1, 7, 6, 4, 3, 8, 7, 5, 4]);
  });
  it("are written through a subscript", () => {
    const x = bench.torch("zeros", [2, 2]);
    bench.method(bench.method(x, "__getitem__", [1]), "fill_", [7]);
    expect((x as Tensor).data).toEqual([0, 0, 7, 7]);
  });
  it("are forgotten when another view of them is written to", () => {
    const x = bench.torch("zeros", [2, 2]);
    bench.method(bench.method(x, "t"), "fill_", [7]);
    expect(bench.method(bench.torch("sum", [x]), "item")).toBeInstanceOf(Unknown);
  });
  it("are written by setitem", () => {
    const x = bench.torch("zeros", [2, 3], { dtype: bench.tensors.functions.get("int64")! });
    bench.method(x, "__setitem__", [tuple(TRUE_ELLIPSIS, slice(1, null)), 5]);
    expect((x as Tensor).data).toEqual([0, 5, 5, 0, 5, 5]);
  });
  it("are unknown for tensors of data", () => {
    expect(bench.method(tensor(), "item")).toBeInstanceOf(Unknown);
    expect(bench.method(tensor(), "__bool__")).toMatchObject({
      reason: expect.stringContaining("depends on the data"),
    });
  });
});

describe("shapes that do not fit", () => {
  it("are reported with both shapes, and the trace goes on", () => {
    const sum = bench.method(tensor(1, 64, 8, 8), "__add__", [tensor(1, 32, 8, 8)]);
    expect(bench.errors).toEqual(["add: 1×64×8×8 and 1×32×8×8 do not fit: 64 against 32"]);
    expect(sizes(sum)).toEqual([1, 64, 8, 8]);
  });
  it("of cat keep the axes of the first tensor", () => {
    const joined = bench.torch("cat", [list(tensor(1, 3, 8, 8), tensor(1, 5, 7, 8)), 1]);
    expect(bench.errors).toEqual(["cat: 1×8×8×8 and 1×5×7×8 differ at axis 2: 8 against 7"]);
    expect(sizes(joined)).toEqual([1, 8, 8, 8]);
  });
  it("of a view are reported", () => {
    bench.method(tensor(2, 3), "view", [4, -1]);
    expect(bench.errors).toEqual(["view: cannot reshape 2×3 to 4×-1"]);
  });
});

describe("values of a tensor", () => {
  it("are named tuples for max along an axis", () => {
    const answer = bench.method(tensor(2, 3), "max", [1]);
    expect(sizes(bench.method(answer, "values"))).toEqual([2]);
    expect((bench.method(answer, "indices") as Tensor).dtype).toBe("int64");
  });
  it("include size, rank, dtype and device", () => {
    const x = tensor(2, 3);
    expect(bench.method(x, "shape")).toMatchObject({ items: [2, 3] });
    expect(bench.method(bench.method(x, "shape"), "numel")).toBe(6);
    expect(bench.method(x, "ndim")).toBe(2);
    expect(bench.method(x, "dtype")).toBe(bench.tensors.functions.get("float32"));
    expect(bench.method(bench.method(x, "device"), "__str__")).toBe("cpu");
    expect(bench.method(x, "is_cuda")).toBe(false);
    expect(bench.method(x, "requires_grad")).toBe(false);
  });
});
