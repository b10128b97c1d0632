import { afterEach, describe, expect, it, vi } from "vitest";
import type { Engine, FileAnalysis } from "../../src/engine/contract/engine.types.ts";
import {
  type Analyst,
  Cancelled,
  type Follower,
  LocalAnalyst,
  type UnsavedTexts,
} from "../../src/server/analyst.ts";
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
  const from = /^import (\w+)\nnet\b/.exec(text)?.[1];
  if (from === undefined) return analysis(reports, { diagnostics });
  const advice = `(convlens sources add ${from} gets its sources; a stub can stand for it)`;
  const reason = from === "mine" ? "module mine was not found" : `module ${from} was not found ${advice}`;
  return analysis([], { failures: [{ network: "net", at: place(2), reason }], isPlain: true });
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
  analyst.configure({
    folders: [],
    searchPaths: [],
    stubs: [],
    defaultInput: [],
    steps: 20_000_000,
    milliseconds: 1,
  });
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
    session.open(URI, "python", 1, "x = 1\n");
    expect(await session.analysis(URI)).toBeNull();
    expect(analyzed).toEqual([]);
    session.change(URI, 2, "import os\n");
    expect(await session.analysis(URI)).toBeNull();
  });

  it("asks the engine of a file whose framework comes by another file", async () => {
    const { session } = start();
    session.open(URI, "python", 1, "from .parts import *\nconv\n");
    expect((await session.analysis(URI))?.reports[0]?.layers[0]?.name).toBe("conv2");
  });

  it("recognises a file that imports nothing but a library of networks that is not here", async () => {
    const { session } = start();
    session.open(URI, "python", 1, "import monai\nnet\n");
    expect((await session.analysis(URI))?.failures[0]?.reason).toContain("convlens sources add monai");
    session.change(URI, 2, "import mine\nnet\n");
    expect(await session.analysis(URI)).toBeNull();
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
    expect(await session.analysis(URI)).toMatchObject({
      reports: [],
      diagnostics: [
        { code: "internal", message: expect.stringContaining("the engine fails"), at: { line: 1 } },
      ],
    });
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

/** An analyst that takes its time for each analysis, as a worker does: the text is that of when it began. */
function startSlow(milliseconds: number) {
  vi.useFakeTimers();
  let text = "";
  const finished: string[] = [];
  const nothing = () => undefined;
  const refused = { ok: false, reason: "" } as const;
  const analyst: Analyst = {
    ...{ configure: nothing, touch: nothing, setActive: nothing, changed: nothing, dispose: nothing },
    setText: (_, unsaved) => {
      text = unsaved?.text ?? "";
    },
    analyze: (_, __, signal, follower) =>
      new Promise((resolve, reject) => {
        const asked = text;
        follower?.begun?.();
        signal.addEventListener("abort", () => reject(new Cancelled()));
        setTimeout(() => {
          if (!signal.aborted) finished.push(asked);
          resolve(read(asked));
        }, milliseconds);
      }),
    simulate: async () => refused,
    suggest: async () => refused,
    rewrite: async () => refused,
  };
  const told: { readonly version: number; readonly lines: readonly number[] }[] = [];
  const session = new Session({
    analyst,
    events: {
      analyzed: (_, version, analysis) =>
        told.push({ version, lines: analysis?.diagnostics.map(({ at }) => at.line) ?? [] }),
      stale: nothing,
      failed: nothing,
    },
  });
  started.push(session);
  const lines = async () => (await session.shown(URI, 0))?.analysis.sites.map(({ at }) => at.line);
  return { session, finished, told, lines };
}

describe("while somebody types 1,000 edits a minute, a session", () => {
  const EDIT = 60;
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Each edit has one line more, so that nothing stays where it is. */
  async function type(session: Session, from: number, edits: number) {
    for (let version = from; version < from + edits; version++) {
      session.change(URI, version, "#\n".repeat(version) + MODEL);
      await vi.advanceTimersByTimeAsync(EDIT);
    }
  }

  it.each([100, 150, 250])("shows an edit within 500 ms where an analysis takes %d ms", async (takes) => {
    const { session, finished } = startSlow(takes);
    session.open(URI, "python", 1, MODEL);
    await vi.advanceTimersByTimeAsync(1_000);
    for (let version = 2; version < 60; version++) {
      await type(session, version, 1);
      // Edits up to this one are 500 ms old.
      const old = version - Math.floor(500 / EDIT);
      if (old > 1) expect(finished.some((text) => text.split("#").length > old)).toBe(true);
    }
  });

  it("shows something of a slow file, and cancels for an edit what has long to go", async () => {
    const { session, finished } = startSlow(2_000);
    session.open(URI, "python", 1, MODEL);
    await vi.advanceTimersByTimeAsync(3_000);
    await type(session, 2, 2);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(finished.map((text) => text.split("#").length - 1)).toEqual([0, 3]);
    await type(session, 4, 100);
    expect(finished.length).toBeGreaterThan(2);
  });

  it("gives what was analysed meanwhile the positions of the text as it is", async () => {
    const { session, finished, told, lines } = startSlow(150);
    session.open(URI, "python", 1, MODEL);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await lines()).toEqual([2]);
    session.change(URI, 2, `${MODEL}conv\n`);
    await vi.advanceTimersByTimeAsync(61);
    session.change(URI, 3, `#\n#\n${MODEL}conv\n`);
    await vi.waitUntil(() => told.length === 2);
    expect(finished[1]).toBe(`${MODEL}conv\n`);
    expect(await lines()).toEqual([4, 5]);
    expect(told.at(-1)?.version).toBe(3);
    await vi.waitUntil(() => told.length === 3);
    expect(await lines()).toEqual([4, 5]);
  });

  it("moves the diagnostics of what was analysed meanwhile, and keeps those of a line that is typed in", async () => {
    const { session, told } = startSlow(150);
    session.open(URI, "python", 1, MODEL);
    await vi.advanceTimersByTimeAsync(1_000);
    session.change(URI, 2, `broken\n${MODEL}`);
    await vi.advanceTimersByTimeAsync(61);
    session.change(URI, 3, `broken x\n${MODEL}`);
    await vi.waitUntil(() => told.length === 2);
    expect(told[1]).toEqual({ version: 3, lines: [1] });
    await vi.waitUntil(() => told.length === 3);
    session.change(URI, 4, `broken\n${MODEL}`);
    await vi.advanceTimersByTimeAsync(61);
    session.change(URI, 5, `#\n#\nbroken\n${MODEL}`);
    await vi.waitUntil(() => told.length === 4);
    expect(told[3]).toEqual({ version: 5, lines: [3] });
  });

  it("waits with a whole analysis for the newest text", async () => {
    const { session } = startSlow(150);
    session.open(URI, "python", 1, MODEL);
    await vi.advanceTimersByTimeAsync(1_000);
    session.change(URI, 2, `${MODEL}conv\n`);
    await vi.advanceTimersByTimeAsync(61);
    session.change(URI, 3, `${MODEL}conv\nconv\n`);
    const asked = session.analysis(URI);
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await asked)?.reports[0]?.layers).toHaveLength(3);
  });
});

describe("an analysis under way", () => {
  const TWO = "import torch\nfirst\nsecond\n";
  const at = (line: number) => ({ network: line === 2 ? "First" : "Second", at: place(line) });
  const net = (line: number) => ({
    ...report(at(line).network, [layer({ name: "conv", at: place(line) })], { network_at: place(line) }),
  });
  const partOf = (lines: readonly number[], pending: readonly number[]): FileAnalysis =>
    analysis(lines.map(net), { pending: pending.map(at) });

  /** Each question waits for what the test tells and answers. */
  function startTold() {
    const asked: { follower: Follower; answer: (analysis: FileAnalysis) => void }[] = [];
    const nothing = () => undefined;
    const refused = async () => ({ ok: false, reason: "" }) as const;
    const analyst: Analyst = {
      ...{ configure: nothing, touch: nothing, setActive: nothing, changed: nothing, dispose: nothing },
      ...{ setText: nothing, simulate: refused, suggest: refused, rewrite: refused },
      analyze: (_, __, signal, follower = {}) =>
        new Promise((resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Cancelled()));
          follower.begun?.();
          asked.push({ follower, answer: resolve });
        }),
    };
    const stale: number[] = [];
    const events = { analyzed: nothing, stale: () => stale.push(1), failed: nothing };
    const session = new Session({ analyst, rest: 0, events });
    started.push(session);
    const told = async (count: number) => {
      await vi.waitFor(() => expect(asked).toHaveLength(count));
      const { follower, answer } = asked[count - 1] as (typeof asked)[number];
      return { part: (part: FileAnalysis) => follower.part?.(part), answer };
    };
    const shown = async (patience = 60_000) => {
      const { analysis } = (await session.shown(URI, patience, () => true)) ?? {};
      const lines = analysis?.reports.map(({ network, network_at }) => `${network} ${network_at?.line}`);
      return { lines, pending: analysis?.pending?.map(({ network, at }) => `${network} ${at.line}`) };
    };
    return { session, stale, told, shown };
  }

  it("shows the networks' names at once, then each that is done, and says that there is more", async () => {
    const { session, stale, told, shown } = startTold();
    session.open(URI, "python", 1, TWO);
    const first = shown();
    const { part, answer } = await told(1);
    part(partOf([], [2, 3]));
    expect(await first).toEqual({ lines: [], pending: ["First 2", "Second 3"] });
    part(partOf([3], [2]));
    expect(await shown()).toEqual({ lines: ["Second 3"], pending: ["First 2"] });
    await vi.waitFor(() => expect(stale).toHaveLength(1));
    answer(analysis([net(2), net(3)]));
    await session.analysis(URI);
    expect(stale).toHaveLength(2);
    expect(await shown()).toEqual({ lines: ["First 2", "Second 3"] });
  });

  it("keeps the figures of the text before, moved with their lines, until a network is done", async () => {
    const { session, told, shown } = startTold();
    session.open(URI, "python", 1, TWO);
    (await told(1)).answer(analysis([net(2), net(3)]));
    await session.analysis(URI);
    session.change(URI, 2, TWO.replace("first", "#\nfirst"));
    const { part } = await told(2);
    part({ ...partOf([], []), pending: [] });
    // Names alone are no reason to show something.
    expect(await shown(0)).toEqual({ lines: ["First 3", "Second 4"], pending: [] });
    const next = shown();
    const now = { ...net(3), network: "First" };
    part(analysis([now], { pending: [{ network: "Second", at: place(4) }] }));
    expect(await next).toEqual({ lines: ["First 3", "Second 4"], pending: [] });
  });

  it("leaves what is finished when it is cancelled, and no lens that waits for nothing", async () => {
    const { session, told, shown } = startTold();
    session.open(URI, "python", 1, TWO);
    const abort = new AbortController();
    const asked = session.analysis(URI, undefined, abort.signal);
    const { part } = await told(1);
    part(partOf([3], [2]));
    abort.abort();
    await expect(asked).rejects.toThrow("cancelled");
    await vi.waitFor(async () => expect(await shown(0)).toEqual({ lines: ["Second 3"] }));
  });

  it("that is ended keeps what is finished, and says of the others why they have no figures", async () => {
    const { session, told } = startTold();
    session.open(URI, "python", 1, TWO);
    const { part, answer } = await told(1);
    part(partOf([3], [2]));
    const message = "analysis ended after 30 s";
    const problem = { severity: "warning", message, code: "limit", at: place(1) } as const;
    answer(analysis([], { diagnostics: [problem] }));
    expect(await session.analysis(URI)).toEqual(
      analysis([net(3)], { failures: [{ ...at(2), reason: message }], diagnostics: [problem] }),
    );
  });
});
