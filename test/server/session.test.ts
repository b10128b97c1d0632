import { afterEach, describe, expect, it } from "vitest";
import type { Engine, FileAnalysis } from "../../src/engine/engine.types.ts";
import { LocalAnalyst, type UnsavedTexts } from "../../src/server/analyst.ts";
import { Session, type SessionEvents } from "../../src/server/session.ts";
import { analysis, FILE, layer, place, report } from "./fixtures.ts";

const URI = `file://${FILE}`;
const MODEL = "import torch\nconv\n";

/** Makes a network of every line that says `conv`, and reports broken text by the word `broken`. */
function read(text: string): FileAnalysis {
  if (text.includes("crash")) throw new Error("the engine fails");
  const lines = text.split("\n").flatMap((line, index) => (line === "conv" ? [index + 1] : []));
  const broken = text.includes("broken");
  const reports =
    lines.length > 0 && !broken
      ? [
          report(
            "Net",
            lines.map((line) => layer({ name: `conv${line}`, at: place(line) })),
          ),
        ]
      : [];
  const diagnostics = broken
    ? [{ severity: "error", message: "?", at: place(1), code: "syntax" } as const]
    : [];
  return analysis(reports, { diagnostics });
}

const started: Session[] = [];
afterEach(() => {
  for (const session of started.splice(0)) session.dispose();
});

function start(events: Partial<SessionEvents> = {}) {
  const analyzed: string[] = [];
  const make = (_: unknown, texts: UnsavedTexts): Engine => ({
    analyze(file) {
      const text = texts.get(file)?.text ?? "";
      analyzed.push(text);
      return read(text);
    },
    profile: () => ({ ok: false, reason: "", networks: [], diagnostics: [] }),
    networks: () => [],
    simulate: () => ({ ok: false, reason: "" }),
    suggest: () => ({ ok: false, reason: "" }),
    rewrite: () => ({ ok: false, reason: "" }),
    invalidate: () => undefined,
  });
  const analyst = new LocalAnalyst(make);
  analyst.configure({ folders: [], searchPaths: [], defaultInput: [], steps: 20_000_000, milliseconds: 1 });
  const quiet: SessionEvents = { analyzed: () => undefined, stale: () => undefined, failed: () => undefined };
  const session = new Session({ analyst, rest: 5, events: { ...quiet, ...events } });
  started.push(session);
  return { session, analyzed };
}

describe("a session", () => {
  it("analyses an open document once and remembers", async () => {
    const { session, analyzed } = start();
    session.open(URI, "python", 1, MODEL);
    expect((await session.analysis(URI))?.reports[0]?.layers[0]?.name).toBe("conv2");
    await session.analysis(URI);
    expect(analyzed).toEqual([MODEL]);
  });

  it("leaves files alone that are no model code", async () => {
    const { session, analyzed } = start();
    session.open(URI, "python", 1, "import os\n");
    expect(await session.analysis(URI)).toBeNull();
    expect(analyzed).toEqual([]);
  });

  it("shows what it can while somebody types without a rest", async () => {
    const { session } = start();
    session.open(URI, "python", 1, MODEL);
    await session.analysis(URI);
    let isNew = false;
    // Every edit comes before the rest after the one before it is over.
    for (let version = 2; !isNew; version++) {
      session.change(URI, version, `# ${version}\n${MODEL}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      isNew = (await session.shown(URI, 0))?.analysis.reports[0]?.layers[0]?.name === "conv3";
    }
  });

  it("analyses only the last of a burst of edits", async () => {
    const { session, analyzed } = start();
    session.open(URI, "python", 1, MODEL);
    await session.analysis(URI);
    session.change(URI, 2, `${MODEL}a\n`);
    session.change(URI, 3, `${MODEL}ab\n`);
    session.change(URI, 4, `${MODEL}abc\n`);
    await session.analysis(URI);
    expect(analyzed).toEqual([MODEL, `${MODEL}abc\n`]);
  });

  it("keeps the last good lenses, moved with their lines, while the text is broken", async () => {
    const { session } = start();
    session.open(URI, "python", 1, "import torch\nx\nconv\n");
    await session.analysis(URI);
    session.change(URI, 2, "import torch\nx\nbroken(\nconv\n");
    expect((await session.analysis(URI))?.reports).toEqual([]);
    const shown = await session.shown(URI, 1000);
    expect(shown?.analysis.sites.map(({ at }) => at.line)).toEqual([4]);
    expect(shown?.analysis.reports.map(({ network }) => network)).toEqual(["Net"]);
  });

  it("drops kept lenses whose own line was edited, and all of them once the text is whole", async () => {
    const { session } = start();
    session.open(URI, "python", 1, "import torch\nconv\nconv\n");
    await session.analysis(URI);
    session.change(URI, 2, "import torch\nconv broken\nconv\n");
    expect((await session.shown(URI, 1000))?.analysis.sites.map(({ at }) => at.line)).toEqual([3]);
    session.change(URI, 3, "import torch\nx\n");
    expect((await session.shown(URI, 1000))?.analysis.sites).toEqual([]);
  });

  it("shows the last good picture when the engine fails, and says so", async () => {
    const errors: string[] = [];
    const { session } = start({ failed: (_, error) => errors.push(error.message) });
    session.open(URI, "python", 1, MODEL);
    await session.analysis(URI);
    session.change(URI, 2, `${MODEL}crash\n`);
    expect((await session.shown(URI, 1000))?.analysis.reports).toHaveLength(1);
    expect((await session.analysis(URI))?.reports).toEqual([]);
    expect(errors).toEqual(["the engine fails"]);
  });

  it("looks again at other open documents after an edit, when they are asked for", async () => {
    const stale: number[] = [];
    const { session, analyzed } = start({ stale: () => stale.push(1) });
    const other = "file:///models/other.py";
    session.open(URI, "python", 1, MODEL);
    session.open(other, "python", 1, "import torch\n");
    await session.analysis(URI);
    await session.analysis(other);
    session.change(URI, 2, `${MODEL}\n`);
    await session.analysis(URI);
    expect(stale).toHaveLength(1);
    expect(analyzed).toHaveLength(3);
    await session.shown(other, 1000);
    expect(analyzed).toHaveLength(4);
  });

  it("keeps the chosen network with the document", async () => {
    const { session } = start();
    session.open(URI, "python", 1, MODEL);
    session.activate(URI, "Net");
    expect((await session.shown(URI, 1000))?.active).toBe("Net");
  });

  it("ends a cancelled question and answers the next one", async () => {
    const { session, analyzed } = start();
    session.open(URI, "python", 1, MODEL);
    const abort = new AbortController();
    const cancelled = session.analysis(URI, undefined, abort.signal);
    abort.abort();
    await expect(cancelled).rejects.toThrow("cancelled");
    expect((await session.analysis(URI))?.reports).toHaveLength(1);
    expect((await session.shown(URI, 1000))?.analysis.reports).toHaveLength(1);
    expect(analyzed).toEqual([MODEL]);
  });
});
