/** What the side bar shows of a file's networks. */
import { expect, it } from "vitest";
import { dashboardNetworks } from "../../src/extension/dashboard.ts";
import { analysis, layer, report } from "../server/fixtures.ts";

const t = (text: string, ...given: unknown[]): string =>
  text.replaceAll(/\{(\d)\}/g, (_, at) => String(given[at]));

it.each([
  ["one sample", undefined, "10×4×80"],
  ["one of several samples", { axis: 1, samples: 4 }, "10×4×80 · for one of 4 samples"],
  ["the whole input", { axis: null, samples: 1 }, "10×4×80 · for the whole input"],
])("says whose figures the totals are: %s", (_, batch, expected) => {
  const input = {
    shapes: [[10, 4, 80]],
    dtypes: ["float32"],
    origin: "default",
    ...(batch && { batch }),
  } as const;
  const [network] = dashboardNetworks(
    analysis([report("Net", [layer({ name: "lstm" })], { input })]),
    () => [],
    t,
  );
  expect(network?.input).toBe(expected);
});

it("tells what is known of a total that is not", () => {
  const totals = { ...report("Net", []).totals, macs: null, params: null };
  const layers = [layer({ name: "a", macs: 5, params: 2 }), layer({ name: "b", macs: null, params: null })];
  const [network] = dashboardNetworks(
    analysis([report("Net", layers, { complete: false, totals })]),
    () => [],
    t,
  );
  expect(network).toMatchObject({ macs: null, known: { macs: 5, params: 2 } });
});

it("marks the network in focus, which is not always the first", () => {
  const file = analysis([
    report("Wide", [layer({ name: "conv" })]),
    report("Tall", [layer({ name: "conv" })]),
  ]);
  const marks = dashboardNetworks(file, () => [], t, "Tall").map(({ name, isInFocus }) => [name, isInFocus]);
  expect(marks).toEqual([
    ["Wide", undefined],
    ["Tall", true],
  ]);
});
