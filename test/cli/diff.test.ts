/** `convlens diff` as a user calls it, with the real engine over a real Git repository. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCommand } from "../../src/cli/arguments.ts";
import { run } from "../../src/cli/run.ts";
import { GitError, GitRepository } from "../../src/node/git.ts";
import { convlensIn } from "./command.ts";

let root = "";
const git = (...argv: string[]): string =>
  execFileSync("git", ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", ...argv], {
    cwd: root,
  }).toString();

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

function commit(): void {
  git("add", "-A");
  git("commit", "-qm", "a step");
}

const LAYERS = {
  standard: "nn.Conv2d(cin, cout, 3, padding=1, bias=False)",
  separable:
    "nn.Sequential(nn.Conv2d(cin, cin, 3, padding=1, groups=cin, bias=False), nn.Conv2d(cin, cout, 1, bias=False))",
};
const blocks = (layer: string): string => `
import torch.nn as nn

def conv3x3(cin, cout):
    return ${layer}
`;
const NET = `
import torch.nn as nn
from .blocks import (
    conv3x3,
)

# convlens: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = conv3x3(3, 32)
        self.b = conv3x3(32, 64)

    def forward(self, x):
        return self.b(self.a(x))

net = Net()
`;
const alone = (width: number): string => `
import torch.nn as nn
# convlens: input=1x3x8x8
small = nn.Sequential(nn.Conv2d(3, ${width}, 1, bias=False))
`;

beforeAll(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), "convlens-diff-")));
  git("init", "-q", "-b", "main");
  write("pkg/__init__.py", "");
  write("pkg/blocks.py", blocks(LAYERS.standard));
  write("pkg/net.py", NET);
  write("same.py", alone(7));
  write("old name.py", alone(4));
  write("gone.py", alone(5));
  write("notes.txt", "no code");
  commit();
  git("branch", "before");
  write("pkg/blocks.py", blocks(LAYERS.separable));
  git("mv", "old name.py", "new.py");
  rmSync(path.join(root, "gone.py"));
  write("notes.txt", "other notes");
  commit();
  git("checkout", "-q", "-b", "side", "before");
  write("same.py", alone(9));
  commit();
  git("checkout", "-q", "main");
  // Of the working tree: `git add` was not called yet.
  write("fresh.py", alone(6));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const call = (...argv: string[]) => convlensIn(path.join(root, "pkg"), argv);

interface Told {
  readonly base: unknown;
  readonly head: unknown;
  readonly changes: readonly {
    readonly [field: string]: unknown;
    readonly file: string;
    readonly network: string;
    readonly change: string;
    readonly before: { readonly totals: { readonly macs: number; readonly params: number } } | null;
    readonly after: { readonly totals: { readonly macs: number; readonly params: number } } | null;
    readonly layers: readonly { readonly name: string; readonly change: string }[];
  }[];
}

async function json(...argv: string[]): Promise<Told> {
  const { code, out, err } = await call("diff", ...argv, "--json");
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out);
}

const named = ({ changes }: Told, network: string) => changes.filter((change) => change.network === network);

// MACs of the two forms on 32×32: k²·M·N and (k²·M + M·N) for each position.
const POSITIONS = 32 * 32;
const STANDARD = (9 * 3 * 32 + 9 * 32 * 64) * POSITIONS;
const SEPARABLE = (9 * 3 + 3 * 32 + 9 * 32 + 32 * 64) * POSITIONS;

describe("convlens diff", () => {
  it("finds a network whose file did not change, but a file that it imports", async () => {
    const told = await json("before", "main");
    const [net, ...others] = named(told, "Net").filter(({ file }) => file === "pkg/net.py");
    expect(others).toEqual([]);
    expect(net).toMatchObject({
      ...{ file: "pkg/net.py", change: "changed" },
      before: { totals: { macs: STANDARD, params: STANDARD / POSITIONS } },
      after: { totals: { macs: SEPARABLE, params: SEPARABLE / POSITIONS } },
    });
    expect(net?.layers.map(({ name, change }) => `${change} ${name}`)).toEqual([
      ...["removed a", "removed b", "added a.0", "added a.1", "added b.0", "added b.1"],
    ]);
  });

  it("tells files that went from files that were only renamed", async () => {
    const told = await json("before", "main");
    expect(named(told, "small").map(({ file, change, after }) => [file, change, after])).toEqual([
      ["gone.py", "removed", null],
    ]);
    expect(told.changes.map(({ file }) => file)).not.toContain("same.py");
  });

  it("compares with the files as they are, new ones too, when one revision is named", async () => {
    const told = await json("main");
    expect(told.head).toEqual({ name: "working tree", commit: null });
    expect(told.changes.map(({ file, network, change }) => [file, network, change])).toEqual([
      ["fresh.py", "small", "added"],
    ]);
    expect(told.changes[0]).toMatchObject({ before: null, after: { totals: { macs: 6 * 3 * 64 } } });
  });

  it("leaves out with three dots what only the base branch changed", async () => {
    const files = async (range: string) => (await json(range)).changes.map(({ file }) => file);
    expect(await files("main...side")).toEqual(["same.py"]);
    expect(await files("main..side")).toContain("gone.py");
  });

  it("says for people what changed and by which layers", async () => {
    const { code, out } = await call("diff", "before", "main");
    expect(code).toBe(0);
    expect(out).toContain("pkg/net.py: Net changed\n  MACs  19.8 M → 2.52 M (−87.3 %)");
    expect(out).toMatch(/^ {2}a\.0 +added +27\.6 k +27$/m);
    expect(out).toContain("gone.py: small removed");
    expect(out.trimEnd().split("\n").at(-1)).toMatch(/^\d+ changed, 1 removed, of \d+ networks in \d+ files/);
    expect((await call("diff", "main", "main")).out).toMatch(/^No network changed/);
  });

  it("writes one Markdown table that a later comment can find and replace", async () => {
    const { out } = await call("diff", "before", "main", "--markdown");
    expect(out.split("\n")[0]).toBe("<!-- convlens diff -->");
    expect(out).toContain("| **Net**<br>pkg/net.py | 19.8 M → 2.52 M (−87.3 %) |");
    expect(out).toContain("<details><summary>Net: 6 layers</summary>");
  });

  it("writes SARIF and GitLab's code quality, at the line that defines the network", async () => {
    const sarif = JSON.parse((await call("diff", "before", "main", "--sarif")).out);
    expect(sarif.runs[0].results).toContainEqual(
      expect.objectContaining({
        ruleId: "cost-changed",
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: "pkg/net.py" },
              region: expect.objectContaining({ startLine: 8 }),
            },
          },
        ],
      }),
    );
    const gitlab = JSON.parse((await call("diff", "before", "main", "--gitlab")).out);
    const [net] = gitlab.filter(
      ({ location }: { location: { path: string } }) => location.path === "pkg/net.py",
    );
    expect(net).toMatchObject({ severity: "info", location: { lines: { begin: 8 } } });
    expect(net.description).toContain("19.8 M → 2.52 M (−87.3 %) MACs");
    const fingerprints = gitlab.map(({ fingerprint }: { fingerprint: string }) => fingerprint);
    expect(new Set(fingerprints).size).toBe(gitlab.length);
  });

  it("counts FLOPs where they are asked for", async () => {
    const { out } = await call("diff", "before", "main", "--unit", "flops");
    expect(out).toContain("FLOPs  39.5 M → 5.04 M (−87.3 %)");
  });

  it.each([
    ["nowhere", "there is no revision nowhere"],
    ["main..--output=x", "there is no revision --output=x"],
    ["main:notes.txt", "there is no revision main:notes.txt"],
  ])("says what is wrong with the revision %s", async (revision, message) => {
    const { code, out, err } = await call("diff", revision);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });

  it("runs nothing that the repository's settings name", async () => {
    const ran = path.join(root, ".git", "ran").replaceAll("\\", "/");
    const says = (what: string): string => `echo ${what} >> "${ran}"; cat`;
    const hooks = path.join(root, ".git", "own hooks");
    mkdirSync(hooks);
    writeFileSync(path.join(hooks, "post-index-change"), `#!/bin/sh\n${says("hook")}\n`, { mode: 0o755 });
    writeFileSync(path.join(root, ".git", "info", "attributes"), "*.py filter=evil diff=evil\n");
    const settings = {
      "core.fsmonitor": says("monitor"),
      "core.hooksPath": hooks,
      "diff.external": says("external"),
      "diff.evil.command": says("command"),
      "diff.evil.textconv": says("textconv"),
      "filter.evil.clean": says("clean"),
      "filter.evil.process": says("process"),
      "filter.evil.required": "true",
    };
    for (const [name, value] of Object.entries(settings)) git("config", name, value);
    // Git compares what has another time again, and notes that it is the same.
    utimesSync(path.join(root, "same.py"), 1, 1);
    const told = await json("before");
    for (const name of Object.keys(settings)) git("config", "--unset", name);
    rmSync(path.join(root, ".git", "info", "attributes"));
    expect(existsSync(ran)).toBe(false);
    expect(told.changes.map(({ file }) => file)).not.toContain("same.py");
  });

  it("refuses a filter whose name keeps it from being turned off", async () => {
    git("config", "filter.a=b.clean", "cat");
    const { code, err } = await call("diff", "before");
    git("config", "--unset", "filter.a=b.clean");
    expect([code, err]).toEqual([2, 'convlens: the filter "filter.a=b" cannot be turned off: rename it\n']);
  });

  it("finds what imports a changed file where settings colour Git's answers", async () => {
    git("config", "color.ui", "always");
    const told = await json("before", "main");
    git("config", "--unset", "color.ui");
    expect(told.changes.map(({ file }) => file)).toContain("pkg/net.py");
  });

  it("searches for a pattern that is longer than a command line may be", () => {
    const pattern = `conv3x3|${"x".repeat(140_000)}`;
    expect(new GitRepository(root).search(pattern, ["*.py"], "main")).toEqual([
      "pkg/blocks.py",
      "pkg/net.py",
    ]);
  });

  it("says that a search failed, which is not the same as that nothing was found", () => {
    const repository = new GitRepository(root);
    expect(repository.search("nowhere to be found", ["*.py"], "main")).toEqual([]);
    expect(() => repository.search("conv3x3", ["*.py"], "no-revision")).toThrow(GitError);
  });

  it("says that a folder is in no repository", async () => {
    const place = mkdtempSync(path.join(tmpdir(), "convlens-alone-"));
    let err = "";
    const code = await run(["diff", "main"], {
      ...{ cwd: place, version: "1.2.3", width: 100, color: false, pythonPaths: [] },
      out: () => undefined,
      err: (text) => {
        err += text;
      },
      openEngine: () => Promise.reject(new Error("nothing to read")),
    });
    rmSync(place, { recursive: true });
    expect(code).toBe(2);
    expect(err).toMatch(/^convlens: not a git repository/);
  });

  it.each([
    [["diff"], "diff needs a revision: convlens diff BASE [HEAD]"],
    [["diff", "a", "b", "c"], 'diff takes two revisions, but got "c" too'],
    [["diff", "a..b", "c"], '"a..b" names two revisions: leave out "c"'],
    [["diff", "a", "--json", "--sarif"], "choose one of --json, --sarif"],
    [["diff", "a", "--budget", "3M"], "--budget is no option of diff"],
  ])("takes %j for a slip", (argv, message) => {
    expect(parseCommand(argv)).toEqual({ kind: "usage-error", message });
  });
});
