import { describe, expect, it } from "vitest";
import { type ListOptions, listItems } from "../../../webview/panel/listing.ts";
import { simulate } from "../../../webview/panel/rows.ts";
import { fixed, layer, report } from "../report.ts";

const network = report([
  layer("stem.conv"),
  fixed("stem.norm", { op: "norm", kind: "norm", type: "BatchNorm2d", macs: 0, params: 128 }),
  layer("layer1.0.conv2", { macs: 5_000_000 }),
  fixed("layer1.0.conv10", { macs: null, params: 9 }),
  fixed("fc", {
    op: "linear",
    kind: "linear",
    type: "Linear",
    kernel: null,
    macs: 2_048_000,
    params: 2_049_000,
  }),
]);
const plain: ListOptions = {
  sort: { key: "order", descending: false },
  filter: "",
  grouped: false,
  costless: false,
  collapsed: new Set(),
  scope: "",
};

function names(options: Partial<ListOptions>, swaps: readonly string[] = []): string[] {
  const { rows } = simulate(network, new Set(swaps));
  return listItems(rows, { ...plain, ...options }).map((item) =>
    item.type === "row" ? item.row.layer.name : `[${item.group.path} ${item.group.rows.length}]`,
  );
}

describe("listItems", () => {
  it("shows layers in execution order, without those that multiply nothing", () => {
    expect(names({})).toEqual(["stem.conv", "layer1.0.conv2", "layer1.0.conv10", "fc"]);
    expect(names({ costless: true })).toContain("stem.norm");
  });

  it("sorts figures both ways and puts unknown ones last", () => {
    const down = ["stem.conv", "layer1.0.conv2", "fc", "layer1.0.conv10"];
    expect(names({ sort: { key: "macs", descending: true } })).toEqual(down);
    expect(names({ sort: { key: "macs", descending: false } })).toEqual([
      ...["fc", "layer1.0.conv2", "stem.conv", "layer1.0.conv10"],
    ]);
  });

  it("sorts names with their numbers as numbers", () => {
    expect(names({ sort: { key: "name", descending: false }, filter: "layer1" })).toEqual([
      ...["layer1.0.conv2", "layer1.0.conv10"],
    ]);
  });

  it("sorts by the cost after the swap", () => {
    const swapped = names({ sort: { key: "macs", descending: true } }, ["stem.conv"]);
    expect(swapped).toEqual(["stem.conv", "layer1.0.conv2", "fc", "layer1.0.conv10"]);
    expect(names({ sort: { key: "saved", descending: true } }, ["stem.conv"])[0]).toBe("stem.conv");
  });

  it("filters by every word, in name, type and kind alike", () => {
    expect(names({ filter: "LINEAR" })).toEqual(["fc"]);
    expect(names({ filter: "conv layer1" })).toEqual(["layer1.0.conv2", "layer1.0.conv10"]);
    expect(names({ filter: "nothing" })).toEqual([]);
  });

  it("groups by module, closes groups, and gives a module of one layer no heading", () => {
    expect(names({ grouped: true, costless: true })).toEqual([
      ...["[stem 2]", "stem.conv", "stem.norm", "[layer1 2]", "layer1.0.conv2", "layer1.0.conv10", "fc"],
    ]);
    expect(names({ grouped: true, costless: true, collapsed: new Set(["stem"]) })).toEqual([
      ...["[stem 2]", "[layer1 2]", "layer1.0.conv2", "layer1.0.conv10", "fc"],
    ]);
  });
});
