/**
 * `npm run zoo`: reads torchvision's own model files, as its wheel holds them, and compares every convolution and
 * linear row with what the real network measured (test/truth/). Prints a table; exits 1 when a row is wrong.
 * usage: npm run zoo -- [--from FOLDER_OR_WHEEL] [BUILDER…]   a builder's name or a part of it
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { unzipSync } from "fflate";
import { build, cacheFolder, ensureInstalled, onPath, root, run } from "./lib/project.mjs";

const VERSION = "0.14.1";

const args = process.argv.slice(2);
const fromAt = args.indexOf("--from");
const from = fromAt >= 0 ? args.splice(fromAt, 2)[1] : undefined;

await ensureInstalled();
if ((await build()) !== 0) process.exit(1);
const sources = from ? sourcesIn(from) : await downloaded();
process.exitCode = await run(process.execPath, [
  path.join(root, "dist", "zoo.mjs"),
  sources,
  path.join(root, "test", "truth", "torchvision_layers"),
  ...args,
]);

/** The sources of the version that the truth was measured on, from the cache or from PyPI through pip. */
async function downloaded() {
  const folder = path.join(cacheFolder, "zoo", `torchvision-${VERSION}`);
  if (existsSync(path.join(folder, "torchvision", "models"))) return folder;
  const pip = ["pip3", "pip"].find(onPath);
  if (!pip) {
    console.error(
      `pip is not on PATH: download torchvision ${VERSION}'s wheel and pass it with --from FILE.whl`,
    );
    process.exit(1);
  }
  mkdirSync(folder, { recursive: true });
  console.log(`Downloading torchvision ${VERSION} (sources only are kept)…`);
  const platform = ["--only-binary=:all:", "--python-version=3.10", "--platform=manylinux1_x86_64"];
  const code = await run(pip, [
    "download",
    "-q",
    "--no-deps",
    ...platform,
    "-d",
    folder,
    `torchvision==${VERSION}`,
  ]);
  const wheel = readdirSync(folder).find((name) => name.endsWith(".whl"));
  if (code !== 0 || !wheel) process.exit(1);
  unpack(path.join(folder, wheel), folder);
  return folder;
}

/** A folder that holds `torchvision/`, or a wheel, unpacked into the cache. */
function sourcesIn(place) {
  if (statSync(place).isDirectory()) return path.resolve(place);
  const folder = path.join(cacheFolder, "zoo", path.basename(place, ".whl"));
  unpack(place, folder);
  return folder;
}

function unpack(wheel, folder) {
  const files = unzipSync(readFileSync(wheel), { filter: ({ name }) => name.endsWith(".py") });
  for (const [name, bytes] of Object.entries(files)) {
    const file = path.join(folder, name);
    if (!file.startsWith(folder + path.sep)) throw new Error(`${name} leads out of ${folder}`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}
