/** The real frameworks, each in a process that builds and runs one network after the other. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import path from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { FrameworkId } from "../../engine/contract/report.ts";
import type { Run } from "./verdict.ts";

export interface Job {
  readonly framework: FrameworkId;
  /** The copy that the network's code stands in, and where its imports are looked up. */
  readonly folder: string;
  readonly paths: readonly string[];
  /** `models.resnet`, or the file in TypeScript. */
  readonly module: string;
  readonly network: string;
  readonly arguments: string;
  readonly inputs: readonly { readonly shape: readonly number[]; readonly dtype: string }[];
  readonly seconds: number;
}

/** What a process says of itself first: packages with their folders, and where they are looked up. */
export interface Abilities {
  readonly packages: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
}

export class Runner {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  private constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "ignore"] });
    this.#child.on("error", () => {});
    this.#child.stdin.on("error", () => {});
    this.#reader = createInterface({ input: this.#child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** Undefined where the program is not there. */
  static async start(
    command: string,
    args: readonly string[],
  ): Promise<{ readonly runner: Runner; readonly abilities: Abilities } | undefined> {
    const runner = new Runner(command, args);
    const first = await runner.#line();
    if (first !== undefined) return { runner, abilities: JSON.parse(first) as Abilities };
    runner.stop();
    return undefined;
  }

  async run(job: Job): Promise<Run> {
    this.#child.stdin.write(`${JSON.stringify(job)}\n`);
    const line = await this.#line();
    return line === undefined ? { error: "the process that runs networks ended" } : (JSON.parse(line) as Run);
  }

  stop(): void {
    this.#child.stdin.end();
    this.#reader.close();
  }

  async #line(): Promise<string | undefined> {
    const { value, done } = await this.#lines.next();
    return done ? undefined : value;
  }
}

/** `/copy/models/resnet.py` is `models.resnet`, looked up from the folder that is no package itself. */
export function moduleOf(file: string, isPackage: (folder: string) => boolean): readonly [string, string] {
  const parts = [path.basename(file, ".py")];
  let folder = path.dirname(file);
  while (isPackage(folder)) {
    parts.unshift(path.basename(folder));
    folder = path.dirname(folder);
  }
  if (parts.length > 1 && parts.at(-1) === "__init__") parts.pop();
  return [folder, parts.join(".")];
}
