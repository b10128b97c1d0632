/**
 * The network in focus: what documents show where the network of another file runs through them. Its analysis is asked
 * for once, until a text, a file on disk or a setting changes.
 */
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import { emptyAnalysis, withFocus } from "../present/focus.ts";
import type { FocusParams } from "../protocol/requests.ts";
import { follow, isMisread } from "./carry.ts";
import type { Session, Shown } from "./session.ts";
import { fileOf } from "./uris.ts";

/** Whose figures a document shows. */
export interface Focusing extends Shown {
  /** The network of another file that is among them, and its document. */
  readonly home?: { readonly uri: string; readonly network: string };
}

export interface FocusOptions {
  readonly session: Pick<Session, "analysis" | "shown">;
  /** The text of an open document. */
  readonly textOf: (uri: string) => string | undefined;
  /** Lenses given out earlier may be old. */
  readonly stale: () => void;
}

type Target = Required<FocusParams>;

export class Focus {
  readonly #options: FocusOptions;
  #target: Target | undefined;
  #asked: Promise<FileAnalysis | null> | undefined;
  /** What a document showed last, and of which text: for as long as there is nothing newer. */
  readonly #last = new Map<string, { readonly text: string; readonly analysis: FileAnalysis }>();

  constructor(options: FocusOptions) {
    this.#options = options;
  }

  set({ uri, network, inputs = {} }: FocusParams): void {
    this.#target = uri === undefined || network === undefined ? undefined : { uri, network, inputs };
    this.#last.clear();
    this.changed();
    this.#options.stale();
  }

  /** A text, a file or a setting is another. */
  changed(): void {
    this.#asked = undefined;
  }

  /** As `Session.shown`, with the figures of the network in focus. */
  async shown(
    uri: string,
    patience: number,
    isEnough?: (found: FileAnalysis) => boolean,
  ): Promise<Focusing | undefined> {
    const target = this.#target;
    const { session, textOf } = this.#options;
    const deadline = Date.now() + patience;
    const own = await session.shown(uri, patience, isEnough);
    if (!target) return own;
    if (target.uri === uri) return own && { ...own, active: target.network };
    const text = textOf(uri);
    if (text === undefined) return own;
    const shown = own?.analysis ?? emptyAnalysis(fileOf(uri));
    const focused = await this.#analysis(target, deadline - Date.now());
    const fresh = focused && withFocus(shown, { analysis: focused, network: target.network });
    const last = this.#last.get(uri);
    const isLost = !focused || (last !== undefined && isDamaged(own, focused, target.network));
    const analysis =
      fresh && !isLost ? fresh : isLost && last ? follow(last.analysis, last.text, text) : undefined;
    if (!analysis) return own;
    if (fresh && !isLost) this.#last.set(uri, { text, analysis });
    return { analysis, active: target.network, home: target };
  }

  /** Of the file that has the network, if it comes in time. */
  async #analysis({ uri, inputs }: Target, patience: number): Promise<FileAnalysis | null | undefined> {
    const { session, stale, textOf } = this.#options;
    if (textOf(uri) !== undefined) return (await session.shown(uri, patience))?.analysis;
    const isNew = this.#asked === undefined;
    const asked = this.#asked ?? session.analysis(uri, inputs).catch(() => null);
    this.#asked = asked;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), Math.max(0, patience));
    });
    const answer = await Promise.race([asked, late]);
    clearTimeout(timer);
    // Who was shown something older asks again once it is there.
    if (answer === undefined && isNew) void asked.then(stale);
    return answer;
  }
}

/** The text of the document is broken, and the network has no total for it. */
function isDamaged(own: Shown | undefined, { reports }: FileAnalysis, network: string): boolean {
  const report = reports.find((each) => each.network === network);
  return own !== undefined && isMisread(own.analysis) && (report?.totals.macs ?? null) === null;
}
