/**
 * Quick info of the real tsserver. Parameters and output shapes are those that @tensorflow/tfjs 4.22.0 gave for these
 * layers (test/engine/frameworks/tfjs/recorded.json: `first` and `functional`), MACs are the formula's.
 */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasFigures } from "../../src/protocol/plugin.ts";
import { makeFolder, PLUGIN, TsServer, write } from "./tsserver.ts";

const TSCONFIG = { compilerOptions: { strict: true, plugins: [{ name: PLUGIN }] } };

/** conv2d_Conv2D2, conv2d_Conv2D3 and shared of `functional`: 224, 72 and 584 parameters, 16×16×8. */
const MODEL = `import * as tf from "@tensorflow/tfjs";

export function functional() {
  const a = tf.input({ shape: [16, 16, 3] });
  const conv = tf.layers.conv2d({ filters: 8, kernelSize: 3, padding: "same" });
  const x = conv.apply(a);
  const y = tf.layers.conv2d({
    filters: 8,
    kernelSize: 1,
  }).apply(x);
  const shared = tf.layers.conv2d({ filters: 8, kernelSize: 3, padding: "same", name: "shared" });
  const z = tf.layers.add().apply([shared.apply(x), shared.apply(y)]);
  return tf.model({ inputs: a, outputs: z });
}
`;

let ts: TsServer;
let projects = 0;
beforeAll(() => {
  ts = new TsServer(makeFolder());
});
afterAll(() => ts.dispose());

/** Writes a project of its own into the server's folder; gives what its file names begin with. */
function project(files: Readonly<Record<string, string>>, tsconfig: object = TSCONFIG): string {
  projects += 1;
  const name = `project${projects}`;
  write(path.join(ts.folder, name), { "tsconfig.json": JSON.stringify(tsconfig), ...files });
  return name;
}

/** The usual project, opened; gives the name of its model's file. */
function opened(
  text = MODEL,
  files: Readonly<Record<string, string>> = {},
  tsconfig: object = TSCONFIG,
): string {
  const file = `${project({ "model.ts": text, ...files }, tsconfig)}/model.ts`;
  ts.open(file, text);
  return file;
}

describe("quick info of tsserver", () => {
  it("tells what a layer costs where its name is defined, below what TypeScript says", async () => {
    const file = opened();
    const { displayString, documentation } = await ts.figures(file, 5, 10);
    expect(displayString).toBe("const conv: tf.Layer");
    // 16²·3²·3·8 = 55296; 16²·3²·3 + 16²·3·8 = 13056
    expect(documentation).toContain("55.3 k MACs · 224 params · 16×16×8 · 15 % of `functional`");
    expect(documentation).toContain("standard 16²·3²·3·8 = 55.3 k");
    expect(documentation).toContain("depthwise 16²·3²·3 = 6.91 k, pointwise 16²·3·8 = 6.14 k · saved 76.4 %");
    expect(documentation).toContain("input 1×16×16×3 (declared)");
  });

  it("tells it anywhere in the call, also where TypeScript has nothing to say", async () => {
    const file = opened();
    for (const [line, offset] of [
      [7, 24],
      [8, 6],
      [8, 15],
      [9, 17],
    ] as const) {
      const { documentation } = await ts.figures(file, line, offset);
      expect(documentation).toContain("16.4 k MACs · 72 params · 16×16×8");
    }
  });

  it("sums up a layer that runs twice", async () => {
    const file = opened();
    const { documentation } = await ts.figures(file, 11, 10);
    // 2 · 16²·3²·8·8
    expect(documentation).toContain("295 k MACs · 584 params · 16×16×8 · 2 calls");
  });

  it("tells a network's totals where it is defined", async () => {
    const file = opened();
    const { displayString, documentation } = await ts.figures(file, 3, 18);
    expect(displayString).toContain("function functional()");
    expect(documentation).toContain("`functional` 367 k MACs · 880 params · input 1×16×16×3 (declared)");
  });

  it("reads text that is not saved, of the file and of those that it imports", async () => {
    const sizes = "export const filters = 8;\n";
    const text = MODEL.replace(
      "filters: 8, kernelSize: 3, padding",
      "filters, kernelSize: 3, padding",
    ).replace("\n\n", '\nimport { filters } from "./sizes";\n');
    const name = project({ "model.ts": "", "sizes.ts": sizes });
    const file = `${name}/model.ts`;
    ts.open(file, text);
    expect((await ts.figures(file, 5, 10)).documentation).toContain("224 params · 16×16×8");
    ts.open(`${name}/sizes.ts`, sizes.replace("8", "4"));
    // 3²·3·4 + 4
    expect((await ts.figures(file, 5, 10)).documentation).toContain("112 params · 16×16×4");
    await ts.request("updateOpen", {
      changedFiles: [
        {
          fileName: `${ts.folder}/${name}/sizes.ts`,
          textChanges: [{ start: { line: 1, offset: 24 }, end: { line: 1, offset: 25 }, newText: "8" }],
        },
      ],
    });
    expect((await ts.figures(file, 5, 10)).documentation).toContain("224 params · 16×16×8");
  });

  it("finds modules by the project's path mapping", async () => {
    const tsconfig = {
      compilerOptions: { ...TSCONFIG.compilerOptions, paths: { "@sizes/*": ["./config/*"] } },
    };
    const text = MODEL.replace("filters: 8", "filters: WIDE").replace(
      "\n\n",
      '\nimport { WIDE } from "@sizes/wide";\n',
    );
    const file = opened(text, { "config/wide.ts": "export const WIDE = 8;" }, tsconfig);
    expect((await ts.figures(file, 5, 10)).documentation).toContain("224 params · 16×16×8");
  });

  it("follows project references to their sources, which need not be built", async () => {
    const library = {
      "lib/tsconfig.json": JSON.stringify({
        compilerOptions: {
          composite: true,
          rootDir: "src",
          outDir: "dist",
          paths: { "#wide": ["./src/wide.ts"] },
        },
        include: ["src"],
      }),
      "lib/package.json": '{ "name": "lib", "types": "dist/index.d.ts", "main": "dist/index.js" }',
      "lib/src/index.ts": 'export { WIDE } from "#wide";',
      "lib/src/wide.ts": "export const WIDE = 8;",
    };
    const text = MODEL.replace("filters: 8", "filters: WIDE").replace(
      "\n\n",
      '\nimport { WIDE } from "lib";\n',
    );
    const tsconfig = {
      compilerOptions: { ...TSCONFIG.compilerOptions, paths: { lib: ["./lib/dist/index.d.ts"] } },
      files: ["model.ts"],
      references: [{ path: "./lib" }],
    };
    const file = opened(text, library, tsconfig);
    expect((await ts.figures(file, 5, 10)).documentation).toContain("224 params · 16×16×8");
  });

  it("leaves files without models as they are", async () => {
    const plain = "/** How wide. */\nexport const wide = Math.max(1, 2);\n";
    const file = opened(MODEL, { "plain.ts": plain });
    const plainFile = file.replace("model.ts", "plain.ts");
    ts.open(plainFile, plain);
    await ts.figures(file, 5, 10);
    const info = await ts.quickInfo(plainFile, 2, 15);
    expect(info).toMatchObject({ displayString: "const wide: number", documentation: "How wide." });
    expect(await ts.quickInfo(plainFile, 2, 30)).toBeUndefined();
  });

  it("answers as without the plugin where the text is broken", async () => {
    const broken = MODEL.replace("const x = conv.apply(a);", "const x = conv.apply((;");
    const file = opened(broken);
    expect((await ts.quickInfo(file, 5, 10))?.displayString).toBe("const conv: tf.Layer");
  });

  it("reads JavaScript of no project, when the editor loads the plugin for all", async () => {
    const text = MODEL.replace("export function", "function").replace(
      /^import .*/,
      'const tf = require("@tensorflow/tfjs");',
    );
    const global = new TsServer(makeFolder(), ["--globalPlugins", PLUGIN]);
    try {
      global.open("model.js", text);
      expect((await global.figures("model.js", 5, 10)).documentation).toContain("224 params · 16×16×8");
    } finally {
      global.dispose();
    }
  });
});

describe("the plugin and its editor", () => {
  it("marks quick info that has figures, so that nobody else shows them", async () => {
    const file = opened();
    await ts.figures(file, 5, 10);
    const marked = async (line: number, offset: number) =>
      hasFigures((await ts.quickInfo(file, line, offset))?.documentation ?? "");
    expect(await marked(5, 10)).toBe(true);
    expect(await marked(8, 15)).toBe(true);
    expect(await marked(1, 13)).toBe(false);
  });

  it("leaves the server alone that only answers while projects load", async () => {
    const partial = new TsServer(makeFolder(), [
      "--serverMode",
      "partialSemantic",
      "--globalPlugins",
      PLUGIN,
    ]);
    try {
      partial.open("model.ts", MODEL);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const info = await partial.quickInfo("model.ts", 5, 10);
      expect(info?.displayString).toContain("const conv");
      expect(info?.documentation).toBe("");
    } finally {
      partial.dispose();
    }
  });

  it("takes unit, language and chosen inputs from the editor, and is silent when told so", async () => {
    const file = opened();
    await ts.figures(file, 5, 10);
    await ts.configure({ unit: "FLOPs" });
    expect((await ts.figures(file, 5, 10)).documentation).toContain("111 k FLOPs");
    const inputs = { functional: ["1x32x32x3"] };
    await ts.configure({ views: { [`${ts.folder}/${file}`]: { inputs } } });
    expect((await ts.figures(file, 5, 10)).documentation).toContain("224 params · 32×32×8");
    await ts.configure({ locale: "ja" });
    expect((await ts.figures(file, 5, 10, "パラメータ")).documentation).toContain("パラメータ");
    await ts.configure({ hover: { enabled: false } });
    expect((await ts.quickInfo(file, 5, 10))?.documentation).toBe("");
    await ts.configure({});
  });
});
