/** Networks of a repository at two revisions: which changed, and by which layers. */
import type { Engine } from "../../engine/contract/engine.types.ts";
import type { Report, ReportLayer, ReportTotals } from "../../engine/contract/report.ts";
import { languageOf } from "../../engine/syntax/parser.ts";
import type { ChangedFile, GitRepository } from "../../node/git.ts";
import { type DiffRow, diffRows } from "../../present/diff.ts";

/** One network that is not the same at both revisions. */
export interface NetworkChange {
  readonly network: string;
  readonly change: "added" | "removed" | "changed";
  /** From the repository's root; at the second revision where it is there. */
  readonly file: string;
  /** Where the file had another name. */
  readonly oldFile?: string;
  readonly before: Side;
  readonly after: Side;
  /** Layers that cost another number of MACs or parameters, in execution order. */
  readonly layers: readonly DiffRow[];
}

/** A network at one revision: its report, why it has none, or neither where it is not there. */
export interface Side {
  readonly report: Report | null;
  readonly reason?: string;
}

export interface Compared {
  readonly changes: readonly NetworkChange[];
  /** Model files that were read at either revision. */
  readonly files: number;
  /** Networks that were found in them, changed or not. */
  readonly networks: number;
  /** Files that may be changed by way of their imports and were left out, for there are too many. */
  readonly leftOut: number;
}

/** Files whose networks can have changed: those that differ, and those that import what differs. */
export function candidates(
  repository: GitRepository,
  base: string,
  head: string | undefined,
): { readonly files: readonly ChangedFile[]; readonly leftOut: number } {
  const isCode = (file: string | undefined): boolean => file !== undefined && languageOf(file) !== undefined;
  const changed = repository.changedFiles(base, head);
  const code = changed.filter(({ before, after }) => isCode(before) || isCode(after));
  const known = new Set(code.flatMap(({ before, after }) => [before, after]));
  const importers: ChangedFile[] = [];
  let leftOut = 0;
  let news: readonly string[] = [...known].filter((file) => file !== undefined);
  while (news.length > 0) {
    const found = [head, base].flatMap((at) => repository.search(importing(news), GLOBS, at));
    news = [...new Set(found)].filter((file) => !known.has(file));
    for (const file of news) known.add(file);
    const room = Math.max(0, MOST_IMPORTERS - importers.length);
    leftOut += Math.max(0, news.length - room);
    importers.push(...news.slice(0, room).map((file) => ({ before: file, after: file })));
    if (leftOut > 0) break;
  }
  return { files: [...code, ...importers], leftOut };
}

const MOST_IMPORTERS = 400;

const GLOBS = ["py", "ipynb", "ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"].map((end) => `*.${end}`);

/** Lines that import a module of these files' names (extended POSIX, for `git grep`). */
function importing(files: readonly string[]): string {
  const names = new Set(files.map(moduleName).filter((name) => /^[\w-]+$/.test(name)));
  const any = `(${[...names].join("|")})`;
  const [before, after] = ["(^|[^A-Za-z0-9_])", "([^A-Za-z0-9_]|$)"];
  // The second stands by itself in an import of several lines.
  return `${before}(import|from|require)[^A-Za-z0-9_](.*[^A-Za-z0-9_])?${any}${after}|^[[:space:]]*${any},?[[:space:]]*\\)?$`;
}

/** What imports say for a file: the folder for `__init__.py` and `index.ts`. */
function moduleName(file: string): string {
  const parts = file.split("/");
  const own = (parts.at(-1) ?? "").replace(/\..*$/, "");
  return own === "__init__" || own === "index" ? (parts.at(-2) ?? own) : own;
}

/** `open` gives the networks of a file, by its path from the root, at one of the revisions. */
export function compareNetworks(
  files: readonly ChangedFile[],
  leftOut: number,
  open: { readonly before: (file: string) => Networks; readonly after: (file: string) => Networks },
): Compared {
  const changes: NetworkChange[] = [];
  let networks = 0;
  for (const { before, after } of files) {
    const old = before === undefined ? new Map<string, Side>() : open.before(before);
    const now = after === undefined ? new Map<string, Side>() : open.after(after);
    const names = new Set([...now.keys(), ...old.keys()]);
    networks += names.size;
    for (const network of names) {
      const found = compare(old.get(network), now.get(network));
      if (!found) continue;
      const isRenamed = before !== undefined && after !== undefined && before !== after;
      changes.push({
        network,
        file: after ?? before ?? "",
        ...(isRenamed && { oldFile: before }),
        ...found,
      });
    }
  }
  return { changes, files: files.length, networks, leftOut };
}

export type Networks = ReadonlyMap<string, Side>;

export function networksOf(engine: Engine, file: string): Networks {
  const { reports, failures } = engine.analyze(file);
  return new Map<string, Side>([
    ...failures.map(({ network, reason }) => [network, { report: null, reason }] as const),
    ...reports.map((report) => [report.network, { report }] as const),
  ]);
}

const ABSENT: Side = { report: null };

function compare(
  before: Side | undefined,
  after: Side | undefined,
): Pick<NetworkChange, "change" | "before" | "after" | "layers"> | undefined {
  const old = before?.report;
  const now = after?.report;
  // What has no figures at either revision cannot be told apart.
  if (!hasFigures(old) && !hasFigures(now)) return undefined;
  const change = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  const layers = old && now ? diffRows(old, now).filter(isOtherCost) : [];
  if (old && now && layers.length === 0 && isSame(old, now)) return undefined;
  return { change, before: before ?? ABSENT, after: after ?? ABSENT, layers };
}

function hasFigures(report: Report | null | undefined): boolean {
  return (
    report !== null && report !== undefined && (report.totals.macs !== null || Boolean(report.totals.params))
  );
}

function isOtherCost({ change, left, right }: DiffRow): boolean {
  return change !== "same" && (hasCost(left) || hasCost(right));
}

/** Operations on values alone are told by the totals. */
function hasCost(layer: ReportLayer | null): boolean {
  return layer !== null && (layer.macs !== 0 || layer.params !== 0);
}

const TOTALS = [
  "macs",
  "params",
  "trainable_params",
  "peak_activation_bytes",
] as const satisfies readonly (keyof ReportTotals)[];

function isSame(one: Report, other: Report): boolean {
  const whole = ({ complete, input, output }: Report): string =>
    JSON.stringify([complete, input.shapes, output]);
  return TOTALS.every((name) => one.totals[name] === other.totals[name]) && whole(one) === whole(other);
}
