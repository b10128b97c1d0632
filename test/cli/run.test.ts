import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.ts";
import type { Engine, ProfileOptions } from "../../src/engine/contract/engine.types.ts";
import type { Report } from "../../src/engine/contract/report.ts";
import { truthReport } from "../engine/report/reports.ts";

let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(path.join(tmpdir(), "convlens-run-"));
  writeFileSync(path.join(cwd, "net.py"), "");
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** Answers for every file with these reports. */
function engineOf(reports: readonly Report[], asked: ProfileOptions[] = []): Engine {
  return {
    profile: (_file, options = {}) => {
      asked.push(options);
      const report =
        options.model === undefined ? reports[0] : reports.find(({ network }) => network === options.model);
      if (report !== undefined) return { ok: true, report };
      const networks = reports.map(({ network }) => network);
      return { ok: false, reason: `there is no network ${options.model}`, networks, diagnostics: [] };
    },
    analyze: (file) => ({
      file,
      reports,
      failures: [{ network: "Head", at: { file, line: 12, column: 1 }, reason: "needs num_classes" }],
      sites: [],
      diagnostics: [],
    }),
    networks: () => [],
    simulate: () => ({ ok: false, reason: "" }),
    suggest: () => ({ ok: false, reason: "" }),
    rewrite: () => ({ ok: false, reason: "" }),
    invalidate: () => undefined,
  };
}

async function convlens(argv: readonly string[], engine: Engine = engineOf([resnet()])) {
  let out = "";
  let err = "";
  const code = await run(argv, {
    cwd,
    version: "1.2.3",
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    width: 100,
    color: false,
    pythonPaths: [],
    openEngine: async () => engine,
  });
  return { code, out, err };
}

function resnet(changes: Partial<Report> = {}): Report {
  const file = path.join(cwd, "net.py");
  return { ...truthReport("resnet18"), file, network_at: { file, line: 3, column: 1 }, ...changes };
}

describe("exit code 0", () => {
  it("prints the table", async () => {
    const { code, out, err } = await convlens(["profile", "net.py"]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^resnet18\ntorch · net\.py · input 1×3×224×224 \(default\)\n/);
    expect(out).toMatch(/^Total .* 1\.81 G .* 11\.7 M$/m);
  });

  it("lists what was assumed under the table, when asked to", async () => {
    const assumptions = [
      {
        kind: "input",
        text: "1×3×224×224, a guess",
        at: { file: path.join(cwd, "net.py"), line: 5, column: 1 },
      },
      { kind: "batch_axis", text: "none \u001b[31m was found" },
    ] as const;
    const report: Report = { ...resnet(), assumptions };
    const { code, out } = await convlens(["profile", "net.py", "--explain"], engineOf([report]));
    expect(code).toBe(0);
    expect(out).toContain(
      "\nAssumed:\n  net.py:5: input: 1×3×224×224, a guess\n  batch axis: none \\x1b[31m was found\n",
    );
    expect((await convlens(["profile", "net.py"], engineOf([report]))).out).not.toContain("Assumed");
    const plain = engineOf([{ ...resnet(), assumptions: [] }]);
    expect((await convlens(["profile", "net.py", "--explain"], plain)).out).toContain(
      "\nNothing was assumed.\n",
    );
    const asJson = await convlens(["profile", "net.py", "--json"], engineOf([report]));
    expect(JSON.parse(asJson.out)).toMatchObject({ assumptions: [{ at: { file: "net.py", line: 5 } }, {}] });
  });

  it("prints JSON with the totals of the real network and files relative to the working directory", async () => {
    const { out } = await convlens(["profile", "net.py", "--json"]);
    const report = JSON.parse(out) as Report;
    expect(report.totals).toMatchObject({ macs: 1814073344, params: 11689512 });
    expect([report.file, report.network_at?.file]).toEqual(["net.py", "net.py"]);
  });

  it("hands model, arguments and inputs to the engine", async () => {
    const asked: ProfileOptions[] = [];
    await convlens(
      ["profile", "net.py:resnet18", "--args", "num_classes=10", "--input", "1x3x32x32"],
      engineOf([resnet()], asked),
    );
    expect(asked).toEqual([{ model: "resnet18", args: "num_classes=10", input: ["1x3x32x32"] }]);
  });

  it("prints a line a network for --all, and on stderr what could not be profiled", async () => {
    const { code, out, err } = await convlens(
      ["profile", "net.py", "--all"],
      engineOf([resnet(), resnet({ network: "wide" })]),
    );
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as Report).network)).toEqual(["resnet18", "wide"]);
    expect(err).toBe("convlens: net.py:12: Head: needs num_classes\n");
  });

  it("answers --version and --help", async () => {
    expect(await convlens(["--version"])).toEqual({ code: 0, out: "convlens 1.2.3\n", err: "" });
    expect((await convlens(["--help"])).out).toContain("convlens profile FILE[:NAME]");
  });
});

describe("exit code 1", () => {
  it("for a budget that is passed, after the report", async () => {
    const { code, out, err } = await convlens(["profile", "net.py", "--budget", "300M"]);
    expect(code).toBe(1);
    expect(out).toContain("Total");
    expect(err).toBe("convlens: net.py:3: resnet18 costs 1.81 G MACs, over the budget of 300 M MACs\n");
    expect((await convlens(["profile", "net.py", "--budget", "2G"])).code).toBe(0);
  });

  it("for a cost that is not known, when there is a budget", async () => {
    const report = resnet();
    const unknown = resnet({ complete: false, totals: { ...report.totals, macs: null } });
    const { code, err } = await convlens(["profile", "net.py", "--budget", "2G"], engineOf([unknown]));
    expect([code, err]).toEqual([
      1,
      "convlens: net.py:3: resnet18: cost unknown, so the budget of 2.00 G MACs cannot be checked\n",
    ]);
  });

  it("for a least above the budget, and not for a most below it", async () => {
    const { totals, layers } = resnet();
    const [stem, ...others] = layers;
    const bounded = resnet({
      complete: false,
      totals: { ...totals, macs: null, macs_at_most: 1_900_000_000 },
      layers: [{ ...stem!, macs: null }, ...others],
    });
    const budget = (amount: string) =>
      convlens(["profile", "net.py", "--budget", amount], engineOf([bounded]));
    expect((await budget("2G")).code).toBe(0);
    expect(await budget("300M")).toMatchObject({
      code: 1,
      err: "convlens: net.py:3: resnet18 costs at least 1.70 G MACs, over the budget of 300 M MACs\n",
    });
    expect(await budget("1.8G")).toMatchObject({
      code: 1,
      err: "convlens: net.py:3: resnet18: at most 1.90 G MACs, so the budget of 1.80 G MACs cannot be checked\n",
    });
  });

  it("and counts no layer that may not run", async () => {
    const { totals, layers } = resnet();
    const perhaps = layers.map((layer) => ({ ...layer, conditional: true }));
    const report = resnet({ complete: false, totals: { ...totals, macs: null }, layers: perhaps });
    const { err } = await convlens(["profile", "net.py", "--budget", "300M"], engineOf([report]));
    expect(err).toContain("resnet18: cost unknown, so the budget of 300 M MACs cannot be checked");
  });

  it("for an incomplete report, when asked to fail on unknown", async () => {
    const at = { file: path.join(cwd, "net.py"), line: 7, column: 5 };
    const diagnostics = [
      { severity: "warning", code: "unknown-value", message: "width is not known", at },
    ] as const;
    const engine = engineOf([resnet({ complete: false, diagnostics })]);
    expect((await convlens(["profile", "net.py"], engine)).code).toBe(0);
    expect(await convlens(["profile", "net.py", "--fail-on-unknown"], engine)).toMatchObject({
      code: 1,
      err: "convlens: net.py:7: resnet18 has figures that are not known: width is not known\n",
    });
  });
});

describe("a network that was cut short", () => {
  const file = () => path.join(cwd, "net.py");
  const failure = () => ({
    network: "Endless",
    at: { file: file(), line: 12, column: 1 },
    reason: "more than 100 steps",
    problem: {
      severity: "warning" as const,
      code: "limit",
      message: "more than 100 steps",
      at: { file: file(), line: 15, column: 9 },
    },
  });
  const engine = (): Engine => ({
    ...engineOf([resnet()]),
    networks: () => ["resnet18", "Endless"].map((name) => ({ name, at: failure().at })),
    analyze: () => ({
      file: file(),
      reports: [resnet()],
      failures: [failure()],
      sites: [],
      diagnostics: [],
    }),
    profile: () => ({
      ...{ ok: false, reason: failure().reason, networks: ["Endless"], diagnostics: [] },
      failure: failure(),
    }),
  });

  it("has an incomplete report with the line that ran", async () => {
    const { code, out, err } = await convlens(["profile", "net.py", "--all", "--json"], engine());
    expect([code, err]).toEqual([0, "convlens: net.py:15: Endless: more than 100 steps\n"]);
    const [, report] = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Report);
    expect(report).toMatchObject({
      network: "Endless",
      networks: ["resnet18", "Endless"],
      complete: false,
      totals: { macs: null, params: null },
      diagnostics: [{ code: "limit", at: { file: "net.py", line: 15 } }],
    });
  });

  it.each([
    ["--sarif", /"ruleId": "limit",[\s\S]*"startLine": 15,/],
    ["--table", /^Endless\n[\s\S]*MACs unknown[\s\S]*net\.py:15:9 warning: more than 100 steps/m],
    ["--csv", /^Endless,+net\.py,15,9,+$/m],
    ["--markdown", /^### Endless[\s\S]*Incomplete:[\s\S]*net\.py:15:9 warning: more than 100 steps/m],
  ])("is told in %s", async (format, told) => {
    expect((await convlens(["profile", "net.py", "--all", format], engine())).out).toMatch(told);
  });

  it.each([
    [["--budget", "9G"], "Endless: cost unknown, so the budget of 9.00 G MACs cannot be checked"],
    [["--fail-on-unknown"], "Endless has figures that are not known: more than 100 steps"],
  ])("fails %j", async (check, told) => {
    const { code, err } = await convlens(["profile", "net.py", "--all", ...check], engine());
    expect(code).toBe(1);
    expect(err).toContain(told);
  });

  it("is told by itself too, with exit code 2", async () => {
    const { code, out, err } = await convlens(["profile", "net.py:Endless", "--json"], engine());
    expect([code, err]).toEqual([2, "convlens: net.py:15:9: more than 100 steps\n"]);
    expect(JSON.parse(out)).toMatchObject({ network: "Endless", complete: false });
  });
});

describe("exit code 2, with one line on stderr and nothing on stdout", () => {
  it.each([
    [["profile"], "convlens: profile needs a file: convlens profile FILE[:NAME] (convlens --help)\n"],
    [["profile", "absent.py"], "convlens: absent.py: no such file\n"],
    [
      ["profile", "net.py:Nett"],
      "convlens: net.py: there is no network Nett; try --model with one of resnet18\n",
    ],
    [["profile", "net.py", "--python", "nowhere"], "convlens: --python nowhere: no such file or folder\n"],
  ])("%j", async (argv, err) => {
    expect(await convlens(argv)).toEqual({ code: 2, out: "", err });
  });

  it("says of a file that cannot be read only why, once with its name", async () => {
    const engine: Engine = {
      ...engineOf([]),
      profile: (file) => ({ ok: false, reason: `${file} is no notebook`, networks: [], diagnostics: [] }),
    };
    expect(await convlens(["profile", "net.py"], engine)).toEqual({
      ...{ code: 2, out: "", err: "convlens: net.py is no notebook\n" },
    });
  });
});
