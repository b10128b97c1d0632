/**
 * A long session of typing in the language server: 1,000 edits a minute to one file, while another one asks for more
 * than any analysis gets. Memory and waiting times are told; what fails is a finding.
 */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { connect } from "../../server/client.ts";
import type { Finding } from "./part.ts";

/** Milliseconds from one edit to the next: 1,000 a minute. */
const PACE = 60;
/** Edits of a session whose length nobody gave. */
const EDITS = 200;
/** Every so many edits it is measured how long the lens of the edited line takes to show the edit. */
const MEASURED = 10;
/** Every so many edits the slow file is edited too, so that it is traced anew. */
const SLOW_EDITED = 150;
/** Milliseconds after which a lens is given up. */
const PATIENCE = 60_000;

const edited = (width: number): string => `import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, ${width}, 3, padding=1)
        self.more = nn.Sequential(*[nn.Conv2d(${width}, ${width}, 3, padding=1) for _ in range(20)])

    def forward(self, x):
        return self.more(self.conv(x))
`;
const LAYER_LINE = 6;

const slow = (edit: number): string => `import torch.nn as nn


class Slow(nn.Module):
    def __init__(self):
        super().__init__()
        total = ${edit}
        while True:
            total = total + 1
            total = [total for _ in range(3)][0]
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        return self.conv(x)
`;

export interface Soaked {
  readonly summary: string;
  readonly findings: readonly Finding[];
}

export async function soak(root: string, milliseconds: number | undefined): Promise<Soaked> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "convlens-soak-")));
  const [fast, hard] = [path.join(folder, "net.py"), path.join(folder, "slow.py")];
  writeFileSync(fast, edited(8));
  writeFileSync(hard, slow(0));
  const server = spawn(process.execPath, [path.join(root, "dist", "server.cjs"), "--stdio"]);
  try {
    const session = new SoakSession(server, pathToFileURL(fast).href, pathToFileURL(hard).href);
    await session.begin(pathToFileURL(folder).href);
    const edits = milliseconds === undefined ? EDITS : Math.max(EDITS, Math.round(milliseconds / PACE));
    return await session.type(edits);
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

class SoakSession {
  readonly #client: ReturnType<typeof connect>;
  readonly #findings: Finding[] = [];
  readonly #waits: number[] = [];
  #errors = "";
  #measuring: Promise<void> | undefined;

  constructor(
    private readonly server: ChildProcessWithoutNullStreams,
    private readonly fast: string,
    private readonly hard: string,
  ) {
    this.#client = connect(server.stdout, server.stdin);
    server.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
    });
    this.#client.rpc.onNotification(
      "window/logMessage",
      ({ type, message }: { type: number; message: string }) => {
        // The slow file's own end is what the watchdog has to say.
        if (type === 1 && !/analysis ended/.test(message)) this.#errors += `${message}\n`;
      },
    );
  }

  async begin(folder: string): Promise<void> {
    await this.#client.initialize({}, {}, folder);
    await this.#client.open(this.fast, edited(8));
    await this.#client.lenses(this.fast);
    await this.#client.open(this.hard, slow(0));
  }

  async type(edits: number): Promise<Soaked> {
    const memory: number[] = [];
    const start = performance.now();
    for (let edit = 1; edit <= edits && this.server.exitCode === null; edit++) {
      await this.#client.replace(this.fast, edit + 1, edited(widthOf(edit)));
      if (edit % SLOW_EDITED === 0) await this.#client.replace(this.hard, edit + 1, slow(edit));
      if (edit % MEASURED === 0 && !this.#measuring)
        this.#measuring = this.#measure(edit).finally(() => {
          this.#measuring = undefined;
        });
      if (edit % 50 === 0) memory.push(megabytesOf(this.server.pid));
      // A machine that is late types faster for a while.
      await sleep(Math.max(0, start + edit * PACE - performance.now()));
    }
    await this.#measuring;
    const seconds = (performance.now() - start) / 1000;
    if (this.server.exitCode !== null)
      this.#findings.push({ kind: "the server ended", detail: this.#errors });
    else await this.#client.shutdown();
    if (this.#errors !== "") this.#findings.push({ kind: "the server logs errors", detail: this.#errors });
    return { summary: this.#summary(edits, seconds, memory), findings: this.#findings };
  }

  /** How long until the lens shows this edit or a later one. */
  async #measure(edit: number): Promise<void> {
    const start = performance.now();
    try {
      for (;;) {
        const lens = (await this.#client.lenses(this.fast)).find(
          ({ range }) => range.start.line === LAYER_LINE,
        );
        const shown = Number(/ (\d+)×\d+×\d+/.exec(lens?.command.title ?? "")?.[1]);
        if (isShown(shown, edit)) break;
        if (performance.now() - start > PATIENCE)
          throw new Error(`no lens of edit ${edit}, but ${lens?.command.title}`);
        await sleep(10);
      }
      this.#waits.push(performance.now() - start);
    } catch (error) {
      this.#findings.push({ kind: "a lens is not shown", detail: String(error) });
    }
  }

  #summary(edits: number, seconds: number, memory: readonly number[]): string {
    const waits = [...this.#waits].sort((a, b) => a - b);
    const at = (share: number): string =>
      `${(waits[Math.floor((waits.length - 1) * share)] ?? Number.NaN).toFixed(0)} ms`;
    const [first = Number.NaN, last = Number.NaN] = [memory[Math.floor(memory.length / 5)], memory.at(-1)];
    return [
      `${edits} edits in ${seconds.toFixed(0)} s`,
      `lenses new after ${at(0.5)} (median), ${at(0.95)} (of 20, the slowest), ${at(1)} (slowest of ${waits.length})`,
      `memory ${first.toFixed(0)} MB after a fifth, ${last.toFixed(0)} MB at the end, ${Math.max(...memory).toFixed(0)} MB at most`,
    ].join("; ");
  }
}

/** Channels that an edit writes; they tell which edit a lens shows. */
const WIDTHS = 400;
const widthOf = (edit: number): number => 8 + (edit % WIDTHS);

/** Does a lens with these channels show the edit or one after it? */
function isShown(width: number, edit: number): boolean {
  const later = (((width - widthOf(edit)) % WIDTHS) + WIDTHS) % WIDTHS;
  return later < WIDTHS / 2;
}

function megabytesOf(pid: number | undefined): number {
  try {
    return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1024;
  } catch {
    return Number.NaN;
  }
}
