/** TypeScript goes on, whatever model code, the plugin's thread or its package are like. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { makeFolder, makeFolderWithThread, PACKAGE, PLUGIN, TsServer, write } from "./tsserver.ts";

const MODEL = `import * as tf from "@tensorflow/tfjs";

export function network() {
  const model = tf.sequential();
  const conv = tf.layers.conv2d({ inputShape: [8, 8, 3], filters: 8, kernelSize: 3 });
  model.add(conv);
  return model;
}
`;

/** One that never ends by itself. */
const ENDLESS = MODEL.replace("model.add(conv);", "while (true) model.add(conv);");

/** The real thread, but for files named spin.ts while there is a file named `spin`: these it never comes back from. */
const SPINNING = `
const { appendFileSync, existsSync } = require("node:fs");
const { parentPort, workerData } = require("node:worker_threads");
appendFileSync(__dirname + "/started", "started\\n");
parentPort.on("message", ({ question }) => {
  if (!question?.file.endsWith("/spin.ts") || !existsSync(__dirname + "/spin")) return;
  for (;;);
});
require(${JSON.stringify(path.join(PACKAGE, "thread.js"))});
`;

const running: TsServer[] = [];
afterEach(() => {
  for (const ts of running.splice(0)) ts.dispose();
});

/** `limits` are those of the plugin's entry in the tsconfig.json of `project`. */
function start(folder: string, limits: object = {}): TsServer {
  for (const [project, entry] of [
    ["limited", { limits }],
    ["usual", {}],
  ] as const) {
    const tsconfig = { compilerOptions: { strict: true, plugins: [{ name: PLUGIN, ...entry }] } };
    const files = { "tsconfig.json": JSON.stringify(tsconfig), "any.ts": "export {};" };
    write(path.join(folder, project), files);
  }
  const ts = new TsServer(folder);
  running.push(ts);
  return ts;
}

/** Only what is on disk belongs to a project. */
function open(ts: TsServer, file: string, text: string): void {
  write(ts.folder, { [file]: text });
  ts.open(file, text);
}

/** TypeScript's own quick info, and nothing else in it. */
async function expectOwn(ts: TsServer, file: string, offset = 9): Promise<void> {
  const info = await ts.quickInfo(file, 5, offset);
  expect(info).toMatchObject({ displayString: "const conv: tf.Layer", documentation: "" });
}

describe("TypeScript beside the plugin", () => {
  it("answers while a model never ends, and other files have their figures", async () => {
    const ts = start(makeFolder());
    open(ts, "usual/endless.ts", ENDLESS);
    open(ts, "usual/model.ts", MODEL);
    await expectOwn(ts, "usual/endless.ts");
    await ts.figures("usual/model.ts", 5, 9);
    await expectOwn(ts, "usual/endless.ts");
  });

  it("answers while the engine hangs, says in the log where, and asks again when the text changes", async () => {
    const folder = makeFolderWithThread(SPINNING);
    const spins = path.join(folder, "node_modules", PLUGIN, "spin");
    write(path.dirname(spins), { spin: "" });
    const ts = start(folder, { milliseconds: 1_000 });
    open(ts, "limited/spin.ts", MODEL);
    open(ts, "usual/model.ts", MODEL);
    await expectOwn(ts, "limited/spin.ts");
    await ts.figures("usual/model.ts", 5, 9);
    while (!ts.log().includes("is left alone until it changes")) await expectOwn(ts, "limited/spin.ts");
    const place = `${folder}/limited/spin.ts`;
    expect(ts.log()).toContain(`${PLUGIN}: analysis ended after 1 s; ${place} is left alone`);
    rmSync(spins);
    const starts = readFileSync(path.join(path.dirname(spins), "started"), "utf8");
    for (const offset of [9, 10, 11]) await expectOwn(ts, "limited/spin.ts", offset);
    expect(readFileSync(path.join(path.dirname(spins), "started"), "utf8")).toBe(starts);
    open(ts, "limited/spin.ts", MODEL.replace("filters: 8", "filters: 4"));
    // 3²·3·4 + 4
    expect((await ts.figures("limited/spin.ts", 5, 9)).documentation).toContain("112 params");
  });

  it("answers by itself where the plugin's thread is missing", async () => {
    const ts = start(makeFolderWithThread());
    open(ts, "usual/model.ts", MODEL);
    for (let offset = 9; !ts.log().includes("the analysis thread ended"); offset = 19 - offset) {
      await expectOwn(ts, "usual/model.ts", offset);
    }
    await expectOwn(ts, "usual/model.ts");
    expect(ts.log().match(/the analysis thread ended/g)).toHaveLength(1);
  });

  it("ends with its editor, whatever is being analysed", async () => {
    const ts = start(makeFolder());
    open(ts, "usual/model.ts", MODEL);
    open(ts, "usual/endless.ts", ENDLESS);
    await ts.figures("usual/model.ts", 5, 9);
    await expectOwn(ts, "usual/endless.ts");
    await ts.hangUp();
  });

  it("has no thread for plain code, and one for each time that projects with models are opened", async () => {
    const folder = makeFolderWithThread(SPINNING);
    const started = path.join(folder, "node_modules", PLUGIN, "started");
    const ts = start(folder);
    const plain = "export const wide = 8;\n";
    open(ts, "usual/plain.ts", plain);
    await ts.quickInfo("usual/plain.ts", 1, 14);
    expect(existsSync(started)).toBe(false);
    open(ts, "limited/model.ts", MODEL);
    await ts.figures("limited/model.ts", 5, 9);
    ts.close("limited/model.ts");
    // Projects are closed when another file is opened.
    open(ts, "usual/other.ts", plain);
    open(ts, "limited/model.ts", MODEL);
    await ts.figures("limited/model.ts", 5, 9);
    expect(readFileSync(started, "utf8")).toBe("started\nstarted\n");
  });
});
