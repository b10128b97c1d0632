/**
 * `npm run record NAME`: asks the real frameworks again what a data file of test/truth holds, says what differs, and
 * writes the file. usage: npm run record -- [NAME...] [--check] [--python PATH]
 *
 * Without `--python`, a virtual environment with the pinned versions is made in out/record, once a framework.
 */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { root, run, runOrExit } from "./lib/project.mjs";

const RECORDERS = path.join(root, "test", "truth", "record");

/** Folder of each recorder by its name: `torch_layers` is in `torch`. */
const recorders = new Map(
  readdirSync(RECORDERS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "__pycache__")
    .flatMap(({ name: folder }) =>
      readdirSync(path.join(RECORDERS, folder))
        .filter((file) => /^record_.*\.py$/.test(file))
        .map((file) => [file.slice("record_".length, -".py".length), folder]),
    ),
);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: "boolean", default: false }, python: { type: "string" } },
});
const unknown = positionals.filter((name) => !recorders.has(name));
if (positionals.length === 0 || unknown.length > 0) {
  for (const name of unknown) console.error(`There is no recorder ${name}.`);
  console.error(
    `usage: npm run record -- NAME... [--check] [--python PATH]\nNAME: ${[...recorders.keys()].join(", ")}`,
  );
  process.exit(2);
}

for (const name of positionals) {
  const folder = recorders.get(name);
  const python = values.python ?? (await environment(folder));
  const script = path.join(RECORDERS, folder, `record_${name}.py`);
  const code = await run(python, [script, ...(values.check ? ["--check"] : [])]);
  if (code !== 0) process.exitCode = 1;
}

/** Python of an environment with a framework's pinned versions, which is made where it is missing. */
async function environment(folder) {
  const place = path.join(root, "out", "record", folder);
  const windows = process.platform === "win32";
  const python = path.join(place, windows ? "Scripts/python.exe" : "bin/python");
  if (existsSync(python)) return python;
  await runOrExit(windows ? "python" : "python3", ["-m", "venv", place]);
  const requirements = path.join(RECORDERS, folder, "requirements.txt");
  await runOrExit(python, ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
  return python;
}
