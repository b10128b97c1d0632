/**
 * What the server knows of its open documents: their text, their newest analysis, the last good one, and what the
 * user picked. Edits cancel the analysis under way and start another after a short rest, unless that would show nothing
 * new for too long; knows nothing of LSP.
 */
import type { FileAnalysis, Sight } from "../engine/contract/engine.types.ts";
import { describeFault } from "../engine/interpret/internal.ts";
import { withLineFeeds } from "../node/text.ts";
import { missingPackages } from "../present/missingPackages.ts";
import { type Analyst, Cancelled, type Inputs } from "./analyst.ts";
import { carry, follow, type GoodAnalysis, isBroken } from "./carry.ts";
import { shownPart, withFinished, withPart } from "./parts.ts";
import { languageOfFile, looksLikeModelCode, mayBeModelCode } from "./recognize.ts";
import { fileOf } from "./uris.ts";

export interface SessionEvents {
  /** A document has a new analysis (null when it is not model code). */
  analyzed(uri: string, version: number, analysis: FileAnalysis | null): void;
  /** Lenses given out earlier may be old. */
  stale(): void;
  failed(uri: string, error: Error): void;
}

export interface SessionOptions {
  readonly analyst: Analyst;
  readonly events: SessionEvents;
  /** Milliseconds without an edit before an analysis starts. */
  readonly rest?: number;
}

/** What the editor shows of a document: networks lost to broken text are kept from the last good analysis. */
export interface Shown {
  readonly analysis: FileAnalysis;
  readonly active: string | undefined;
}

interface OpenDocument {
  readonly uri: string;
  readonly file: string;
  readonly languageId: string;
  version: number;
  text: string;
  inputs: Inputs;
  active: string | undefined;
  /** The newest analysis, of `analyzedText`; null when the text is not model code. */
  analysis: FileAnalysis | null | undefined;
  shown: FileAnalysis | null | undefined;
  /** The text that its places are of. */
  shownText: string;
  good: GoodAnalysis | undefined;
  /** Another open document was edited since, and this one may import it. */
  outdated: boolean;
  /** The newest text has no analysis, for the run was stopped. */
  stopped: boolean;
  /** Ends the analysis under way or waiting; undefined when the newest analysis is of the newest text. */
  run: Run | undefined;
  /** Counts the runs that were started; and the last of them that came to its end. */
  started: number;
  finished: number;
  /** When the first edit was made that no finished analysis has seen. */
  since: number | undefined;
  /** How many milliseconds the last finished analysis took. */
  took: number;
}

interface Run {
  readonly abort: AbortController;
  readonly done: Promise<void>;
  /** What the engine works on, and since when; undefined while it rests or waits for its turn. */
  begun?: { readonly at: number; readonly text: string; readonly started: number };
  /** When the first edit was made that it does not see. */
  unseen?: number | undefined;
  /** The networks that are done, at the places of the text that it works on. */
  found?: FileAnalysis | undefined;
  /** The file's networks in its order, as far as they are worked on. */
  order: ReadonlyMap<string, number>;
  /** Called at each part that comes. */
  readonly waiting: Set<() => void>;
  /** Somebody was shown less than all of it. */
  isPartShown: boolean;
}

/** Milliseconds without an edit before an analysis starts. */
const REST = 60;
/** Who never rests is shown something all the same. */
const LONGEST_REST = 200;
/** Milliseconds from one part of an analysis that is shown to the next. */
const PARTS_APART = 150;

export class Session {
  readonly #analyst: Analyst;
  readonly #events: SessionEvents;
  readonly #rest: number;
  readonly #documents = new Map<string, OpenDocument>();
  #texts = 0;
  #nextPart: NodeJS.Timeout | undefined;

  constructor({ analyst, events, rest = REST }: SessionOptions) {
    this.#analyst = analyst;
    this.#events = events;
    this.#rest = rest;
  }

  open(uri: string, languageId: string, version: number, given: string): void {
    const text = withLineFeeds(given);
    const document: OpenDocument = {
      ...{ uri, file: fileOf(uri), languageId, version, text, inputs: {}, active: undefined },
      ...{ analysis: undefined, shown: undefined, shownText: text, good: undefined, outdated: false },
      ...{ stopped: false, run: undefined, started: 0, finished: 0, since: undefined, took: 0 },
    };
    this.#documents.set(uri, document);
    this.#analyst.setText(document.file, { text, version });
    this.#start(document, 0);
  }

  change(uri: string, version: number, given: string): void {
    const document = this.#documents.get(uri);
    const text = withLineFeeds(given);
    if (!document || (document.version === version && document.text === text)) return;
    document.version = version;
    document.text = text;
    this.#analyst.setText(document.file, { text, version });
    for (const other of this.#documents.values()) if (other !== document) other.outdated = true;
    const now = Date.now();
    document.since ??= now;
    if (document.run && goesOn(document, now)) {
      // It is shown when it is done, and followed by one of the newest text.
      document.run.unseen ??= now;
      document.started += 1;
    } else {
      this.#startRested(document, now);
    }
  }

  close(uri: string): void {
    const document = this.#documents.get(uri);
    if (!document) return;
    document.run?.abort.abort();
    this.#documents.delete(uri);
    this.#analyst.setText(document.file, undefined);
  }

  /** The document of the active editor, undefined when there is none, and its lines on the screen. */
  setActive(uri: string | undefined, sight: Sight = {}): void {
    this.#analyst.setActive(uri === undefined ? undefined : fileOf(uri), sight);
  }

  /** Settings or files on disk changed: every open document is looked at again. */
  restart(): void {
    for (const document of this.#documents.values()) this.#start(document, this.#rest);
  }

  activate(uri: string, network: string): void {
    const document = this.#documents.get(uri);
    if (!document || document.active === network) return;
    document.active = network;
    this.#events.stale();
  }

  /**
   * The analysis of the newest text; a file that is not open is analysed as it is on disk. A signal stops the
   * analysis for everyone who waits for it; who asks next starts another.
   */
  async analysis(uri: string, inputs?: Inputs, signal?: AbortSignal): Promise<FileAnalysis | null> {
    const document = this.#documents.get(uri);
    if (!document) return this.#analyzeClosed(fileOf(uri), inputs ?? {}, signal);
    signal?.addEventListener("abort", () => document.run?.abort.abort());
    if (inputs && JSON.stringify(inputs) !== JSON.stringify(document.inputs)) {
      document.inputs = inputs;
      this.#start(document, 0);
      this.#events.stale();
    }
    this.#renew(document);
    while (document.run && !signal?.aborted) await document.run.done;
    if (signal?.aborted || document.stopped) throw new Cancelled();
    return document.analysis ?? null;
  }

  /** The analysis of another text of a file, under a name beside it, so that its imports are found. */
  async analysisOfText(uri: string, text: string, inputs: Inputs): Promise<FileAnalysis | null> {
    const file = fileOf(uri);
    this.#texts += 1;
    const beside = file.replace(/[^/]*$/, (name) => `.earlier-${this.#texts}-${name}`);
    this.#analyst.setText(beside, { text: withLineFeeds(text), version: 1 });
    try {
      const analysis = await this.#analyst.analyze(beside, inputs, new AbortController().signal);
      const json = JSON.stringify(analysis).replaceAll(JSON.stringify(beside), JSON.stringify(file));
      return JSON.parse(json) as FileAnalysis;
    } finally {
      this.#analyst.setText(beside, undefined);
    }
  }

  /**
   * What to show now: an analysis of the text as it is, or of a later one, if it comes within `patience` milliseconds,
   * else what there was before. Who has enough in a part of that analysis does not wait for all of it.
   */
  async shown(
    uri: string,
    patience: number,
    isEnough: (found: FileAnalysis) => boolean = () => false,
  ): Promise<Shown | undefined> {
    const document = this.#documents.get(uri);
    if (!document) return undefined;
    this.#analyst.touch(document.file);
    this.#renew(document);
    const deadline = Date.now() + patience;
    const wanted = document.started;
    while (document.run && document.finished < wanted && Date.now() < deadline) {
      const { run } = document;
      // Names alone are no news where there are figures of an older text.
      const { begun, found } = run;
      const isNews = found && (found.reports.length > 0 || !document.shown?.reports.length);
      if (begun && begun.started >= wanted && isNews && isEnough(found)) {
        run.isPartShown = true;
        break;
      }
      const part = new Promise<void>((resolve) => run.waiting.add(resolve));
      await Promise.race([run.done, part, pause(deadline - Date.now())]);
    }
    return document.shown ? { analysis: document.shown, active: document.active } : undefined;
  }

  dispose(): void {
    clearTimeout(this.#nextPart);
    for (const { run } of this.#documents.values()) run?.abort.abort();
    this.#documents.clear();
    this.#analyst.dispose();
  }

  #startRested(document: OpenDocument, now: number): void {
    const isWaitedFor = document.since !== undefined && now - document.since >= LONGEST_REST;
    this.#start(document, isWaitedFor ? 0 : this.#rest);
  }

  #start(document: OpenDocument, rest: number): void {
    document.run?.abort.abort();
    const abort = new AbortController();
    document.started += 1;
    const done = this.#analyze(document, rest, abort.signal);
    document.run = { abort, done, order: new Map(), waiting: new Set(), isPartShown: false };
    document.stopped = false;
  }

  async #analyze(document: OpenDocument, rest: number, signal: AbortSignal): Promise<void> {
    await pause(rest, signal);
    if (signal.aborted) return this.#stopped(document, signal);
    const { run } = document;
    const { languageId } = document;
    const told = mayBeModelCode(languageId, document.text) ? await this.#ask(document, signal) : null;
    if (signal.aborted || told instanceof Cancelled) return this.#stopped(document, signal);
    const answered = told && "reports" in told && isBroken(told) ? withFinished(told, run?.found) : told;
    const isModel =
      looksLikeModelCode(languageId, document.text) ||
      holdsNetworks(answered) ||
      (document.good !== undefined && (answered instanceof Error || (answered && isBroken(answered))));
    const answer = isModel ? answered : null;
    const fresh = answer instanceof Error ? undefined : answer;
    const { text, started } = run?.begun ?? document;
    const before = document.good;
    if (fresh && !isBroken(fresh)) document.good = fresh.isPlain ? undefined : { text, analysis: fresh };
    const analysis = answer instanceof Error ? failed(document.file, answer) : answer;
    const shown = isModel && before ? carry(before, text, fresh ?? undefined) : analysis;
    // Positions are those of the text that the editor has now.
    document.analysis = analysis && follow(analysis, text, document.text);
    document.shown = shown && follow(shown, text, document.text);
    document.shownText = document.text;
    const now = Date.now();
    if (run?.begun) document.took = now - run.begun.at;
    document.run = undefined;
    document.finished = started;
    document.since = run?.unseen;
    this.#events.analyzed(document.uri, document.version, document.analysis);
    const isOlderShown = run?.isPartShown || [...this.#documents.values()].some(({ outdated }) => outdated);
    if (isOlderShown) this.#events.stale();
    if (document.since !== undefined && !document.run) this.#startRested(document, now);
  }

  /** A run that ended without an answer must not be waited for; one that another run replaced leaves that alone. */
  #stopped(document: OpenDocument, signal: AbortSignal): void {
    if (document.run?.abort.signal !== signal) return;
    document.run = undefined;
    document.stopped = true;
    const { pending, ...shown } = document.shown ?? {};
    if (pending && pending.length > 0) {
      document.shown = shown as FileAnalysis;
      this.#events.stale();
    }
  }

  /** Networks are done: their lenses need not wait for the others'. */
  #showPart(document: OpenDocument, part: FileAnalysis): void {
    const { run } = document;
    if (!run?.begun) return;
    if (!run.found) run.order = new Map(part.pending?.map(({ network }, index) => [network, index]));
    run.found = withPart(run.found, part);
    const before = document.shown && follow(document.shown, document.shownText, document.text);
    document.shown = shownPart(before ?? undefined, follow(part, run.begun.text, document.text), run.order);
    document.shownText = document.text;
    for (const resolve of run.waiting) resolve();
    run.waiting.clear();
    if (!run.isPartShown) return;
    this.#nextPart ??= setTimeout(() => {
      this.#nextPart = undefined;
      this.#events.stale();
    }, PARTS_APART);
  }

  /** The engine's answer, or why it failed entirely. */
  async #ask(document: OpenDocument, signal: AbortSignal): Promise<FileAnalysis | Error> {
    const { file, inputs, run } = document;
    const begun = (): void => {
      if (!run) return;
      run.begun = { at: Date.now(), text: document.text, started: document.started };
      run.unseen = undefined;
      run.found = undefined;
    };
    const isModel = looksLikeModelCode(document.languageId, document.text);
    const part = (found: FileAnalysis): void => {
      // What only may be model code has no "…" before it has a network.
      if (!signal.aborted && (isModel || found.reports.length > 0)) this.#showPart(document, found);
    };
    try {
      return await this.#analyst.analyze(file, inputs, signal, { network: document.active, begun, part });
    } catch (error) {
      const failure = toError(error);
      if (!(failure instanceof Cancelled)) this.#events.failed(document.uri, failure);
      return failure;
    }
  }

  async #analyzeClosed(file: string, inputs: Inputs, signal?: AbortSignal): Promise<FileAnalysis | null> {
    if (languageOfFile(file) === "") return null;
    const analysis = await this.#analyst.analyze(file, inputs, signal ?? new AbortController().signal);
    return holdsNetworks(analysis) ? analysis : null;
  }

  /** A document whose imports may have changed or whose run was stopped is looked at once somebody asks for it. */
  #renew(document: OpenDocument): void {
    if (!document.outdated && !document.stopped) return;
    document.outdated = false;
    if (!document.run) this.#start(document, 0);
  }
}

/**
 * The analysis under way goes on, whatever is edited: where edits come faster than analyses end, none would ever be
 * shown. But the newest text has to wait for what is left of it, so that must be little, or edits unseen for as long.
 */
function goesOn({ run, since, took }: OpenDocument, now: number): boolean {
  if (!run?.begun || since === undefined) return false;
  const left = took - (now - run.begun.at);
  return left <= LONGEST_REST || now - since >= took;
}

/** What the engine found in a text that does not mention a framework itself. */
function holdsNetworks(answer: FileAnalysis | Error | null): boolean {
  if (answer === null || answer instanceof Error) return false;
  // A library of networks that is not here is what would have come to a framework.
  if (answer.isPlain) return missingPackages(answer).length > 0;
  return answer.reports.length + answer.failures.length > 0;
}

function failed(file: string, fault: Error): FileAnalysis {
  const message = describeFault(fault);
  const at = { file, line: 1, column: 1 };
  const problem = { severity: "error", code: "internal", message, at } as const;
  return { file, reports: [], failures: [], sites: [], diagnostics: [problem] };
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, milliseconds));
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
