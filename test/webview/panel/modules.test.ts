import { describe, expect, it } from "vitest";
import { ancestors, inScope, stagesOf } from "../../../webview/panel/modules.ts";
import { simulate } from "../../../webview/panel/rows.ts";
import { fixed, report } from "../report.ts";

function stages(names: readonly string[], scope = ""): string[] {
  const { rows } = simulate(report(names.map((name) => fixed(name))), new Set());
  return stagesOf(rows, scope).map((stage) => `${stage.path} ${stage.rows.length}`);
}

describe("inScope", () => {
  it("takes a module's own layers, not those that merely begin alike", () => {
    expect(inScope("layer1.0.conv1", "layer1")).toBe(true);
    expect(inScope("layer1", "layer1")).toBe(true);
    expect(inScope("layer10.conv1", "layer1")).toBe(false);
    expect(inScope("anything", "")).toBe(true);
    expect(inScope("block/conv", "block")).toBe(true);
  });
});

describe("ancestors", () => {
  it("lists the modules around a path, outermost first", () => {
    expect(ancestors("a.b.c")).toEqual(["a", "a.b", "a.b.c"]);
    expect(ancestors("")).toEqual([]);
  });
});

describe("stagesOf", () => {
  it("joins neighbours of one module and keeps the order", () => {
    expect(stages(["conv1", "layer1.0.a", "layer1.1.a", "layer2.0.a", "fc"])).toEqual([
      ...["conv1 1", "layer1 2", "layer2 1", "fc 1"],
    ]);
  });

  it("looks into a module that holds nearly everything", () => {
    const names = ["features.0.a", "features.0.b", "features.1.a", "features.1.b", "features.2.a", "head"];
    expect(stages(names)).toEqual(["features.0 2", "features.1 2", "features.2 1", "head 1"]);
  });

  it("divides a scope by its own children", () => {
    expect(stages(["layer1.0.a", "layer1.0.b", "layer1.1.a"], "layer1")).toEqual([
      "layer1.0 2",
      "layer1.1 1",
    ]);
  });
});
