import { describe, expect, it } from "vitest";
import { diffRows } from "../../../src/present/diff.ts";
import { layer, report } from "../report.ts";

const names = (left: string[], right: string[]): string[] =>
  diffRows(report(left.map((name) => layer(name))), report(right.map((name) => layer(name)))).map(
    ({ name, change }) => `${change} ${name}`,
  );

describe("diffRows", () => {
  it("keeps the right side's order, and what went follows the layer that it followed", () => {
    expect(names(["a", "b", "c"], ["a", "c", "d"])).toEqual(["same a", "removed b", "same c", "added d"]);
  });

  it("puts what went from the start first", () => {
    expect(names(["a", "b"], ["b"])).toEqual(["removed a", "same b"]);
  });

  it("tells layers of one name apart by their order", () => {
    expect(names(["a", "norm", "b", "norm"], ["a", "norm", "norm", "norm"])).toEqual([
      ...["same a", "same norm", "removed b", "same norm", "added norm"],
    ]);
  });

  it("tells a layer of the same name that costs something else", () => {
    const [row] = diffRows(report([layer("a")]), report([layer("a", { macs: 1 })]));
    expect(row).toMatchObject({ name: "a", change: "changed" });
    expect(row?.left?.macs).toBe(115_605_504);
    expect(row?.right?.macs).toBe(1);
  });
});
