import { describe, expect, it } from "vitest";
import { sweepCsv } from "../../../src/engine/formats/sweep.ts";
import { plainColor } from "../../../webview/panel/picture.ts";
import { allDevices } from "../../../webview/panel/roofline.ts";
import { makeScene, type Scene } from "../../../webview/panel/scene.ts";
import { fromSaved, type PanelState } from "../../../webview/panel/state.ts";
import { stepFrom } from "../../../webview/panel/sweep-grid.ts";
import { mildestWithin, paperRows, planOf, sweepData } from "../../../webview/panel/sweep-plan.ts";
import { Sweeps } from "../../../webview/panel/sweeps.ts";
import { translator } from "../../../webview/shared/l10n.ts";
import { layer, report } from "../report.ts";

const dense = layer("c", { macs: 40e6, separable_macs: 10e6, params: 2_000, separable_params: 500 });
const network = report([dense]);

function sceneOf(shown = network, state: Partial<PanelState> = {}): Scene {
  const palette = {} as Parameters<typeof makeScene>[0]["palette"];
  const nothing = { scaled: null, scaledReason: null, waiting: false, budgetMacs: null, reach: null };
  return makeScene({
    ...{ report: shown, state: { ...fromSaved(undefined), ...state }, palette, ...nothing },
    ...{ t: translator("en"), label: "model.py", devices: allDevices([]), abilities: new Set() },
    ...{ cursor: new Set(), sweeps: answered() },
  });
}

/** Every cell costs what its width and resolution say. */
function answered(): Sweeps {
  const sweeps = new Sweeps(({ ticket, scaling: { alpha, rho } }) => {
    const part = alpha ** 2 * rho ** 2;
    const now = { ...dense, macs: 40e6 * part, separable_macs: 10e6 * part };
    sweeps.receive({ type: "swept", ticket, report: report([now]), refused: [] });
  });
  return sweeps;
}

const work = (scene: Scene, part: Parameters<typeof planOf>[0]): void =>
  scene.sweeps.start(planOf(part, scene).map(({ asked }) => asked));

describe("what a sweep asks for", () => {
  it("is the paper's α and ρ with the swaps of the panel, and a press sets both", () => {
    const swaps = new Set(["c"]);
    const plan = planOf("grid", sceneOf(network, { swaps }));
    expect(plan).toHaveLength(16);
    expect(plan[0]?.asked).toEqual({ swap: ["c"], scaling: { alpha: 1, rho: 1, round: 8 } });
    expect(plan[5]?.choice).toEqual({ swaps, scaling: { alpha: 0.75, rho: 6 / 7, round: 8 } });
  });

  it("has sizes of the image by ρ, and none where the input is no image", () => {
    const plan = planOf("size", sceneOf());
    expect(plan.map(({ name }) => name)).toEqual(["112", "128", "160", "192", "224", "256", "288", "448"]);
    expect(plan[2]?.asked.scaling.rho).toBeCloseTo(5 / 7, 12);
    const input = { shapes: [[1, 10]], dtypes: ["int64"], origin: "default" as const };
    expect(planOf("size", sceneOf(report([dense], { input })))).toEqual([]);
  });

  it("has batches by the input itself, and none where the samples' axis is not known", () => {
    const plan = planOf("batch", sceneOf());
    expect(plan[2]?.asked).toMatchObject({ resized: ["4x3x224x224"], isWhole: true });
    const input = { ...network.input, batch: { samples: 1, axis: null } };
    expect(planOf("batch", sceneOf(report([dense], { input })))).toEqual([]);
  });
});

describe("what a sweep shows", () => {
  it("has for a budget the mildest changes alone", () => {
    const scene = sceneOf(network, { sweepPart: "budget", sweepBudget: 21e6 });
    work(scene, "budget");
    const told = mildestWithin(scene).map(({ lines, alpha, rho, macs }) => [lines, alpha, rho, macs <= 21e6]);
    expect(told).toEqual([
      [0, 1, 5 / 7, true],
      [0, 0.75, 6 / 7, true],
      [0, 0.5, 1, true],
      [1, 1, 1, true],
    ]);
  });

  it("puts the network beside each row of the paper that a swap, α or ρ makes", () => {
    const scene = sceneOf();
    work(scene, "paper");
    const rows = paperRows(scene).flatMap(({ rows: all }) => all);
    const macsOf = (name: string) => rows.find((row) => row.name === name)?.figures?.macs;
    expect(macsOf("Conv MobileNet")).toBe(40e6);
    expect(macsOf("0.5 MobileNet-224")).toBe(10e6);
    expect(rows.find(({ name }) => name === "Shallow MobileNet")?.planned).toBeUndefined();
  });

  it("is exported as a table with a line for each cell, and why a figure is missing", () => {
    const scene = sceneOf();
    const lines = (): string[] => sweepCsv(sweepData(scene), "macs").trimEnd().split("\n");
    expect(lines()[1]).toContain("not worked out yet");
    work(scene, "grid");
    expect(lines()).toHaveLength(17);
    expect(lines()[1]).toMatch(/^grid,1,1,1x3x224x224,1,40000000,/);
  });
});

describe("the heat map", () => {
  it("is walked by arrows that stay inside of it", () => {
    const step = (at: number, key: string) => stepFrom(at, key, 4, 16);
    expect([step(0, "ArrowRight"), step(3, "ArrowRight"), step(0, "ArrowLeft")]).toEqual([1, 3, 0]);
    expect([step(0, "ArrowDown"), step(13, "ArrowDown"), step(2, "ArrowUp")]).toEqual([4, 13, 2]);
    expect([step(6, "Home"), step(6, "End"), step(6, "a")]).toEqual([4, 7, undefined]);
  });

  it("has colours in a picture that every program reads", () => {
    expect(plainColor("color(srgb 0.2 0.4 1)")).toBe("rgba(51, 102, 255, 1)");
    expect(plainColor("color(srgb 0 0 0 / 0.5)")).toBe("rgba(0, 0, 0, 0.5)");
    expect(plainColor("rgb(1, 2, 3)")).toBe("rgb(1, 2, 3)");
  });
});
