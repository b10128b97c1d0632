/**
 * The network in focus: one of the workspace, as an interpreter is in the Python extension. Kept with the workspace, and
 * the same in every view; with none chosen, each file shows its own main network.
 */
import * as vscode from "vscode";

export interface FocusedNetwork {
  readonly uri: vscode.Uri;
  readonly network: string;
}

const KEY = "convlens.focus";

export class FocusMemory implements vscode.Disposable {
  readonly #memory: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<void>();
  #current: FocusedNetwork | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(memory: vscode.Memento) {
    this.#memory = memory;
    this.#current = parseFocus(memory.get(KEY));
  }

  get current(): FocusedNetwork | undefined {
    return this.#current;
  }

  set(focused: FocusedNetwork | undefined): void {
    if (isSame(focused, this.#current)) return;
    this.#current = focused;
    const kept = focused && { uri: focused.uri.toString(), network: focused.network };
    void this.#memory.update(KEY, kept);
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

/** The same network of the same file, or none on both sides. */
export function isSame(one: FocusedNetwork | undefined, other: FocusedNetwork | undefined): boolean {
  return one?.network === other?.network && one?.uri.toString() === other?.uri.toString();
}

function parseFocus(kept: unknown): FocusedNetwork | undefined {
  if (typeof kept !== "object" || kept === null || !("uri" in kept) || !("network" in kept)) return undefined;
  const { uri, network } = kept;
  return typeof uri === "string" && typeof network === "string"
    ? { uri: vscode.Uri.parse(uri), network }
    : undefined;
}
