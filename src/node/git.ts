/**
 * A Git repository read by the user's own `git`: which files two revisions differ in, and the files of a revision. No
 * filter, hook or external tool of the repository is run for what is read here, and nothing is written or fetched.
 */
import { execFileSync } from "node:child_process";
import { realpathSync } from "node:fs";
import path from "node:path";

/** What Git answered instead. */
export class GitError extends Error {}

export interface ChangedFile {
  /** Absent where the file is new. */
  readonly before?: string;
  /** Absent where the file is gone. */
  readonly after?: string;
}

/** A file of a revision. */
export interface Blob {
  readonly id: string;
  readonly bytes: number;
}

export class GitRepository {
  readonly root: string;

  /** The repository that holds the folder. Throws a GitError where there is none, or no git. */
  constructor(folder: string) {
    this.root = slashes(realpathSync(git(folder, ["rev-parse", "--show-toplevel"]).toString().trimEnd()));
  }

  /** The full hash of a commit. Throws a GitError where the revision is none. */
  commit(revision: string): string {
    // A revision that starts like an option is one to no Git.
    if (revision.startsWith("-")) throw new GitError(`there is no revision ${revision}`);
    try {
      return this.#git(["rev-parse", "--verify", "--quiet", `${revision}^{commit}`])
        .toString()
        .trim();
    } catch {
      throw new GitError(`there is no revision ${revision}; is it fetched?`);
    }
  }

  mergeBase(one: string, other: string): string {
    try {
      return this.#git(["merge-base", one, other]).toString().trim();
    } catch {
      throw new GitError("the two revisions have no commit in common: fetch more of the history");
    }
  }

  /** Files that differ, renamed ones as one; without `head` against the working tree, files that are new to it too. */
  changedFiles(base: string, head?: string): readonly ChangedFile[] {
    const options = ["diff", "--name-status", "-z", "--find-renames", "--no-ext-diff", "--no-textconv"];
    const fields = list(this.#git([...options, base, ...(head === undefined ? [] : [head]), "--"]));
    const changed: ChangedFile[] = [];
    for (let at = 0; at < fields.length; ) {
      const [status = ""] = fields[at++] ?? "";
      const first = fields[at++] ?? "";
      if (status === "R" || status === "C") {
        const after = fields[at++] ?? "";
        changed.push(status === "R" ? { before: first, after } : { after });
      } else if (status === "A") changed.push({ after: first });
      else if (status === "D") changed.push({ before: first });
      else changed.push({ before: first, after: first });
    }
    if (head !== undefined) return changed;
    const untracked = list(this.#git(["ls-files", "-z", "--others", "--exclude-standard"]));
    return [...changed, ...untracked.map((after) => ({ after }))];
  }

  /** Files of the revision, or of the working tree, that have a line which matches (POSIX, extended). */
  search(pattern: string, globs: readonly string[], revision?: string): readonly string[] {
    const options = ["grep", "-z", "-l", "-I", "-E", "--no-textconv", "-e", pattern];
    const where = revision === undefined ? ["--untracked"] : [revision];
    try {
      const found = list(this.#git([...options, ...where, "--", ...globs]));
      return revision === undefined ? found : found.map((file) => file.slice(revision.length + 1));
    } catch {
      // It answers with an error when nothing matches.
      return [];
    }
  }

  /** Files of a commit by their path from the root. */
  files(commit: string): ReadonlyMap<string, Blob> {
    const blobs = new Map<string, Blob>();
    for (const line of list(this.#git(["ls-tree", "-r", "-l", "-z", "--full-tree", commit]))) {
      const [, mode = "", id = "", bytes = "", file = ""] =
        /^(\d+) blob (\w+) +(\d+)\t(.*)$/s.exec(line) ?? [];
      // Of a link Git keeps where it leads, which is no model code.
      if (mode.startsWith("100")) blobs.set(file, { id, bytes: Number(bytes) });
    }
    return blobs;
  }

  read({ id }: Blob): Buffer {
    return this.#git(["cat-file", "blob", id]);
  }

  #git(given: readonly string[]): Buffer {
    return git(this.root, given);
  }
}

/** Ample for the paths of a large repository. */
const MOST_OUTPUT = 256 * 1024 * 1024;

function git(folder: string, given: readonly string[]): Buffer {
  // What a repository's own settings name would be run to watch its files.
  const safe = ["-c", "core.fsmonitor=false", "--no-optional-locks"];
  try {
    return execFileSync("git", [...safe, ...given], {
      ...{ cwd: folder, maxBuffer: MOST_OUTPUT, stdio: ["ignore", "pipe", "pipe"] },
      env: { ...process.env, GIT_TERMINAL_PROMPT: "0", GIT_NO_LAZY_FETCH: "1", LC_ALL: "C" },
    });
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { readonly stderr?: Buffer };
    if (code === "ENOENT") throw new GitError("git was not found: install it");
    const [line = String(error)] = stderr?.toString().trim().split("\n") ?? [];
    throw new GitError(line.replace(/^fatal: /, ""));
  }
}

function list(output: Buffer): string[] {
  return output
    .toString()
    .split("\0")
    .filter((text) => text !== "");
}

function slashes(file: string): string {
  return path.sep === "\\" ? file.replaceAll("\\", "/") : file;
}
