/**
 * Offers to get the sources of packages that a file's figures wait for. Nothing is asked of a package index before the
 * user agreed, once or by the setting; the progress then tells versions and sizes and can be stopped.
 */
import * as vscode from "vscode";
import { missingPackages } from "../present/missingPackages.ts";
import type { Outcome } from "../sources/add.ts";
import type { Announced } from "../sources/get.ts";
import type { ActiveFile } from "./activeFile.ts";
import { readSettings } from "./settings.ts";

export interface SourcesContext {
  readonly active: ActiveFile;
  /** Of the extension. */
  readonly version: string;
  /** Has figures made anew. */
  readonly refresh: () => Promise<void>;
}

export class SourcesOffer implements vscode.Disposable {
  /** What was offered or got since the editor started: nobody is asked twice. */
  readonly #offered = new Set<string>();
  readonly #subscription: vscode.Disposable;

  constructor(private readonly context: SourcesContext) {
    this.#subscription = context.active.onDidChange(() => void this.#look());
    void this.#look();
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #look(): Promise<void> {
    const { sourcesDownload } = readSettings();
    const analysis = this.context.active.current?.analysis;
    if (!analysis || !vscode.workspace.isTrusted || sourcesDownload === "never") return;
    const missing = missingPackages(analysis).map(({ name }) => name);
    const fresh = missing.filter((name) => !this.#offered.has(name));
    if (fresh.length === 0) return;
    for (const name of fresh) this.#offered.add(name);
    if (sourcesDownload === "always" || (await this.#isAgreed(fresh))) await this.get(fresh);
  }

  async #isAgreed(packages: readonly string[]): Promise<boolean> {
    const { announce } = await import("../sources/get.ts");
    const announced = announce(packages, workspaceFolders());
    if (!announced) return false;
    const [get, choose, always, never] = [
      vscode.l10n.t("Get Its Sources"),
      vscode.l10n.t("Choose Environment…"),
      vscode.l10n.t("Always"),
      vscode.l10n.t("Never"),
    ];
    const answer = await vscode.window.showInformationMessage(
      question(packages, announced),
      ...[get, choose, always, never],
    );
    if (answer === choose) await vscode.commands.executeCommand("convlens.chooseEnvironment");
    if (answer === always || answer === never) await remember(answer === always ? "always" : "never");
    return answer === get || answer === always;
  }

  /** Gets them now: the user asked for it. */
  async get(packages: readonly string[]): Promise<void> {
    if (!vscode.workspace.isTrusted) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t("Sources of packages are not fetched in a workspace that is not trusted."),
      );
      return;
    }
    for (const name of packages) this.#offered.add(name);
    try {
      const outcome = await this.#fetch(packages);
      if (outcome) await this.#tell(outcome);
    } catch (error) {
      if ((error as Error).name !== "AbortError")
        void vscode.window.showErrorMessage(`ConvLens: ${(error as Error).message}`);
    }
  }

  /** Shows how far it is and lets the user stop it. */
  #fetch(packages: readonly string[]): Thenable<Outcome | undefined> {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t("Getting the sources of {0}", packages.join(", ")),
      cancellable: true,
    };
    return vscode.window.withProgress(options, async (progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      // What gets archives is a bundle of its own, which only this loads.
      const { getSources } = await import("../sources/get.ts");
      return getSources(packages, {
        folders: workspaceFolders(),
        agent: `convlens/${this.context.version}`,
        proxy: vscode.workspace.getConfiguration("http").get<string>("proxy"),
        signal: stop.signal,
        onProgress: ({ archive, received, total }) =>
          progress.report({
            message: `${archive}: ${megabytes(received)}${total ? ` / ${megabytes(total)}` : ""} MB`,
          }),
      });
    });
  }

  async #tell({ added, problems }: Outcome): Promise<void> {
    if (added.length > 0) await this.context.refresh();
    for (const problem of problems) void vscode.window.showWarningMessage(`ConvLens: ${problem}`);
  }
}

/** Names what would be fetched, and from where. */
function question(missing: readonly string[], { packages, hosts }: Announced): string {
  return vscode.l10n.t(
    "{0} is not installed here, so figures that need it are missing. Get the sources of {1}, and of what it needs, from {2}? They are text that is never run.",
    ...[missing, packages, hosts].map((names) => names.join(", ")),
  );
}

function workspaceFolders(): readonly string[] {
  return (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
}

function remember(policy: "always" | "never"): Thenable<void> {
  const configuration = vscode.workspace.getConfiguration("convlens");
  return configuration.update("sources.download", policy, vscode.ConfigurationTarget.Global);
}

function megabytes(bytes: number): string {
  return Math.max(0.1, bytes / 1e6).toFixed(1);
}
