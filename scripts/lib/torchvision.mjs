/** Torchvision's own model files, as its wheel holds them, in the cache folder; nothing of them is run. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { unzipSync } from "fflate";
import { cacheFolder, onPath, run } from "./project.mjs";

/** The version that the truth in test/truth/ was measured on. */
const VERSION = "0.14.1";

/** Takes `--from PLACE` out of the arguments; resolves to a folder that holds `torchvision/`. */
export function torchvisionSources(args) {
  const at = args.indexOf("--from");
  return at >= 0 ? sourcesIn(args.splice(at, 2)[1]) : downloaded();
}

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
