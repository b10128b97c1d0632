import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileProblem, rootsOf } from "../../src/cli/target.ts";
import { splitTarget } from "../../src/cli/targetName.ts";

describe("FILE:NAME", () => {
  it.each([
    ["net.py", { file: "net.py" }],
    ["net.py:Net", { file: "net.py", model: "Net" }],
    [
      "models/net.v2.py:EfficientNet.from_name",
      { file: "models/net.v2.py", model: "EfficientNet.from_name" },
    ],
    ["C:\\models\\net.py", { file: "C:\\models\\net.py" }],
    ["C:net.py", { file: "C:net.py" }],
    ["C:\\models\\net.py:Net", { file: "C:\\models\\net.py", model: "Net" }],
    ["C:/models/net.ts:buildNet$", { file: "C:/models/net.ts", model: "buildNet$" }],
    ["netz.py:Größe", { file: "netz.py", model: "Größe" }],
  ])("splits %s", (text, target) => {
    expect(splitTarget(text)).toEqual(target);
  });
});

describe("on disk", () => {
  let root = "";
  const at = (...parts: string[]) => path.join(root, ...parts);
  const write = (...parts: string[]) => {
    mkdirSync(path.dirname(at(...parts)), { recursive: true });
    writeFileSync(at(...parts), "");
  };
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), "convlens-target-"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("looks absolute imports up above the outermost package", () => {
    write("lib", "vision", "__init__.py");
    write("lib", "vision", "models", "__init__.py");
    write("lib", "vision", "models", "net.py");
    expect(rootsOf(at("lib", "vision", "models", "net.py"), "/", []).searchPaths[0]).toBe(at("lib"));
  });

  it("looks them up in the project and its src folder too", () => {
    write("pyproject.toml");
    write("examples", "train.py");
    write("src", "mypkg", "__init__.py");
    const { searchPaths } = rootsOf(at("examples", "train.py"), "/", []);
    expect(searchPaths).toEqual([at("examples"), root, at("src")]);
  });

  it("looks them up in the working directory when the file lies in it", () => {
    write("tools", "net.py");
    write("elsewhere", "other.py");
    expect(rootsOf(at("tools", "net.py"), root, []).searchPaths).toEqual([at("tools"), root]);
    expect(rootsOf(at("tools", "net.py"), at("elsewhere"), []).searchPaths).toEqual([at("tools")]);
  });

  it("looks in an environment that is named before one that lies in the project", () => {
    for (const name of [".venv", "named"]) {
      write(`${name}/pyvenv.cfg`);
      write(`${name}/lib/python3.11/site-packages/nets.py`);
    }
    write("net.py");
    const { searchPaths } = rootsOf(at("net.py"), root, [at("named")]);
    const packages = (name: string): string => at(name, "lib", "python3.11", "site-packages");
    expect(searchPaths.filter((one) => one.endsWith("site-packages"))).toEqual([
      packages("named"),
      packages(".venv"),
    ]);
  });

  it("says why a file cannot be profiled", () => {
    write("weights.bin");
    write("net.py");
    expect(fileProblem(at("net.py"))).toBeUndefined();
    expect(fileProblem(at("absent.py"))).toBe("no such file");
    expect(fileProblem(root)).toBe("this is a folder: name a model file inside it");
    expect(fileProblem(at("weights.bin"))).toMatch(/^not a Python, TypeScript or JavaScript file/);
  });

  it("says what the disk says of a file that it does not give", () => {
    symlinkSync("loop.py", at("loop.py"));
    write("net.py");
    expect(fileProblem(at("loop.py"))).toBe("cannot be read: its links lead in a circle (ELOOP)");
    expect(fileProblem(at(`${"n".repeat(5000)}.py`))).toBe(
      "cannot be read: its name is too long (ENAMETOOLONG)",
    );
    expect(fileProblem(at("net.py", "net.py"))).toBe("is not there");
  });
});
