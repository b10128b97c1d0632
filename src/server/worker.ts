/**
 * The engine in threads of its own, so that the server hears of the next key press while a slow file is traced, and so
 * that one which never ends can be ended from outside. Questions wait here, the active file's first, then the newest
 * one's. A worker is kept ready while others take long; where there are enough, the longest question of a lesser file
 * makes room and is asked again later.
 */
import type { FileAnalysis, Sight } from "../engine/contract/engine.types.ts";
import type { ReportDiagnostic } from "../engine/contract/report.ts";
import type { RewriteResult } from "../engine/contract/rewrite.ts";
import type { SimulationResult, SuggestionResult } from "../engine/contract/separable.ts";
import type { UnsavedText } from "../node/host.ts";
import { createTranslate } from "../present/l10n.ts";
import {
  type Analyst,
  type AnalystConfig,
  Cancelled,
  type Follower,
  type Inputs,
  type RewriteRequest,
  type SimulationRequest,
  type SuggestionRequest,
} from "./analyst.ts";
import type { Running } from "./runningPlace.ts";
import { type End, Seat, type SeatOptions, type Task } from "./seat.ts";
import type { Answer, Question, ToWorker } from "./serveWorker.ts";
import { shortName } from "./uris.ts";

export interface WorkerOptions extends Partial<Pick<SeatOptions, "megabytes" | "long" | "slow" | "grace">> {
  /** Of a question, in milliseconds; otherwise what the settings say. */
  readonly limit?: number;
  /** Told of every question that was ended, and of the engine's own faults. */
  readonly log?: (text: string) => void;
  /** Told of a question that takes long, in words, and when it has ended. */
  readonly onSlow?: (text: string, ended: Promise<void>) => void;
}

/** Each may take a core and the memory of its heap. */
const WORKERS = 3;
/** A timer takes no more. */
const LONGEST = 2 ** 31 - 1;
const DEFAULTS = { megabytes: 1024, long: 150, slow: 3_000, grace: 1_000 };

export class WorkerAnalyst implements Analyst {
  readonly #options: SeatOptions;
  readonly #limit: number | undefined;
  readonly #log: (text: string) => void;
  readonly #texts = new Map<string, UnsavedText>();
  readonly #seats: Seat[] = [];
  /** Where the state of each file is, for speed after an edit. */
  readonly #homes = new Map<string, Seat>();
  /** When each file was last edited or asked for. */
  readonly #touched = new Map<string, number>();
  /** Why files that were too much for a worker are left alone until their text changes. */
  readonly #spoilt = new Map<string, TooMuch>();
  readonly #waiting: Task[] = [];
  #active: string | undefined;
  #sight: Sight = {};
  #config: AnalystConfig | undefined;
  #count = 0;

  /** `script` is the file whose worker side calls `serveWorker`. */
  constructor(
    script: string,
    { limit, log = () => undefined, onSlow = () => undefined, ...options }: WorkerOptions = {},
  ) {
    this.#limit = limit;
    this.#log = log;
    this.#options = {
      ...DEFAULTS,
      ...options,
      script,
      changed: () => this.#schedule(),
      lingers: ({ question, ended }, at) => {
        const t = createTranslate(this.#config?.locale);
        const name = placeIn(question.file, at);
        const text = t("reading {0} for more than {1} s", name, this.#options.slow / 1000);
        onSlow(text, ended);
      },
      fault: this.#log,
      ended: (seat, why, task, at) => this.#ended(seat, why, task, at),
    };
  }

  configure(config: AnalystConfig): void {
    this.#config = config;
    this.#spoilt.clear();
    this.#tell({ type: "configure", config });
  }

  setText(file: string, text: UnsavedText | undefined): void {
    if (this.#texts.get(file)?.text !== text?.text) this.#spoilt.delete(file);
    if (text) {
      this.#texts.set(file, text);
      this.touch(file);
    } else {
      this.#texts.delete(file);
      this.#touched.delete(file);
      this.#homes.delete(file);
    }
    this.#tell({ type: "text", file, text });
  }

  touch(file: string): void {
    this.#count += 1;
    this.#touched.set(file, this.#count);
  }

  setActive(file: string | undefined, sight: Sight = {}): void {
    this.#active = file;
    this.#sight = sight;
    for (const seat of this.#seats) if (seat.task) seat.look(this.#sightIn(seat.task));
    this.#schedule();
  }

  changed(files: readonly string[]): void {
    for (const file of files) this.#spoilt.delete(file);
    this.#tell({ type: "changed", files });
  }

  analyze(file: string, inputs: Inputs, signal: AbortSignal, follower: Follower = {}): Promise<FileAnalysis> {
    const { network } = follower;
    return this.#ask({ kind: "analyze", file, inputs, network }, signal, follower) as Promise<FileAnalysis>;
  }

  simulate(file: string, options: SimulationRequest): Promise<SimulationResult> {
    return this.#ask({ kind: "simulate", file, options }) as Promise<SimulationResult>;
  }

  suggest(file: string, options: SuggestionRequest): Promise<SuggestionResult> {
    return this.#ask({ kind: "suggest", file, options }) as Promise<SuggestionResult>;
  }

  rewrite(file: string, options: RewriteRequest): Promise<RewriteResult> {
    return this.#ask({ kind: "rewrite", file, options }) as Promise<RewriteResult>;
  }

  dispose(): void {
    for (const seat of this.#seats.splice(0)) seat.dispose();
    this.#homes.clear();
    for (const task of this.#waiting.splice(0)) task.reject(new Cancelled());
  }

  #ask(question: Question, signal?: AbortSignal, follower: Follower = {}): Promise<Answer> {
    if (signal?.aborted) return Promise.reject(new Cancelled());
    const spoilt = this.#spoilt.get(question.file);
    if (spoilt !== undefined) return Promise.resolve(tooMuch(question, spoilt));
    let settle = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      settle = resolve;
    });
    return new Promise<Answer>((resolve, reject) => {
      const text = this.#texts.get(question.file)?.text;
      this.touch(question.file);
      const begun = (): void => follower.begun?.();
      const part = (found: FileAnalysis): void => follower.part?.(found);
      const task: Task = { id: this.#count, question, text, begun, part, ended, resolve, reject };
      signal?.addEventListener("abort", () => this.#cancel(task), { once: true });
      this.#waiting.push(task);
      this.#schedule();
    }).finally(settle);
  }

  #tell(message: ToWorker): void {
    for (const seat of this.#seats) seat.tell(message);
  }

  #cancel(task: Task): void {
    const waits = this.#waiting.indexOf(task);
    if (waits >= 0) {
      this.#waiting.splice(waits, 1);
      task.reject(new Cancelled());
    } else {
      this.#seats.find((seat) => seat.has(task))?.cancel(task);
    }
  }

  /** Gives every worker that can take one its next question. */
  #schedule(): void {
    // The sort is stable: questions about one file keep their order.
    this.#waiting.sort((a, b) => this.#rank(b) - this.#rank(a));
    const long = this.#seats.filter((seat) => seat.isLong).length;
    // Workers are started ahead of need, for they take a while to load: one and, where there are several files, another.
    const ready = this.#waiting.length + this.#seats.length === 0 ? 0 : this.#touched.size > 1 ? 2 : 1;
    while (this.#seats.length < Math.min(WORKERS, long + ready)) this.#add();
    if (this.#seats.length > 0 && this.#seats.every((seat) => seat.isLong)) this.#makeRoom();
    for (const task of [...this.#waiting]) {
      const seat = this.#seatFor(task.question.file);
      if (!seat) continue;
      this.#waiting.splice(this.#waiting.indexOf(task), 1);
      this.#homes.set(task.question.file, seat);
      seat.look(this.#sightIn(task));
      seat.run(task, this.#allowed());
    }
  }

  #rank({ question: { file } }: Task): number {
    return file === this.#active ? Number.POSITIVE_INFINITY : (this.#touched.get(file) ?? 0);
  }

  /** Where the user looks in the file of a question: nowhere but in the active one. */
  #sightIn({ question: { file } }: Task): Sight {
    return file === this.#active ? this.#sight : {};
  }

  /** Ends the longest of the questions that the next one goes before. */
  #makeRoom(): void {
    const [next] = this.#waiting;
    if (!next) return;
    const lesser = this.#seats.filter(({ task }) => task && this.#rank(task) < this.#rank(next));
    lesser.sort((a, b) => a.since - b.since)[0]?.preempt();
  }

  /** A file keeps to the worker that has its state, unless that one is busy for long. */
  #seatFor(file: string): Seat | undefined {
    const home = this.#homes.get(file);
    if (home?.isFree) return home;
    if (home && !home.isLong) return undefined;
    const reserved = file !== this.#active && this.#active ? this.#homes.get(this.#active) : undefined;
    const others = this.#seats.filter((seat) => seat !== reserved);
    const free = others.filter((seat) => seat.isFree);
    // Others keep away from the worker of the active file while one of theirs may soon be free.
    if (free.length === 0)
      return others.every((seat) => seat.isLong) && reserved?.isFree ? reserved : undefined;
    const homes = [...this.#homes.values()];
    const filesOf = (seat: Seat): number => homes.filter((home) => home === seat).length;
    return free.sort((a, b) => filesOf(a) - filesOf(b))[0];
  }

  #allowed(): number {
    return Math.min(this.#limit ?? this.#config?.milliseconds ?? LONGEST, LONGEST);
  }

  /** A new worker, told what it must know. */
  #add(): void {
    const seat = new Seat(this.#options);
    this.#seats.push(seat);
    if (this.#config) seat.tell({ type: "configure", config: this.#config });
    for (const [file, text] of this.#texts) seat.tell({ type: "text", file, text });
  }

  #ended(seat: Seat, why: End, task: Task | undefined, at: Running | undefined): void {
    this.#seats.splice(this.#seats.indexOf(seat), 1);
    for (const [file, home] of this.#homes) if (home === seat) this.#homes.delete(file);
    if (task) this.#settle(task, why, at);
    this.#schedule();
  }

  #settle(task: Task, why: End, at: Running | undefined): void {
    const { question } = task;
    if (why instanceof Error) task.reject(why);
    if (why === "preempted") this.#waiting.push(task);
    if (why === "cancelled" || why === "preempted" || why instanceof Error) return;
    const found = this.#tooMuch(question.file, why, at);
    this.#log(found.message);
    // What-if questions are each of their own: only the file's own analysis tells that all of it is too much.
    const isOfNow = this.#texts.get(question.file)?.text === task.text;
    if (question.kind === "analyze" && isOfNow) this.#spoilt.set(question.file, found);
    task.resolve(tooMuch(question, found));
  }

  #tooMuch(file: string, why: "time" | "memory", at: Running | undefined): TooMuch {
    const t = createTranslate(this.#config?.locale);
    const name = placeIn(file, at);
    const message =
      why === "time"
        ? t(
            "analysis ended after {0} s: {1} takes too long; ConvLens looks at it again when its text or convlens.limits.milliseconds changes",
            this.#allowed() / 1000,
            name,
          )
        : t(
            "analysis ended at {0} MB: {1} takes too much memory; ConvLens looks at it again when its text changes",
            this.#options.megabytes,
            name,
          );
    return { message, at, ran: t("this line ran") };
  }
}

/** `net.py:7`, or `net.py (blocks.py:7)` where another file runs for it. */
function placeIn(file: string, at: Running | undefined): string {
  const place = at ? `${shortName(at.file)}:${at.line}` : "";
  return at?.file === file ? place : `${shortName(file)}${place && ` (${place})`}`;
}

/** Why a question was ended, and where the engine was then. */
interface TooMuch {
  readonly message: string;
  readonly at: Running | undefined;
  /** What to say at that line. */
  readonly ran: string;
}

/** The answer to a question that was ended. */
function tooMuch({ kind, file }: Question, { message, at, ran }: TooMuch): Answer {
  if (kind !== "analyze") return { ok: false, reason: message };
  const isOwn = at?.file === file;
  const problem: ReportDiagnostic = {
    ...{ severity: "warning", message, code: "limit" },
    at: { file, line: isOwn ? at.line : 1, column: 1 },
    ...(at && !isOwn && { related: [{ message: ran, at: { ...at, column: 1 } }] }),
  };
  return { file, reports: [], failures: [], sites: [], diagnostics: [problem] };
}
