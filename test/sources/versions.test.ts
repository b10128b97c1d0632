import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KeptSource } from "../../src/sources/cache.ts";
import { chooseKept, modulesOf } from "../../src/sources/choose.ts";
import { poetrySpecifier, projectVersions } from "../../src/sources/projectVersions.ts";
import { applies, fits, isExact, parseRequirement } from "../../src/sources/requirement.ts";

describe("a requirement", () => {
  it.each([
    ["torchvision", "torchvision", ""],
    ["torchvision==0.14.1", "torchvision", "==0.14.1"],
    ["timm >= 0.9, <1.0 ; python_version > '3.7'", "timm", ">=0.9,<1.0"],
    ["torch (>=1.5)", "torch", ">=1.5"],
    ["a.b_c[x,Y_z]~=1.4", "a.b_c", "~=1.4"],
  ])("is read: %s", (text, name, specifier) => {
    expect(parseRequirement(text)).toMatchObject({ name, specifier });
  });

  it.each(["-e .", "nets @ https://a.example/nets.zip", "./nets", "nets=1", "nets==", "a b"])(
    "is none where no index can answer it: %s",
    (text) => {
      expect(parseRequirement(text)).toBeUndefined();
    },
  );

  it("takes a pre-release only where one is named", () => {
    expect(fits("2.0rc1", ">=1")).toBe(false);
    expect(fits("2.0rc1", "==2.0rc1")).toBe(true);
    expect(fits("1.10.0", ">1.9,<2")).toBe(true);
    expect([isExact("==1.0"), isExact("===x"), isExact("==1.*"), isExact(">=1")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it.each([
    ["", [], true],
    ["extra == 'dev'", [], false],
    ['extra == "Dev_Tools"', ["dev-tools"], true],
    ["python_version < '3.8'", [], false],
    ["python_version >= '3.8' and sys_platform != 'win32'", [], true],
    ["(os_name == 'nt' or platform_system == 'Linux') and extra != 'x'", [], true],
    ["platform_machine in 'x86_64 aarch64'", [], true],
    ["platform_machine not in 'x86_64 aarch64'", [], false],
    ["?!", [], true],
  ])("counts or not by its marker: %s with %o", (marker, extras, expected) => {
    expect(applies(marker, extras)).toBe(expected);
  });
});

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "convlens-versions-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the version that a project names", () => {
  const named = (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    return Object.fromEntries(
      [...projectVersions([folder])].map(([name, { specifier }]) => [name, specifier]),
    );
  };

  it("is that of a lock file before that of what it was made from", () => {
    const lock = '[[package]]\nname = "torchvision"\nversion = "0.14.1"\n';
    const pyproject = '[project]\ndependencies = ["torchvision>=0.10", "timm<1"]\n';
    expect(named({ "uv.lock": lock, "pyproject.toml": pyproject })).toEqual({
      torchvision: "==0.14.1",
      timm: "<1",
    });
  });

  it("is read from requirements, those that they lead to too", () => {
    const text =
      "-r base.txt\ntimm==0.9.2 \\\n  --hash=sha256:abc\n# torch==1\nnets ; python_version < '3'\n-e .\n";
    expect(named({ "requirements.txt": text, "base.txt": "Torch_Vision>=0.5 # any\n" })).toEqual({
      "torch-vision": ">=0.5",
      timm: "==0.9.2",
    });
  });

  it("is read from each of the requirements once, however often they name each other", () => {
    const files = Array.from({ length: 8 }, (_, at) => [
      at === 0 ? "requirements.txt" : `more-${at}.txt`,
      [...Array(5).fill(`-r more-${at + 1}.txt`), `package${at}==1.${at}`, "-r requirements.txt", ""].join(
        "\n",
      ),
    ]);
    expect(Object.keys(named(Object.fromEntries(files)))).toHaveLength(8);
  });

  it("is read from poetry's tables and conda's lists", () => {
    const poetry = '[tool.poetry.dependencies]\npython = "^3.9"\ntimm = { version = "^0.9.2" }\n';
    const conda = "dependencies:\n  - conda-forge::torchvision=0.14.1=py310\n  - pip:\n    - einops==0.6\n";
    expect(named({ "pyproject.toml": poetry, "environment.yml": conda })).toEqual({
      python: ">=3.9,<4",
      timm: ">=0.9.2,<0.10",
      torchvision: "==0.14.1.*",
      einops: "==0.6",
    });
  });

  it("is not told by a file that is half written", () => {
    expect(named({ "uv.lock": "[[package", "requirements.txt": "timm==1.0\n" })).toEqual({ timm: "==1.0" });
  });

  it.each([
    ["^1.2.3", ">=1.2.3,<2"],
    ["^0.2.3", ">=0.2.3,<0.3"],
    ["^0.0.3", ">=0.0.3,<0.0.4"],
    ["~1.2.3", ">=1.2.3,<1.3"],
    ["~1", ">=1,<2"],
    ["1.2", "==1.2"],
    ["*", ""],
    [">=1, <2", ">=1,<2"],
    ["~=1.4", "~=1.4"],
  ])("is what poetry means by %s", (text, expected) => {
    expect(poetrySpecifier(text)).toBe(expected);
  });
});

describe("of several kept versions", () => {
  const source = (name: string, version: string, more: Partial<KeptSource["record"]> = {}): KeptSource => ({
    name,
    folder: `/${name}/${version}`,
    files: `/${name}/${version}/files`,
    record: {
      ...{
        format: 1,
        name,
        version,
        archive: "",
        index: "",
        checked: "archive",
        modules: [name],
        requires: [],
      },
      ...{ files: 1, bytes: 1, asked: false, dependencies: {} },
      ...more,
    },
  });
  const chosen = (kept: readonly KeptSource[], versions: Readonly<Record<string, string>> = {}) => {
    const named = new Map(
      Object.entries(versions).map(([name, specifier]) => [name, { specifier, file: "" }]),
    );
    return chooseKept(kept, named)
      .map(({ name, record }) => `${name} ${record.version}`)
      .sort();
  };
  const kept = [
    source("timm", "0.9.2"),
    source("timm", "0.9.10"),
    source("segments", "0.3", { asked: true, dependencies: { timm: "0.9.2" } }),
  ];

  it("the project's is read, then that which was kept along with what was asked for, then the newest", () => {
    expect(chosen(kept, { timm: ">=0.9.5" })).toEqual(["segments 0.3", "timm 0.9.10"]);
    expect(chosen(kept)).toEqual(["segments 0.3", "timm 0.9.2"]);
    expect(chosen(kept.slice(0, 2))).toEqual(["timm 0.9.10"]);
  });

  it("of versions that the user asked for, the one that was asked for last is read", () => {
    const asked = (version: string, askedAt?: number) =>
      source("nets", version, { asked: true, ...(askedAt !== undefined && { askedAt }) });
    expect(chosen([asked("1.0", 2000), asked("2.0", 1000), source("nets", "3.0")])).toEqual(["nets 1.0"]);
    expect(chosen([asked("1.0"), asked("2.0")])).toEqual(["nets 2.0"]);
  });

  it("one is read that is not the project's where there is no other, and it says so", () => {
    const versions = new Map([["timm", { specifier: "==1.0", file: "" }]]);
    const modules = modulesOf(chooseKept([source("timm", "0.9.10")], versions), versions);
    expect(modules.get("timm")).toEqual([
      { folder: "/timm/0.9.10/files", package: "timm", version: "0.9.10", wanted: "==1.0" },
    ]);
  });
});
