/**
 * `node dist/swaps.mjs [FOLDER…]`: rewrites every network of the folders, builds and runs it before and after in the
 * real framework, and compares what changed with the simulation. It works on copies; the code runs in processes of
 * its own with a time limit. For developers: nothing that ships runs model code.
 */
import { cpSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { REWRITE_STYLES } from "../engine/contract/rewrite.ts";
import { loadParsers } from "../node/wasm.ts";
import { type Frameworks, openFrameworks } from "./swaps/frameworks.ts";
import { type Line, swapsOf } from "./swaps/zoo.ts";

const HELP = `usage: npm run swaps -- [FOLDER…] [--python PYTHON]… [--tfjs FOLDER] [--only TEXT] [--most N] [--seconds N] [--all] [--bare] [--record]
  FOLDER     model code to rewrite, besides the samples and torchvision's
  --python   an interpreter with torch, Keras, Flax, Haiku or Equinox (python3)
  --tfjs     a folder whose node_modules hold @tensorflow/tfjs
  --only     files and networks with this in their names (file:network)
  --most     networks of one file (all)
  --seconds  for one network to be built and run (60)
  --style    inline or class (what changes less)
  --bare     only the folders that are named
  --all      lists what is the same too
  --record   writes what was measured of the samples to test/swaps/recorded.json`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string", multiple: true, default: ["python3"] },
    tfjs: { type: "string" },
    only: { type: "string", default: "" },
    most: { type: "string", default: "1000" },
    seconds: { type: "string", default: "60" },
    style: { type: "string" },
    bare: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
    record: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const root = path.resolve(import.meta.dirname, "..");
const samples = path.join(root, "test", "swaps");
const work = mkdtempSync(path.join(tmpdir(), "convlens-swaps-"));
const frameworks = await openFrameworks(path.join(root, "scripts", "swaps"), values.python, values.tfjs);
try {
  for (const name of frameworks.missing) console.log(`${name} is not here: its networks are not run`);
  process.exitCode = (await compareAll(frameworks)) ? 0 : 1;
} finally {
  frameworks.stop();
  rmSync(work, { recursive: true, force: true });
}

/** Is every rewritten network what its simulation says? */
async function compareAll(frameworks: Frameworks): Promise<boolean> {
  const parsers = await loadParsers();
  const [most, seconds] = [Number(values.most), Number(values.seconds)];
  const style = REWRITE_STYLES.find((each) => each === values.style);
  const lines: Line[] = [];
  for (const [index, { name, folder, inner }] of zoosOf(frameworks).entries()) {
    console.log(`\n${name}`);
    const first = lines.length;
    const copy = path.join(work, String(index), inner ?? "");
    cpSync(folder, copy, { recursive: true, filter: isCode });
    const own = swapsOf({
      ...{ parsers, frameworks, folder: path.join(work, String(index)), most, seconds },
      ...(style && { style }),
      wanted: (file, network) => `${file}:${network ?? ""}`.includes(values.only) || network === undefined,
    });
    for await (const line of own) {
      lines.push(line);
      show(line);
    }
    rmSync(path.join(work, String(index)), { recursive: true, force: true });
    if (values.record && folder === samples) record(lines.slice(first));
  }
  return sumUp(lines);
}

interface Zoo {
  readonly name: string;
  readonly folder: string;
  /** The name of the package that the folder is. */
  readonly inner?: string;
}

function zoosOf({ folders }: Frameworks): readonly Zoo[] {
  const given = positionals.map((folder) => {
    const full = path.resolve(folder);
    const isPackage = existsSync(path.join(full, "__init__.py"));
    return { name: folder, folder: full, ...(isPackage && { inner: path.basename(full) }) };
  });
  if (values.bare) return given;
  const torchvision = folders.get("torchvision");
  return [
    { name: "samples", folder: samples },
    ...(torchvision ? [{ name: "torchvision", folder: torchvision, inner: "torchvision" }] : []),
    ...given,
  ];
}

/** Weights, pictures and what was compiled from Python stay behind. */
function isCode(file: string): boolean {
  if (/(^|\/)(__pycache__|\.git|node_modules)$/.test(file)) return false;
  const found = statSync(file, { throwIfNoEntry: false });
  return found !== undefined && (found.isDirectory() || found.size < 20_000_000);
}

/** What the tests compare with where no framework is. */
function record(lines: readonly Line[]): void {
  const measured = lines.flatMap(({ name, kind, rewritten }) => (kind === "same" ? [[name, rewritten]] : []));
  const text = measured.map(([name, run]) => `  ${JSON.stringify(name)}: ${JSON.stringify(run)}`).join(",\n");
  writeFileSync(path.join(samples, "recorded.json"), `{\n${text}\n}\n`);
}

function show({ name, kind, layers, macs, reason, misread }: Line): void {
  if (kind === "same" && !values.all && !misread) return;
  const [before, after] = macs ?? [];
  const figures = before === undefined ? "" : `${layers} layers, ${before} → ${after} MACs`;
  console.log(`${kind.padEnd(10)}${name.padEnd(60)} ${figures}`);
  if (reason) console.log(`          ${reason.replaceAll("\n", " ").slice(0, 300)}`);
  if (misread) console.log(`          before the change: ${misread}`);
}

function sumUp(lines: readonly Line[]): boolean {
  const count = (kind: Line["kind"]): number => lines.filter((line) => line.kind === kind).length;
  const [same, different, broken] = [count("same"), count("different"), count("broken")];
  console.log(
    `\n${same} of ${same + different + broken} rewritten networks run as simulated; ${different} different, ` +
      `${broken} broken; ${count("refused")} refused, ${count("unfit")} do not run before the change, ` +
      `${count("unknown")} not known, ${count("missing")} without their framework`,
  );
  return different + broken === 0;
}
