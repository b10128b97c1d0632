/** The real tsserver over stdio, as editors run it, with the built plugin. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";

export const PLUGIN = "convlens-typescript-plugin";
export const PACKAGE = path.resolve(import.meta.dirname, "../../dist", PLUGIN);
const TSSERVER = createRequire(import.meta.url).resolve("typescript/lib/tsserver.js");

/** Enough of the library's types for quick info on its names. */
const TYPES = `export interface Layer { apply(x: unknown): unknown }
export declare const layers: { readonly [name: string]: (config?: object) => Layer };
export declare function input(config: object): unknown;
export declare function model(config: object): unknown;
export declare function sequential(config?: object): unknown;
`;

export interface QuickInfo {
  readonly displayString: string;
  readonly documentation: string;
}

/** A folder that projects go into, where the library's types can be found, but no plugin. */
function makeBareFolder(): string {
  if (!existsSync(PACKAGE)) throw new Error(`${PACKAGE} is missing: npm run build`);
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "convlens-plugin-")));
  const library = "node_modules/@tensorflow/tfjs";
  write(folder, {
    [`${library}/package.json`]: '{ "name": "@tensorflow/tfjs", "types": "index.d.ts" }',
    [`${library}/index.d.ts`]: TYPES,
  });
  return folder;
}

/** A folder that projects go into, where the plugin and the library's types can be found. */
export function makeFolder(): string {
  const folder = makeBareFolder();
  symlinkSync(PACKAGE, path.join(folder, "node_modules", PLUGIN), "junction");
  return folder;
}

/** The same with a script of one's own for the thread of the plugin's engine, or none. */
export function makeFolderWithThread(script?: string): string {
  const folder = makeBareFolder();
  const files = script === undefined ? {} : { [`node_modules/${PLUGIN}/thread.js`]: script };
  write(folder, { [`node_modules/${PLUGIN}/package.json`]: `{ "name": "${PLUGIN}" }`, ...files });
  copyFileSync(path.join(PACKAGE, "index.js"), path.join(folder, "node_modules", PLUGIN, "index.js"));
  return folder;
}

export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
}

export class TsServer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, (response: { success: boolean; body?: unknown }) => void>();
  #received = Buffer.alloc(0);
  #last = 0;
  readonly #ended: Promise<unknown>;

  constructor(
    readonly folder: string,
    args: readonly string[] = [],
  ) {
    // tsserver takes plugins of a tsconfig.json from beside itself or from the probed places.
    const options = [
      "--disableAutomaticTypingAcquisition",
      ...["--pluginProbeLocations", folder, "--logFile", this.#logFile, "--logVerbosity", "terse"],
      ...args,
    ];
    this.#process = spawn(process.execPath, [TSSERVER, ...options], { cwd: folder });
    this.#ended = new Promise((resolve) => this.#process.on("exit", resolve));
    this.#process.stdout.on("data", (chunk: Buffer) => this.#take(chunk));
  }

  get #logFile(): string {
    return this.#path("tsserver.log");
  }

  /** What was logged so far. */
  log(): string {
    return existsSync(this.#logFile) ? readFileSync(this.#logFile, "utf8") : "";
  }

  /** Opens a file with this text, saved or not. */
  open(name: string, fileContent: string): void {
    this.#send("open", { file: this.#path(name), fileContent });
  }

  close(name: string): void {
    this.#send("close", { file: this.#path(name) });
  }

  /** Ends the input, as an editor does that goes away; resolves when the process has ended. */
  hangUp(): Promise<unknown> {
    this.#process.stdin.end();
    return this.#ended;
  }

  async quickInfo(name: string, line: number, offset: number): Promise<QuickInfo | undefined> {
    const { success, body } = await this.request("quickinfo", { file: this.#path(name), line, offset });
    return success ? (body as QuickInfo) : undefined;
  }

  /** Asks until the analysis is there and says `word`; no answer waits for its end. */
  async figures(name: string, line: number, offset: number, word = "params"): Promise<QuickInfo> {
    for (const deadline = Date.now() + 50_000; Date.now() < deadline; ) {
      const info = await this.quickInfo(name, line, offset);
      if (info?.documentation.includes(word)) return info;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    throw new Error(`no figures at ${name}:${line}:${offset}`);
  }

  configure(configuration: object): Promise<unknown> {
    return this.request("configurePlugin", { pluginName: PLUGIN, configuration });
  }

  request(command: string, args: object): Promise<{ success: boolean; body?: unknown }> {
    const seq = this.#send(command, args);
    return new Promise((resolve) => this.#waiting.set(seq, resolve));
  }

  dispose(): void {
    this.#process.kill();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  #path(name: string): string {
    return path.join(this.folder, name);
  }

  #send(command: string, args: object): number {
    this.#last += 1;
    const message = { seq: this.#last, type: "request", command, arguments: args };
    this.#process.stdin.write(`${JSON.stringify(message)}\n`);
    return this.#last;
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const header = /^Content-Length: (\d+)\r\n\r\n/.exec(this.#received.subarray(0, 64).toString("latin1"));
      if (!header) return;
      const end = header[0].length + Number(header[1]);
      if (this.#received.length < end) return;
      const message = JSON.parse(this.#received.subarray(header[0].length, end).toString("utf8"));
      this.#received = this.#received.subarray(end);
      if (message.type === "response") this.#settle(message);
    }
  }

  #settle(message: { request_seq: number; success: boolean; body?: unknown }): void {
    this.#waiting.get(message.request_seq)?.(message);
    this.#waiting.delete(message.request_seq);
  }
}
