/** Code actions over LSP, with the real engine. */
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createConnection, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver/node";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { SIMULATE } from "../../src/protocol/requests.ts";
import { LocalAnalyst, type UnsavedTexts } from "../../src/server/analyst.ts";
import { RefusingReader } from "../../src/server/refuse.ts";
import { startServer } from "../../src/server/server.ts";
import { memoryHost } from "../engine/memoryHost.ts";
import { connect } from "./client.ts";

const URI = "file:///app/net.py";
const TEXT = `from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3)
        self.a = nn.Conv2d(8, 16, 3)
        self.b = nn.Conv2d(16, 16, 3)

    def forward(self, x):
        return self.b(self.a(self.stem(x)))
`;

const parsers = await loadParsers();

interface Action {
  readonly title: string;
  readonly kind: string;
  readonly command?: { readonly command: string; readonly arguments: readonly unknown[] };
  readonly edit?: {
    readonly changes?: Readonly<Record<string, readonly { readonly newText: string }[]>>;
    readonly documentChanges?: readonly {
      readonly textDocument: { readonly uri: string; readonly version: number | null };
      readonly edits: readonly { readonly annotationId?: string }[];
    }[];
    readonly changeAnnotations?: Readonly<Record<string, { readonly needsConfirmation: boolean }>>;
  };
}

async function start(
  capabilities: object = {},
  text = TEXT,
  files: Readonly<Record<string, string>> = {},
  options: object = {},
) {
  const make = (_: unknown, texts: UnsavedTexts) =>
    createEngine({
      parsers,
      host: memoryHost({
        ...files,
        ...Object.fromEntries([...texts].map(([file, unsaved]) => [file, unsaved.text])),
      }),
    });
  const [toServer, fromServer] = [new PassThrough(), new PassThrough()];
  // The host is made over the texts that are open: so the document is opened before the settings are pulled.
  const analyst = new LocalAnalyst((config, texts) => lazily(() => make(config, texts)));
  startServer(
    createConnection(
      new RefusingReader(new StreamMessageReader(toServer)),
      new StreamMessageWriter(fromServer),
    ),
    {
      analyst,
      searchPaths: () => [],
      version: "1",
    },
  );
  const client = connect(fromServer, toServer);
  /** Calls back when a rewrite is made, which is given out once that is done. */
  const whenRewritten = (act: () => Promise<unknown>) => {
    const rewrite = analyst.rewrite.bind(analyst);
    analyst.rewrite = async (...args) => {
      const result = await rewrite(...args);
      await act();
      return result;
    };
  };
  await client.initialize(options, capabilities);
  await client.open(URI, text);
  const actions = (line: number): Promise<readonly Action[]> => {
    const position = { line, character: 20 };
    return client.rpc.sendRequest("textDocument/codeAction", {
      textDocument: { uri: URI },
      range: { start: position, end: position },
      context: { diagnostics: [] },
    });
  };
  return { client, actions, whenRewritten };
}

function lazily(make: () => ReturnType<typeof createEngine>): ReturnType<typeof createEngine> {
  return {
    analyze: (...args) => make().analyze(...args),
    profile: (...args) => make().profile(...args),
    simulate: (...args) => make().simulate(...args),
    suggest: (...args) => make().suggest(...args),
    rewrite: (...args) => make().rewrite(...args),
    networks: (...args) => make().networks(...args),
    invalidate: () => undefined,
  };
}

const RESOLVES = { textDocument: { codeAction: { resolveSupport: { properties: ["edit"] } } } };
const ANNOTATES = {
  workspace: { workspaceEdit: { documentChanges: true, changeAnnotationSupport: { groupsOnLabel: false } } },
};

describe("code actions", () => {
  it("offer the sources of a package where it is missing, to a client that can get them", async () => {
    const text = `import torch.nn as nn\nimport monai\nnet = nn.Sequential(nn.Conv2d(3, 8, 3), monai.Head())\n`;
    const offered = async (options: object) => {
      const { actions } = await start({}, text, {}, options);
      const all = [...(await actions(0)), ...(await actions(1)), ...(await actions(2))];
      return all.flatMap(({ title, kind, command }) => (kind === "quickfix" ? [{ title, command }] : []));
    };
    const command = {
      title: "Get the sources of monai",
      command: "convlens.getSources",
      arguments: ["monai"],
    };
    expect(await offered({ commands: true })).toContainEqual({ title: command.title, command });
    expect(await offered({})).toEqual([]);
  });

  it("offer the layer's rewrite and that of its whole network, with edits for a plain client", async () => {
    const { actions } = await start();
    const found = await actions(7);
    expect(found.map(({ title, kind }) => [title, kind])).toEqual([
      ["Replace with depthwise separable convolution", "refactor.rewrite"],
      ["Replace all 2 eligible convolutions of Net", "refactor.rewrite"],
    ]);
    const [one, all] = found.map(({ edit }) => edit?.changes?.[URI]);
    expect(one?.[0]?.newText).toContain("nn.Conv2d(8, 8, 3, groups=8, bias=False)");
    expect(all).toHaveLength(2);
  });

  it("offer nothing for a layer that cannot be swapped but its network", async () => {
    const { actions } = await start();
    expect((await actions(6)).map(({ title }) => title)).toEqual([
      "Replace all 2 eligible convolutions of Net",
    ]);
    expect(await actions(10)).toEqual([]);
  });

  it("work out the edit when picked, and have the user confirm what goes beyond one layer", async () => {
    const { client, actions } = await start({ ...RESOLVES, ...ANNOTATES });
    const [one, all] = await actions(7);
    expect(one?.edit).toBeUndefined();
    const resolved = (action: Action | undefined): Promise<Action> =>
      client.rpc.sendRequest("codeAction/resolve", action);
    expect((await resolved(one)).edit?.changeAnnotations).toBeUndefined();
    const { edit } = await resolved(all);
    expect(Object.values(edit?.changeAnnotations ?? {})).toMatchObject([{ needsConfirmation: true }]);
    expect(edit?.documentChanges?.[0]?.edits).toHaveLength(2);
  });
});

describe("edits", () => {
  const resolve = (client: Awaited<ReturnType<typeof start>>["client"], action: Action | undefined) =>
    client.rpc.sendRequest<Action>("codeAction/resolve", action);

  it("carry the version of the open document, and none of a file that is not open", async () => {
    const blocks = TEXT.replace("Net", "Block");
    const text = `${TEXT.replace("        self.b = nn.Conv2d(16, 16, 3)", "        self.b = Block()").replace(
      "from torch import nn",
      "from torch import nn\nfrom blocks import Block",
    )}`;
    const net = text.replace("nn.Conv2d(8, 16, 3)", "nn.Conv2d(8, 3, 3)");
    const { client, actions } = await start({ ...RESOLVES, ...ANNOTATES }, net, { "/app/blocks.py": blocks });
    await client.replace(URI, 7, net);
    const { edit } = await resolve(client, (await actions(7)).at(-1));
    expect(edit?.documentChanges?.map(({ textDocument }) => textDocument)).toEqual([
      { uri: "file:///app/blocks.py", version: null },
      { uri: URI, version: 7 },
    ]);
  });

  it("are refused when the text changed meanwhile, and the user is told", async () => {
    const { client, actions, whenRewritten } = await start({ ...RESOLVES, ...ANNOTATES });
    const told = new Promise((resolve) => client.rpc.onNotification("window/showMessage", resolve));
    const [one] = await actions(7);
    whenRewritten(async () => {
      await client.replace(URI, 2, `\n${TEXT}`);
      // Answered after the change was taken.
      await client.lenses(URI);
    });
    const resolved = resolve(client, one);
    const message = "app/net.py changed meanwhile, so nothing was rewritten. Ask again.";
    await expect(resolved).rejects.toMatchObject({ code: -32801, message });
    expect(await told).toMatchObject({ message });
  });

  it("of a file whose lines end in returns alone stand in their lines and end theirs so", async () => {
    const { actions } = await start({}, TEXT.replaceAll("\n", "\r"));
    const [edit] = (await actions(7))[0]?.edit?.changes?.[URI] ?? [];
    expect(edit).toMatchObject({ range: { start: { line: 7 }, end: { line: 7 } } });
    expect(edit?.newText).toMatch(/\r/);
    expect(edit?.newText).not.toMatch(/\n/);
  });
});

describe("a simulation over the server", () => {
  it("answers the network before and after", async () => {
    const { client } = await start();
    const params = { uri: URI, network: "Net", swap: ["a"], alpha: 0.5, rho: 0.5, round: 1 };
    const result = await client.rpc.sendRequest(SIMULATE, params);
    expect(result).toMatchObject({
      ok: true,
      simulation: {
        before: { input: { shapes: [[1, 3, 224, 224]] } },
        after: { input: { shapes: [[1, 3, 112, 112]] } },
        swapped: ["a"],
      },
    });
  });
});
