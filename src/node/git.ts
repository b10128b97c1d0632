/**
 * A Git repository read by the user's own `git`: which files two revisions differ in, and the files of a revision. No
 * filter, hook or external tool of the repository is run for what is read here, and nothing is fetched.
 */
import { execFileSync, type SpawnSyncReturns } from "node:child_process";
import { realpathSync } from "node:fs";
import { toSlashes } from "./host.ts";

/** What Git answered instead. */
export class GitError extends Error {
  /** Git's exit code, where it ran. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

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
  readonly #withoutFilters: readonly string[];

  /** The repository that holds the folder. Throws a GitError where there is none, or no git. */
  constructor(folder: string) {
    const root = git(folder, ["rev-parse", "--show-toplevel"])
      .toString()
      .replace(/\r?\n$/, "");
    this.root = toSlashes(realpathSync(root));
    this.#withoutFilters = withoutFilters(this.root);
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
    // Git would ask in a submodule by its own settings, and no file of one is a file of this repository.
    options.push("--ignore-submodules=all");
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
    const options = [
      "grep",
      "-z",
      "-l",
      "-I",
      "-E",
      "--no-textconv",
      "--no-color",
      "--no-recurse-submodules",
    ];
    // A pattern that names thousands of modules is longer than a command line may be.
    options.push("-f", "-");
    const where = revision === undefined ? ["--untracked"] : [revision];
    try {
      const found = list(this.#git([...options, ...where, "--", ...globs], pattern));
      return revision === undefined ? found : found.map((file) => file.slice(revision.length + 1));
    } catch (error) {
      if (error instanceof GitError && error.status === NOTHING_FOUND) return [];
      throw error;
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

  #git(given: readonly string[], input = ""): Buffer {
    return git(this.root, [...this.#withoutFilters, ...given], input);
  }
}

/** The exit code of `git grep` and `git config` where nothing matches. */
const NOTHING_FOUND = 1;
/** Ample for the paths of a large repository. */
const MOST_OUTPUT = 256 * 1024 * 1024;

/** Git before 2.44 fetches what a partial clone lacks all the same, so it may use no way to another repository. */
const NO_FETCH = { GIT_TERMINAL_PROMPT: "0", GIT_NO_LAZY_FETCH: "1", GIT_ALLOW_PROTOCOL: "" };

/** Settings that name programs: to watch files, and for when `git diff` notes in its index what it found unchanged. */
const SAFE = ["core.fsmonitor=false", "core.hooksPath=/dev/null"];

/** Options that leave out what settings name to convert files of the working tree before they are compared. */
function withoutFilters(root: string): readonly string[] {
  const keys = ["config", "-z", "--name-only", "--get-regexp", "^filter\\."];
  let names: readonly string[];
  try {
    names = list(git(root, keys)).map((key) => key.slice(0, key.lastIndexOf(".")));
  } catch (error) {
    if (error instanceof GitError && error.status === NOTHING_FOUND) return [];
    throw error;
  }
  return [...new Set(names)].flatMap((name) => {
    // `-c` takes what follows the first "=" for the value.
    if (name.includes("=")) throw new GitError(`the filter "${name}" cannot be turned off: rename it`);
    return ["clean=", "process=", "required=false"].flatMap((setting) => ["-c", `${name}.${setting}`]);
  });
}

function git(folder: string, given: readonly string[], input = ""): Buffer {
  const safe = [...SAFE.flatMap((setting) => ["-c", setting]), "--no-optional-locks"];
  try {
    return execFileSync("git", [...safe, ...given], {
      ...{ cwd: folder, maxBuffer: MOST_OUTPUT, input, stdio: ["pipe", "pipe", "pipe"] },
      env: { ...process.env, ...NO_FETCH, LC_ALL: "C" },
    });
  } catch (error) {
    const { code, stderr, status } = error as NodeJS.ErrnoException & Partial<SpawnSyncReturns<Buffer>>;
    if (code === "ENOENT") throw new GitError("git was not found: install it");
    const lines = stderr?.toString().trim().split("\n") ?? [];
    const line = lines.find((one) => one.startsWith("fatal: ")) ?? lines[0] ?? String(error);
    throw new GitError(line.replace(/^fatal: /, ""), status ?? undefined);
  }
}

function list(output: Buffer): string[] {
  return output
    .toString()
    .split("\0")
    .filter((text) => text !== "");
}
