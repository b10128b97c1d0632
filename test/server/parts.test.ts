/** The server over LSP while an analysis is under way: what is done is shown before the rest. */
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createConnection, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver/node";
import type { Engine, FileAnalysis } from "../../src/engine/contract/engine.types.ts";
import { type Follower, type Inputs, LocalAnalyst } from "../../src/server/analyst.ts";
import { startServer } from "../../src/server/server.ts";
import { connect } from "./client.ts";
import { analysis, FILE, place, resnet } from "./fixtures.ts";

const URI = `file://${FILE}`;
const PART = analysis([resnet("resnet50")], { pending: [{ network: "resnet101", at: place(320) }] });
const WHOLE = analysis([resnet("resnet50"), resnet("resnet101")]);

/** Tells a part, and the rest once it may. */
class Halfway extends LocalAnalyst {
  finish: () => void = () => undefined;
  readonly #rest = new Promise<void>((resolve) => {
    this.finish = resolve;
  });

  override async analyze(
    _: string,
    __: Inputs,
    ___: AbortSignal,
    follower: Follower = {},
  ): Promise<FileAnalysis> {
    follower.begun?.();
    follower.part?.(PART);
    await this.#rest;
    return WHOLE;
  }
}

async function start(workspace: object) {
  const [toServer, fromServer] = [new PassThrough(), new PassThrough()];
  const connection = createConnection(new StreamMessageReader(toServer), new StreamMessageWriter(fromServer));
  const analyst = new Halfway(() => ({ invalidate: () => undefined }) as Partial<Engine> as Engine);
  startServer(connection, { analyst, searchPaths: () => [], version: "1" });
  const client = connect(fromServer, toServer);
  await client.initialize({}, { workspace });
  await client.open(URI, "import torch\n");
  const titles = async () => {
    const lenses = await client.lenses(URI);
    const titleAt = (line: number) =>
      lenses.find(({ range }) => range.start.line === line - 1)?.command.title;
    return [titleAt(300), titleAt(320)];
  };
  return { client, analyst, titles };
}

describe("while an analysis is under way the server", () => {
  const figures = (title: string) => expect.stringContaining(title);

  it("answers a client that can ask again with what is done, and has it ask for the rest", async () => {
    const { client, analyst, titles } = await start({ codeLens: { refreshSupport: true } });
    expect(await titles()).toEqual([figures("4.09 G MACs"), "…"]);
    const refreshed = new Promise<void>((resolve) => {
      client.rpc.onRequest("workspace/codeLens/refresh", () => {
        resolve();
        return null;
      });
    });
    analyst.finish();
    await refreshed;
    expect(await titles()).toEqual([figures("4.09 G MACs"), figures("7.80 G MACs")]);
  });

  it("answers a hover on a network that is done", async () => {
    const { client } = await start({});
    expect(await client.hover(URI, 299, 12)).toContain("4,089,184,256 MACs exactly");
  });

  it("has a client that cannot ask again wait for all of it", async () => {
    const { analyst, titles } = await start({});
    const asked = titles();
    analyst.finish();
    expect(await asked).toEqual([figures("4.09 G MACs"), figures("7.80 G MACs")]);
  });
});
