/** What a program evaluates when it starts: what its entry imports by statements, and not when it is needed. */
import path from "node:path";
import { build } from "esbuild";
import { expect, it } from "vitest";

async function evaluatedBy(entry: string): Promise<ReadonlySet<string>> {
  const { metafile } = await build({
    absWorkingDir: path.resolve(import.meta.dirname, "../.."),
    entryPoints: [entry],
    ...{ bundle: true, write: false, metafile: true, platform: "node", format: "cjs", packages: "external" },
    logLevel: "error",
    define: { "import.meta.url": '""' },
  });
  const seen = new Set<string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const { imports = [] } = metafile.inputs[file] ?? {};
    open.push(...imports.flatMap(({ kind, path: name }) => (kind === "dynamic-import" ? [] : name)));
  }
  return seen;
}

it("the server's own thread starts without the engine, which its workers load", async () => {
  const files = [...(await evaluatedBy("src/server/node.ts"))];
  expect(files).toContain("src/server/server.ts");
  const ofEngine =
    /^src\/engine\/(engine\.ts|analysis\/|syntax\/parser|languages\/.*\/semantics|frameworks\/)/;
  expect(files.filter((file) => ofEngine.test(file))).toEqual([]);
  expect(await evaluatedBy("src/server/engineThread.ts")).toContain("src/engine/engine.ts");
});
