/** A file as Git has it: at the last commit or at any revision, through VS Code's own Git extension. */
import * as vscode from "vscode";

interface Repository {
  readonly state: {
    readonly HEAD: { readonly commit?: string; readonly name?: string } | undefined;
    readonly onDidChange: vscode.Event<void>;
  };
  show(revision: string, path: string): Promise<string>;
  log(options: { readonly maxEntries: number; readonly path: string }): Promise<readonly Commit[]>;
}

export interface Commit {
  readonly hash: string;
  readonly message: string;
  readonly authorDate?: Date;
}

interface GitApi {
  getRepository(uri: vscode.Uri): Repository | null;
  readonly onDidOpenRepository: vscode.Event<Repository>;
}

interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): GitApi;
}

export interface Revision {
  /** The commit's hash, so that an answer can be kept. */
  readonly commit: string;
  readonly text: string;
}

/** The file's text at the last commit; undefined without Git, or when the file is new. */
export async function atHead(uri: vscode.Uri): Promise<Revision | undefined> {
  const repository = await repositoryOf(uri);
  const commit = repository?.state.HEAD?.commit;
  return commit === undefined ? undefined : atRevision(uri, commit);
}

export async function atRevision(uri: vscode.Uri, commit: string): Promise<Revision | undefined> {
  const repository = await repositoryOf(uri);
  const text = await repository?.show(commit, uri.fsPath).catch(() => undefined);
  return text === undefined ? undefined : { commit, text };
}

/** The newest commits that changed the file. */
export async function history(uri: vscode.Uri): Promise<readonly Commit[]> {
  const repository = await repositoryOf(uri);
  return (await repository?.log({ maxEntries: 50, path: uri.fsPath }).catch(() => [])) ?? [];
}

/** Calls back when the repository of the file moves on: a commit, a checkout. */
export async function onHeadMoved(
  uri: vscode.Uri,
  moved: () => void,
): Promise<vscode.Disposable | undefined> {
  const repository = await repositoryOf(uri);
  let commit = repository?.state.HEAD?.commit;
  return repository?.state.onDidChange(() => {
    if (repository.state.HEAD?.commit === commit) return;
    commit = repository.state.HEAD?.commit;
    moved();
  });
}

async function repositoryOf(uri: vscode.Uri): Promise<Repository | undefined> {
  if (uri.scheme !== "file") return undefined;
  const extension = vscode.extensions.getExtension<GitExtension>("vscode.git");
  const git = await Promise.resolve(extension?.activate()).catch(() => undefined);
  if (!git?.enabled) return undefined;
  return git.getAPI(1).getRepository(uri) ?? undefined;
}
