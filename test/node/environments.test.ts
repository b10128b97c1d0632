import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rootsOf } from "../../src/cli/target.ts";
import { projectEnvironments, type UserPlaces } from "../../src/node/environments.ts";

let base = "";
let project = "";
let user: UserPlaces;

beforeEach(() => {
  base = realpathSync(mkdtempSync(path.join(tmpdir(), "convlens-environments-")));
  project = path.join(base, "work", "project");
  mkdirSync(project, { recursive: true });
  user = { env: {}, platform: "linux", home: path.join(base, "home") };
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

/** An environment with a package folder. */
function environment(...names: string[]): string {
  const folder = path.join(base, ...names);
  mkdirSync(path.join(folder, "lib", "python3.11", "site-packages"), { recursive: true });
  mkdirSync(path.join(folder, "bin"));
  writeFileSync(path.join(folder, "pyvenv.cfg"), "");
  return folder;
}
const write = (name: string, text: string): void => writeFileSync(path.join(project, name), text);
const found = (): string[] =>
  projectEnvironments([project], user).map(({ folder, how }) => `${folder} ${how}`);

describe("the environment of a project is found by itself", () => {
  it.each([".venv", "venv", "env"])("in the project: %s", (name) => {
    expect(found()).toEqual([]);
    const folder = environment("work", "project", name);
    expect(found()).toEqual([`${folder} in the project`]);
  });

  it("not where a link leads out of the project", () => {
    symlinkSync(environment("elsewhere"), path.join(project, ".venv"));
    expect(found()).toEqual([]);
  });

  it("where poetry keeps it, by the hash of the project's folder", () => {
    const hash = createHash("sha256").update(project).digest("base64url").slice(0, 8);
    const folder = environment("home", ".cache", "pypoetry", "virtualenvs", `project-${hash}-py3.11`);
    environment("home", ".cache", "pypoetry", "virtualenvs", "other-AAAAAAAA-py3.11");
    expect(found()).toEqual([]);
    write("pyproject.toml", '[tool.poetry]\nname = "project"\n');
    expect(found()).toEqual([`${folder} of poetry`]);
  });

  it("but by no file that is far larger than such files are", () => {
    environment("home", ".pyenv", "versions", "project");
    write(".python-version", "project\n");
    expect(found()).toHaveLength(1);
    truncateSync(path.join(project, ".python-version"), 17 * 1024 * 1024);
    expect(found()).toEqual([]);
  });

  it("where uv is told to keep it", () => {
    const folder = environment("uv-environment");
    user = { ...user, env: { UV_PROJECT_ENVIRONMENT: folder } };
    expect(found()).toEqual([]);
    write("uv.lock", "");
    expect(found()).toEqual([`${folder} of uv (UV_PROJECT_ENVIRONMENT)`]);
  });

  it("where pyenv and conda keep those that the project names, and nowhere else", () => {
    const pyenv = environment("home", ".pyenv", "versions", "nets-3.11");
    const conda = environment("home", "miniconda3", "envs", "nets");
    write(".python-version", "nets-3.11\n");
    write("environment.yml", "name: nets\n");
    expect(found()).toEqual([`${pyenv} of pyenv (.python-version)`, `${conda} of conda (environment.yml)`]);
    environment("home", "secret");
    write(".python-version", "../../secret\n");
    write("environment.yml", "name: ../../secret\n");
    expect(found()).toEqual([]);
  });

  it("and imports are looked up in it where none is nearer or active", () => {
    const conda = environment("home", "miniconda3", "envs", "nets");
    write("environment.yml", "name: nets\n");
    write("setup.py", "");
    const packages = path.join(conda, "lib", "python3.11", "site-packages");
    const searched = (active: readonly string[]) =>
      rootsOf(path.join(project, "net.py"), project, active, [], user).searchPaths;
    expect(searched([])).toEqual([project, packages]);
    const active = environment("active");
    expect(searched([active])).not.toContain(packages);
    environment("work", "project", ".venv");
    expect(searched([])).not.toContain(packages);
  });
});
