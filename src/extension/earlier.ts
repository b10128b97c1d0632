/** What the networks of a file cost earlier: at the last commit, and when the panel was opened on them. */
import * as vscode from "vscode";
import type { Report } from "../engine/contract/report.ts";
import type { SidebarNetwork } from "../protocol/messages.ts";
import type { Analyses } from "./analyses.ts";
import { atHead, onHeadMoved } from "./git.ts";

type Totals = ReadonlyMap<string, number>;
type Change = NonNullable<SidebarNetwork["earlier"]>[number];

export class Earlier implements vscode.Disposable {
  readonly #analyses: Analyses;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #watched = new Map<string, vscode.Disposable | undefined>();
  /** By file: the commit that was asked for, and its networks' totals once they are known. */
  readonly #heads = new Map<string, { readonly commit: string; readonly totals: Totals }>();
  readonly #opened = new Map<string, number>();

  readonly onDidChange = this.#changed.event;

  constructor(analyses: Analyses) {
    this.#analyses = analyses;
  }

  /** What is known now; what is not is asked for, and told by `onDidChange`. */
  of(uri: vscode.Uri, { network }: Report): readonly Change[] {
    void this.#look(uri);
    const head = this.#heads.get(uri.toString())?.totals.get(network);
    const opened = this.#opened.get(keyOf(uri, network));
    return [
      ...(head === undefined ? [] : [{ when: "head" as const, macs: head }]),
      ...(opened === undefined ? [] : [{ when: "opened" as const, macs: opened }]),
    ];
  }

  /** The panel shows this network; the first time is remembered until it is closed. */
  open(uri: vscode.Uri, { network, totals }: Report): void {
    const key = keyOf(uri, network);
    if (this.#opened.has(key) || totals.macs === null) return;
    this.#opened.set(key, totals.macs);
    this.#changed.fire();
  }

  close(): void {
    this.#opened.clear();
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
    for (const watch of this.#watched.values()) watch?.dispose();
  }

  async #look(uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    if (this.#watched.has(key)) return;
    this.#watched.set(key, undefined);
    const look = async (): Promise<void> => {
      const head = await atHead(uri);
      if (!head) return;
      const analysis = await this.#analyses.ofText(uri, head.text).catch(() => null);
      const totals = new Map(
        (analysis?.reports ?? []).flatMap(({ network, totals: { macs } }) =>
          macs === null ? [] : [[network, macs] as const],
        ),
      );
      this.#heads.set(key, { commit: head.commit, totals });
      this.#changed.fire();
    };
    this.#watched.set(key, await onHeadMoved(uri, () => void look()));
    await look();
  }
}

function keyOf(uri: vscode.Uri, network: string): string {
  return `${uri.toString()}#${network}`;
}
