import { describe, expect, it } from "vitest";
import { expandSpreads, type Given, type WhyOpen } from "../../../src/engine/separable/rewrite/spread.ts";

const never: WhyOpen = () => undefined;
const open: WhyOpen = (name) => `${name} may be another thing`;
const given = (count: number, ...names: string[]): Given => ({ count, names });
const differs = (what: string) => ({
  reason: `${what} gives other arguments from layer to layer: name them in the call`,
});
const unknown = { reason: "what its call spreads is not known" };

describe("spread arguments of a Python call", () => {
  const python = (text: string, layers: (Given | undefined)[], whyOpen = never) =>
    expandSpreads(text, "python", layers, whyOpen);

  it("are written out where all layers are given the same", () => {
    const layer = given(2, "stride");
    expect(python("conv(*sizes, **options)", [layer, layer])).toEqual({
      text: 'conv(sizes[0], sizes[1], stride=options["stride"])',
    });
  });

  it("are refused where a layer's are not known", () => {
    expect(python("conv(*sizes)", [given(3), undefined])).toEqual(unknown);
  });

  it("are refused where two lists or two mappings are spread", () => {
    expect(python("conv(*a, *b)", [given(3)])).toEqual(unknown);
    expect(python("conv(**a, **b)", [given(0, "bias")])).toEqual(unknown);
  });

  it("are refused where a list has another length or is not a plain name", () => {
    expect(python("conv(*sizes)", [given(3), given(4)])).toEqual(differs("*sizes"));
    expect(python("conv(*make())", [given(3)])).toEqual(differs("*make()"));
  });

  it("are refused where a mapping has other names or is not a plain name", () => {
    expect(python("conv(**options)", [given(0, "bias"), given(0, "stride")])).toEqual(differs("**options"));
    expect(python("conv(**make())", [given(0, "bias")])).toEqual(differs("**make()"));
  });

  it("are refused where the list or the mapping may be another in other runs", () => {
    expect(python("conv(*sizes)", [given(3)], open)).toEqual({ reason: "sizes may be another thing" });
    expect(python("conv(**options)", [given(0, "bias")], open)).toEqual({
      reason: "options may be another thing",
    });
  });
});

describe("a spread configuration of a TypeScript call", () => {
  const config = (text: string, layers: (Given | undefined)[], whyOpen = never) =>
    expandSpreads(text, "typescript", layers, whyOpen);

  it("is written out where all layers are given the same", () => {
    expect(config("conv2d({ ...base, filters: 32 })", [given(0, "filters", "strides")])).toEqual({
      text: "conv2d({ strides: base.strides, filters: 32 })",
    });
  });

  it("is refused where a layer's is not known or two are spread", () => {
    expect(config("conv2d(base)", [given(0, "filters"), undefined])).toEqual(unknown);
    expect(config("conv2d({ ...a, ...b })", [given(0, "filters")])).toEqual(unknown);
  });

  it("is refused where it has other names or is not a plain name", () => {
    expect(config("conv2d({ ...base })", [given(0, "filters"), given(0, "strides")])).toEqual(
      differs("...base"),
    );
    expect(config("conv2d({ ...make() })", [given(0, "filters")])).toEqual(differs("...make()"));
  });

  it("is refused where it may be another in other runs", () => {
    expect(config("conv2d(base)", [given(0, "filters")], open)).toEqual({
      reason: "base may be another thing",
    });
  });
});
