import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createNodeHost, projectText } from "../../src/node/host.ts";
import { packageFolders, workspacePackageFolders } from "../../src/node/python.ts";

let base = "";
const at = (...names: string[]) => path.join(base, ...names);

beforeAll(() => {
  base = realpathSync(mkdtempSync(path.join(tmpdir(), "convlens-host-")));
  mkdirSync(at("work", "models"), { recursive: true });
  mkdirSync(at("outside"));
  writeFileSync(at("work", "models", "net.py"), "x = 1\n");
  writeFileSync(at("outside", "secret.py"), "key = 1\n");
  symlinkSync(at("outside"), at("work", "out"));
  symlinkSync(at("outside", "secret.py"), at("work", "secret.py"));
  symlinkSync(at("work", "models"), at("work", "alias"));
  symlinkSync(at("work"), at("linked"));
  const site = at("work", ".venv", "lib", "python3.11", "site-packages");
  mkdirSync(site, { recursive: true });
  mkdirSync(at("work", ".venv", "bin"));
  writeFileSync(at("work", ".venv", "pyvenv.cfg"), "home = /usr/bin\n");
  writeFileSync(at("work", ".venv", "bin", "python"), "");
});

describe("a project's own text", () => {
  it("is read without its byte order mark", () => {
    writeFileSync(at("work", "pyproject.toml"), "\uFEFF[tool]\n");
    expect(projectText(at("work", "pyproject.toml"))).toEqual({ text: "[tool]\n" });
  });

  it.skipIf(process.platform === "win32")("is none of a device or a pipe, which may never end", () => {
    symlinkSync("/dev/null", at("work", "device.toml"));
    expect(projectText(at("work", "device.toml"))).toEqual({ problem: "is no regular file" });
  });

  it("is none of a file far larger than any", () => {
    writeFileSync(at("work", "huge.lock"), "");
    truncateSync(at("work", "huge.lock"), 17 * 1024 * 1024);
    expect(projectText(at("work", "huge.lock"))).toEqual({
      problem: "is 17 MB, more than the 16 MB that are read",
    });
  });
});

describe("createNodeHost", () => {
  it("reads files under its folders and nothing else", () => {
    const host = createNodeHost({ folders: [at("work")] });
    expect(host.read(at("work", "models", "net.py"))).toBe("x = 1\n");
    expect(host.read(at("outside", "secret.py"))).toBeUndefined();
    expect(host.read(`${at("work")}/../outside/secret.py`)).toBeUndefined();
    expect(host.isFile(at("outside", "secret.py"))).toBe(false);
    expect(host.isDirectory(at("outside"))).toBe(false);
    expect(host.list(at("outside"))).toEqual([]);
    expect(host.version(at("outside", "secret.py"))).toBeUndefined();
  });

  it("reads fetched sources in their own folders, and nothing beside them", () => {
    const module = (folder: string) => [{ folder, package: "nets", version: "1.0" }];
    const kept = new Map([["nets", module(at("outside"))]]);
    const host = createNodeHost({ folders: [at("work")], kept });
    expect(host.read(at("outside", "secret.py"))).toBe("key = 1\n");
    expect(host.isDirectory(path.dirname(at("outside")))).toBe(false);
    expect(host.kept).toBe(kept);
  });

  it("does not take a folder for its neighbour with a longer name", () => {
    mkdirSync(at("work2"), { recursive: true });
    writeFileSync(at("work2", "a.py"), "");
    expect(createNodeHost({ folders: [at("work")] }).isFile(at("work2", "a.py"))).toBe(false);
  });

  it("follows links that stay inside and refuses those that lead out", () => {
    const host = createNodeHost({ folders: [at("work")] });
    expect(host.read(at("work", "alias", "net.py"))).toBe("x = 1\n");
    expect(host.read(at("work", "secret.py"))).toBeUndefined();
    expect(host.read(at("work", "out", "secret.py"))).toBeUndefined();
    expect(host.isDirectory(at("work", "out"))).toBe(false);
  });

  it("works in a workspace that is itself reached through a link", () => {
    expect(createNodeHost({ folders: [at("linked")] }).read(at("linked", "models", "net.py"))).toBe(
      "x = 1\n",
    );
  });

  it("prefers unsaved text and gives it another version", () => {
    const file = at("work", "models", "net.py");
    const host = createNodeHost({
      folders: [at("work")],
      unsaved: (name) => (name === file ? { text: "x = 2\n", version: 7 } : undefined),
    });
    expect(host.read(file)).toBe("x = 2\n");
    expect(host.version(file)).not.toBe(createNodeHost({ folders: [at("work")] }).version(file));
  });

  it("leaves files over the size limit alone and says so", () => {
    const host = createNodeHost({ folders: [at("work")], maxBytes: 3 });
    expect(host.read(at("work", "models", "net.py"))).toBeUndefined();
    writeFileSync(at("work", "big.py"), "#".repeat(5 * 1024 * 1024));
    const big = createNodeHost({ folders: [at("work")] });
    expect(big.read(at("work", "big.py"))).toBeUndefined();
    expect(big.problem?.(at("work", "big.py"))).toBe("is 5 MB, more than the 4 MB that are read");
  });

  it("reads a file in its own encoding and says why one cannot be read", () => {
    const host = createNodeHost({ folders: [at("work")] });
    writeFileSync(at("work", "latin.py"), Buffer.from("# coding: latin-1\ncaf\xe9 = 1\r", "latin1"));
    expect(host.read(at("work", "latin.py"))).toBe("# coding: latin-1\ncafé = 1\n");
    writeFileSync(at("work", "bad.py"), Buffer.from("caf\xe9 = 1\n", "latin1"));
    expect(host.read(at("work", "bad.py"))).toBeUndefined();
    expect(host.problem?.(at("work", "bad.py"))).toContain("line 1 has bytes that are not utf-8");
    expect(host.problem?.(at("work", "models"))).toBe("is a folder");
    expect(host.problem?.(at("work", "secret.py"))).toBe("lies outside of the folders that are read");
    expect(host.problem?.(at("work", "none.py"))).toBe("is not there");
    symlinkSync("loop.py", at("work", "loop.py"));
    expect(host.problem?.(at("work", "loop.py"))).toBe("cannot be read: its links lead in a circle (ELOOP)");
    expect(host.problem?.(at("work", "models", "net.py"))).toBeUndefined();
  });
});

describe("package folders", () => {
  it("are found from an interpreter, an environment and a workspace", () => {
    const site = at("work", ".venv", "lib", "python3.11", "site-packages");
    expect(packageFolders(at("work", ".venv", "bin", "python"))).toEqual([site]);
    expect(packageFolders(at("work", ".venv"))).toEqual([site]);
    expect(packageFolders(site)).toEqual([site]);
    expect(workspacePackageFolders(at("work"))).toEqual([site]);
    expect(workspacePackageFolders(at("outside"))).toEqual([]);
  });

  it("are the system's too for an environment that takes them over", () => {
    const folder = (...names: string[]) => {
      mkdirSync(at(...names), { recursive: true });
      return at(...names);
    };
    const own = folder("shared", "lib", "python3.11", "site-packages");
    const system = folder("system", "lib", "python3", "dist-packages");
    const config = `home = ${folder("system", "bin")}\n`;
    writeFileSync(at("shared", "pyvenv.cfg"), `${config}include-system-site-packages = false\n`);
    expect(packageFolders(at("shared"))).toEqual([own]);
    writeFileSync(at("shared", "pyvenv.cfg"), `${config}include-system-site-packages = true\n`);
    expect(packageFolders(at("shared"))).toEqual([own, system]);
  });

  it("are its own alone where its configuration is far longer than any", () => {
    const folder = at("long", "lib", "python3.11", "site-packages");
    mkdirSync(folder, { recursive: true });
    const endless = `${"\n".repeat(400_000)}home = a${" ".repeat(100_000)}b\n`;
    writeFileSync(at("long", "pyvenv.cfg"), `${endless}include-system-site-packages = true\n`);
    expect(packageFolders(at("long"))).toEqual([folder]);
  });

  it("lie in the workspace, unless the user names the environment", () => {
    const linked = at("trap", ".venv", "lib", "python3.11");
    mkdirSync(linked, { recursive: true });
    writeFileSync(at("trap", ".venv", "pyvenv.cfg"), "");
    symlinkSync(at("outside"), path.join(linked, "site-packages"));
    mkdirSync(at("trap", "env", "lib", "python3.11"), { recursive: true });
    writeFileSync(at("trap", "env", "pyvenv.cfg"), "");
    symlinkSync("site-packages", at("trap", "env", "lib", "python3.11", "site-packages"));
    symlinkSync(at("work", ".venv"), at("trap", "venv"));
    const found = workspacePackageFolders(at("trap"));
    // One that has no packages is a plain folder of the workspace.
    expect(found).toEqual([at("trap", "env")]);
    const secret = path.join(linked, "site-packages", "secret.py");
    const folders = [at("trap")];
    expect(createNodeHost({ folders, searchPaths: found }).read(secret)).toBeUndefined();
    const named = packageFolders(at("trap", ".venv"));
    expect(createNodeHost({ folders, searchPaths: named }).read(secret)).toBe("key = 1\n");
    const site = at("trap", "venv", "lib", "python3.11", "site-packages");
    expect(workspacePackageFolders(at("trap"), [at("trap"), at("work")])).toContain(site);
  });

  it("take a plain folder as it is and a missing one as none", () => {
    expect(packageFolders(at("outside"))).toEqual([at("outside")]);
    expect(packageFolders(at("nowhere"))).toEqual([]);
  });
});
