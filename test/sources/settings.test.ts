import { describe, expect, it } from "vitest";
import { cacheFolder, type System } from "../../src/sources/cache.ts";
import { netrcLogin } from "../../src/sources/netrc.ts";
import { pipFiles } from "../../src/sources/pipConfig.ts";
import { indexSettings } from "../../src/sources/settings.ts";

const FILES: Readonly<Record<string, string>> = {
  "/home/me/.config/pip/pip.conf": `[global]
index-url = https://mirror.example/simple/
extra-index-url =
    https://one.example/simple
    # not this one
    https://two.example/simple
trusted-host = two.example other.example:8080
timeout: 5
cert = ~/ours.pem
[install]
proxy = proxy.example:3128
`,
  "/venv/pip.conf": "[global]\nindex-url = https://venv.example/simple\n",
  "/named.conf": "[global]\nindex-url = https://named.example/simple\n",
};
const system = (env: System["env"] = {}, files = FILES): System => ({
  ...{ env, platform: "linux", home: "/home/me" },
  read: (file) => files[file],
});

describe("the index", () => {
  it("is the one of pip's files, with all that they say of the way to it", () => {
    expect(indexSettings(system({ HTTPS_PROXY: "http://unused.example" }))).toEqual({
      indexes: ["https://mirror.example/simple", "https://one.example/simple", "https://two.example/simple"],
      cert: "/home/me/ours.pem",
      proxies: { http: "proxy.example:3128", https: "proxy.example:3128", none: "" },
      trusted: ["two.example", "other.example:8080"],
      netrc: "/home/me/.netrc",
      milliseconds: 5000,
    });
  });

  it("is the environment's before that of the files, and the active environment's before the user's", () => {
    const first = (env: System["env"]) => indexSettings(system(env)).indexes[0];
    expect(first({ VIRTUAL_ENV: "/venv" })).toBe("https://venv.example/simple");
    expect(first({ PIP_INDEX_URL: "https://env.example/simple" })).toBe("https://env.example/simple");
    expect(first({ UV_INDEX_URL: "https://uv.example/simple", PIP_INDEX_URL: "https://env.example" })).toBe(
      "https://uv.example/simple",
    );
    expect(first({ UV_DEFAULT_INDEX: "own=https://uv.example/own" })).toBe("https://uv.example/own");
    expect(first({ PIP_CONFIG_FILE: "/named.conf" })).toBe("https://named.example/simple");
  });

  it("is what the command line names, alone", () => {
    expect(indexSettings(system(), ["https://cli.example/simple/"]).indexes).toEqual([
      "https://cli.example/simple",
    ]);
  });

  it("is none where pip is set to use none, which is told", () => {
    expect(() => indexSettings(system({ PIP_NO_INDEX: "1" }))).toThrow(/set to use no package index/);
  });

  it("is PyPI where nothing is set, or only indexes beside it", () => {
    expect(indexSettings(system({}, {})).indexes).toEqual(["https://pypi.org/simple"]);
    expect(indexSettings(system({ PIP_EXTRA_INDEX_URL: "https://own.example/simple" }, {})).indexes).toEqual([
      ...["https://pypi.org/simple", "https://own.example/simple"],
    ]);
  });
});

it("proxies and certificates are the environment's where pip's files name none", () => {
  const env = {
    ...{ https_proxy: "http://p.example:1", HTTP_PROXY: "http://q.example", NO_PROXY: "x" },
    ...{ SSL_CERT_FILE: "/ca.pem", PIP_INDEX_URL: "https://a.example" },
  };
  expect(indexSettings(system(env, {}))).toMatchObject({
    cert: "/ca.pem",
    proxies: { http: "http://q.example", https: "http://p.example:1", none: "x" },
  });
});

it("pip's files are looked for where pip looks on each system", () => {
  const env = { APPDATA: "C:\\Users\\me\\AppData\\Roaming", ProgramData: "C:\\ProgramData" };
  expect(pipFiles({ env, platform: "win32", home: "C:\\Users\\me" })).toEqual([
    "C:\\ProgramData\\pip\\pip.ini",
    "C:\\Users\\me\\pip\\pip.ini",
    "C:\\Users\\me\\AppData\\Roaming\\pip\\pip.ini",
  ]);
  expect(pipFiles({ env: {}, platform: "darwin", home: "/Users/me" })).toContain(
    "/Users/me/Library/Application Support/pip/pip.conf",
  );
  expect(pipFiles({ env: { PIP_CONFIG_FILE: "/dev/null" }, platform: "linux", home: "/home/me" })).toEqual(
    [],
  );
});

describe("netrc", () => {
  const text = `# mine
machine a.example login me password "two words"
machine b.example
  login you
  password secret
macdef init
  machine c.example login no password no

default login anonymous password guest
`;
  it("tells the login of a host, and the default's for others", () => {
    expect(netrcLogin(text, "a.example")).toEqual({ name: "me", password: "two words" });
    expect(netrcLogin(text, "b.example")).toEqual({ name: "you", password: "secret" });
    expect(netrcLogin(text, "c.example")).toEqual({ name: "anonymous", password: "guest" });
    expect(netrcLogin("machine a.example login me", "a.example")).toBeUndefined();
    expect(netrcLogin("", "a.example")).toBeUndefined();
  });
});

it("the cache is the one that each system keeps for a user", () => {
  const of = (platform: NodeJS.Platform, env: System["env"], at: string) =>
    cacheFolder({ env, platform, home: at });
  expect(of("linux", {}, "/home/me")).toBe("/home/me/.cache/convlens/sources");
  expect(of("linux", { XDG_CACHE_HOME: "/fast" }, "/home/me")).toBe("/fast/convlens/sources");
  expect(of("linux", { XDG_CACHE_HOME: "not/absolute" }, "/home/me")).toBe(
    "/home/me/.cache/convlens/sources",
  );
  expect(of("darwin", {}, "/Users/me")).toBe("/Users/me/Library/Caches/convlens/sources");
  expect(of("win32", { LOCALAPPDATA: "D:\\Local" }, "C:\\Users\\me")).toBe("D:\\Local\\convlens\\sources");
});
