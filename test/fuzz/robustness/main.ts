/**
 * `npm run fuzz`: random and hostile programs against the engine, the command and the server. Every case is told by
 * part, seed and number, and can be run again alone. This file is the main thread, which watches, and the thread that
 * works (cases.ts).
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { isMainThread, workerData } from "node:worker_threads";
import { type FuzzArguments, parseArguments, USAGE } from "./arguments.ts";
import { runCases, type WorkOrder } from "./cases.ts";
import type { Finding, Part } from "./part.ts";
import { PARTS } from "./parts.ts";
import { soak } from "./soak.ts";
import { type Watch, watchCases } from "./watch.ts";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** Of findings that look alike a few are told at length; all are written down. */
const MOST_TOLD = 3;
/** Of the time that is given. */
const SOAK_SHARE = 0.2;
const told = new Map<string, number>();

interface Found extends Finding {
  readonly part: string;
  readonly index: number;
}

async function main(): Promise<number> {
  const given = parseArguments(process.argv.slice(2));
  if (given === undefined) {
    console.error(USAGE);
    return 2;
  }
  const out = path.join(root, "out", "fuzz");
  rmSync(out, { recursive: true, force: true });
  console.log(`seed ${given.seed}`);
  const found = await fuzz(given, out);
  console.log(
    `${found.length} findings${found.length > 0 ? `, in ${path.relative(process.cwd(), out)}` : ""}`,
  );
  return found.length > 0 ? 1 : 0;
}

async function fuzz(given: FuzzArguments, out: string): Promise<readonly Found[]> {
  const { seed, only, minutes, rounds, files, index: alone } = given;
  const start = performance.now();
  const isWanted = (part: string): boolean => only.length === 0 || only.includes(part);
  const found: Found[] = [];
  const tell = (part: string, index: number, findings: readonly Finding[]): void => {
    for (const finding of findings) {
      const one = { ...finding, part, index };
      found.push(one);
      report(one, given, out);
    }
  };

  // The soak is one long session of its own, behind the cases.
  const limit = minutes === undefined ? Number.POSITIVE_INFINITY : minutes * 60_000;
  const soaking = !isWanted("soak") || alone !== undefined ? 0 : only.length === 1 ? 1 : SOAK_SHARE;
  const until = minutes === undefined ? limit : start + limit * (1 - soaking);
  const runs = [...PARTS].filter(([part]) => isWanted(part)).map(([name, part]) => new PartRun(name, part));
  for (let round = 0; round < rounds && performance.now() < until; round++) {
    const before = sum(runs);
    for (const { name, part, add } of runs) {
      const from = alone ?? Math.min(round * part.cases, part.total ?? Number.POSITIVE_INFINITY);
      const to =
        alone === undefined ? Math.min(from + part.cases, part.total ?? Number.POSITIVE_INFINITY) : from + 1;
      const order = { part: name, seed, files, root, from, to };
      add(await watchCases({ script: fileURLToPath(import.meta.url), order, until, tell }));
    }
    // All cases there are were run.
    if (alone !== undefined || sum(runs) === before) break;
  }
  for (const run of runs) console.log(run.summary(found.filter(({ part }) => part === run.name).length));

  if (soaking > 0) {
    const { summary, findings } = await soak(root, minutes === undefined ? undefined : limit * soaking);
    console.log(`soak: ${summary}`);
    tell("soak", 0, findings);
  }
  console.log(`${((performance.now() - start) / 1000).toFixed(0)} s`);
  return found;
}

const sum = (runs: readonly PartRun[]): number => runs.reduce((all, { cases }) => all + cases, 0);

/** A part and what its rounds came to. */
class PartRun {
  cases = 0;
  private seconds = 0;
  private slowest = { index: 0, seconds: 0 };

  constructor(
    readonly name: string,
    readonly part: Part,
  ) {}

  readonly add = ({ cases, seconds, slowest }: Watch): void => {
    this.cases += cases;
    this.seconds += seconds;
    if (slowest.seconds > this.slowest.seconds) this.slowest = slowest;
  };

  summary(findings: number): string {
    const { index, seconds } = this.slowest;
    const slowest = `slowest: case ${index} with ${seconds.toFixed(1)} s of processor time`;
    return `${this.name}: ${this.cases} cases in ${this.seconds.toFixed(0)} s, ${findings} findings; ${slowest}`;
  }
}

function report({ part, index, kind, detail, input }: Found, { seed }: FuzzArguments, out: string): void {
  const name = `${part}-${seed}-${index}-${kind.replaceAll(/\W+/g, "-")}`;
  mkdirSync(out, { recursive: true });
  const again = `npm run fuzz -- --only ${part} --seed ${seed} --case ${index}`;
  writeFileSync(path.join(out, `${name}.txt`), `${kind}\n${detail}\n${again}\n`);
  if (input) writeFileSync(path.join(out, name + path.extname(input.file)), input.text);
  const count = (told.get(kind) ?? 0) + 1;
  told.set(kind, count);
  if (count > MOST_TOLD) return;
  console.log(
    `${part} ${index}: ${kind}\n  ${detail.slice(0, 800).replaceAll("\n", "\n  ")}\n  again: ${again}`,
  );
}

if (isMainThread) process.exitCode = await main();
else await runCases(workerData as WorkOrder);
