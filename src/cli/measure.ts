/** `convlens measure`: what the network's convolutions take on this machine, in both forms, beside what MACs promise. */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";
import { visible, visibleJson } from "../engine/base/visible.ts";
import { layoutTable } from "../engine/formats/table.ts";
import { formatBytes, formatCount, formatSeconds, formatShare } from "../engine/formats/units.ts";
import {
  type Measurement,
  measure,
  type Roof,
  type Runner,
  roofOf,
  type ShapeResult,
  sumOf,
  type Timing,
} from "../measure/measure.ts";
import { type Form, type LeftOut, shapesOf } from "../measure/shapes.ts";
import type { MeasureCommand } from "./measureArguments.ts";
import { networkOptions, openFile } from "./open.ts";
import { relativeFile } from "./places.ts";
import type { ExitCode, Surroundings } from "./surroundings.ts";

/** What the machine gives; tests have their own. */
export interface Machine {
  readonly openRunner: () => Promise<Runner>;
  /** Seconds since any moment. */
  readonly now: () => number;
  readonly name: string;
  /** `2026-12-01`. */
  readonly today: string;
}

const HERE: Machine = {
  // What measures is a bundle of its own, which no other command loads.
  openRunner: async () => (await import("../measure/tfjs.ts")).openRunner(),
  now: () => performance.now() / 1000,
  name: cpus()[0]?.model.trim() || "this machine",
  today: new Date().toISOString().slice(0, 10),
};

export async function measureHere(
  command: MeasureCommand,
  around: Surroundings,
  machine: Machine = HERE,
): Promise<ExitCode> {
  const opened = await openFile(command, around);
  if (opened === undefined) return 2;
  const refuse = (reason: string): ExitCode => {
    around.err(`convlens: ${command.file}: ${reason}\n`);
    return 2;
  };
  const result = opened.engine.profile(opened.file, networkOptions(command));
  if (!result.ok) return refuse(result.reason);
  const { report } = result;
  const { shapes, left } = shapesOf(report, command.layer);
  if (shapes.length === 0) {
    const [why] = left;
    if (why) return refuse(`${why.layer}: ${why.reason}`);
    return refuse(command.layer === undefined ? "no convolutions" : `no convolution ${command.layer}`);
  }
  const devices = command.keep === undefined ? [] : listIn(path.resolve(around.cwd, command.keep));
  if (devices === undefined) {
    around.err(`convlens: --keep ${command.keep}: this is no list of devices\n`);
    return 2;
  }
  const runner = await machine.openRunner();
  const measured = await measure(shapes, runner, {
    ...{ seconds: command.seconds, now: machine.now },
    onProgress: (done, all, text) => around.err(`convlens: ${done + 1} of ${all}: ${text}\n`),
  });
  const file = relativeFile(opened.file, around.cwd);
  const found: Found = { file, network: report.network, measured, left, runner: runner.name, machine };
  around.out(command.format === "json" ? json(found, around.version) : text(found, around.width));
  return command.keep === undefined ? 0 : keep(command.keep, devices, found, around);
}

interface Found {
  readonly file: string;
  readonly network: string;
  readonly measured: Measurement;
  readonly left: readonly LeftOut[];
  readonly runner: string;
  readonly machine: Machine;
}

function json({ file, network, measured, left, runner, machine }: Found, version: string): string {
  const { results, roof } = measured;
  const timing = (form: Form | undefined, timing: Timing | null) =>
    form &&
    timing && {
      ...{ macs: form.macs, seconds: timing.median, quarters: timing.quarters, runs: timing.runs },
      ...{ first_run_seconds: timing.first, macs_per_second: timing.macs_per_second },
      roof_macs_per_second: roofOf(form, roof),
    };
  const value = {
    ...{ version: 1, tool: `convlens ${version}`, file, network, device: machine.name, library: runner },
    ...{ measured_on: machine.today, dtype: "float32", roof },
    shapes: results.map(({ shape, written, separable }) => ({
      ...{ shape: shape.text, layers: shape.layers, calls: shape.calls },
      written: timing(shape.written, written),
      separable: timing(shape.separable, separable) ?? null,
      gain: gainOf({ shape, written, separable }),
      promised_gain: promisedOf({ shape, written, separable }),
    })),
    sum: sumOf(results),
    not_measured: left,
  };
  return `${visibleJson(value, 1)}\n`;
}

function text(found: Found, width: number): string {
  const { network, measured, left, runner, machine } = found;
  const { results, roof } = measured;
  const table = layoutTable<ShapeResult>(
    [
      { title: "convolution", align: "left", cell: ({ shape }) => shape.text },
      { title: "calls", align: "right", drop: 3, cell: ({ shape }) => `${shape.calls}×` },
      { title: "as written", align: "right", cell: ({ written }) => timeText(written) },
      {
        ...{ title: "MACs/s", align: "right", drop: 2 },
        cell: ({ shape, written }) => speedText(shape.written, written, roof),
      },
      {
        title: "separable",
        align: "right",
        cell: (row) => (row.shape.separable ? timeText(row.separable) : ""),
      },
      {
        ...{ title: "MACs/s", align: "right", drop: 1 },
        cell: ({ shape, separable }) => speedText(shape.separable, separable, roof),
      },
      { title: "gain", align: "right", cell: (row) => times(gainOf(row)) },
      { title: "promised", align: "right", cell: (row) => times(promisedOf(row)) },
    ],
    results,
    width,
  );
  const lines = [
    `${network} on ${machine.name}, ${runner}`,
    "float32, one sample; median of the runs ± half of the span between their quarters; two runs before are not counted",
    "",
    ...table,
    "",
    ...sumText(results),
    `Roof: ${formatCount(roof.macs_per_second)}MACs/s and ${formatBytes(roof.bytes_per_second)}/s, the most that was reached here; in brackets the part of it`,
    ...lateText(results),
    ...left.map(({ layer, reason }) => `${layer}: ${reason}`),
  ];
  return `${lines.map((line) => visible(line).trimEnd()).join("\n")}\n`;
}

/** The real gain of all layers that can be swapped, beside the promised one. */
function sumText(results: readonly ShapeResult[]): readonly string[] {
  const sum = sumOf(results);
  if (sum.shapes === 0) return [];
  const [before, after] = [formatSeconds(sum.seconds_written), formatSeconds(sum.seconds_separable)];
  const gain = times(sum.seconds_written / sum.seconds_separable);
  const promised = times(sum.macs_written / sum.macs_separable);
  return [
    `All that can be swapped, over their calls: ${before} as written, ${after} depthwise and pointwise: ${gain} faster with ${promised} fewer MACs`,
  ];
}

function lateText(results: readonly ShapeResult[]): readonly string[] {
  const late = results.filter(({ shape, written, separable }) => !written || (shape.separable && !separable));
  if (late.length === 0) return [];
  return [`The time did not reach ${late.length} of ${results.length}: --seconds gives it more`];
}

function gainOf({ written, separable }: ShapeResult): number | null {
  return written && separable ? written.median / separable.median : null;
}

function promisedOf({ shape }: ShapeResult): number | null {
  return shape.separable ? shape.written.macs / shape.separable.macs : null;
}

function timeText(timing: Timing | null): string {
  if (!timing) return "not reached";
  const [low, high] = timing.quarters;
  return `${formatSeconds(timing.median)} ± ${formatShare((high - low) / 2 / timing.median)}`;
}

function speedText(form: Form | undefined, timing: Timing | null, roof: Roof): string {
  if (!form || !timing) return "";
  const part = timing.macs_per_second / roofOf(form, roof);
  return `${formatCount(timing.macs_per_second)} (${Math.round(100 * part)} %)`;
}

function times(factor: number | null): string {
  return factor === null ? "" : `${factor.toFixed(1)}×`;
}

/** Puts this machine into a file of devices, in place of an entry of the same name. */
function keep(
  file: string,
  devices: readonly unknown[],
  { measured, machine, runner }: Found,
  { cwd, err }: Surroundings,
): ExitCode {
  const { macs_per_second: macs, bytes_per_second: bytes } = measured.roof;
  if (macs === 0 || bytes === 0) {
    err(`convlens: --keep ${file}: the time did not reach this machine's roof\n`);
    return 2;
  }
  const name = `${machine.name}, WASM`;
  const entry = {
    ...{ name, gflops: rounded((2 * macs) / 1e9), bandwidth: rounded(bytes / 1e9), dtype: "float32" },
    source: `measured here, ${machine.today}: ${runner}`,
  };
  const others = devices.filter((device) => (device as { name?: unknown } | null)?.name !== name);
  writeFileSync(path.resolve(cwd, file), `${JSON.stringify([...others, entry], null, 2)}\n`);
  err(`convlens: ${name} is in ${file}: --device "${name}" --devices ${file}\n`);
  return 0;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Empty where there is no file yet; undefined where it is something else. */
function listIn(file: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return Array.isArray(value) ? value : undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? [] : undefined;
  }
}
