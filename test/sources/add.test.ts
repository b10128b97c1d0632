import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AddOptions, addSources } from "../../src/sources/add.ts";
import { keptSources } from "../../src/sources/cache.ts";
import { createClient } from "../../src/sources/http.ts";
import type { ProjectVersion } from "../../src/sources/projectVersions.ts";
import { parseRequirement } from "../../src/sources/requirement.ts";
import type { IndexSettings } from "../../src/sources/settings.ts";
import { REAL_DISK } from "../../src/sources/store.ts";
import { IndexServer, tarGz, wheel, zip } from "./indexServer.ts";

let index: IndexServer;
let cache = "";

beforeEach(async () => {
  index = await IndexServer.start();
  cache = path.join(mkdtempSync(path.join(tmpdir(), "convlens-sources-")), "cache");
});
afterEach(async () => {
  await index.stop();
  rmSync(path.dirname(cache), { recursive: true, force: true });
});

interface Given extends Partial<Omit<AddOptions, "versions" | "client">> {
  readonly settings?: Partial<IndexSettings>;
  readonly versions?: Readonly<Record<string, string>>;
}

/** Adds packages as the command does; gives what is told of them. */
async function add(packages: string, { settings, versions = {}, ...given }: Given = {}) {
  const indexes = settings?.indexes ?? [index.url];
  const proxies = { none: "" };
  const client = createClient(
    { indexes, proxies, trusted: [], netrc: "/none", milliseconds: 20_000, ...settings },
    "convlens/test",
  );
  const named = Object.entries(versions).map(([name, specifier]): [string, ProjectVersion] => [
    name,
    { specifier, file: "uv.lock" },
  ]);
  try {
    return await addSources(
      packages.split(" ").map((text) => parseRequirement(text)!),
      { client, indexes, cache, versions: new Map(named), disk: REAL_DISK, withDependencies: true, ...given },
    );
  } finally {
    await client.close();
  }
}

const kept = (): string[] => keptSources(cache).map(({ name, record }) => `${name} ${record.version}`);
/** Of a whole tree, so that nothing half written is missed. */
const everything = (): string[] =>
  existsSync(cache) ? readdirSync(cache, { recursive: true }).map(String).sort() : [];
const nets = (version: string) => wheel("nets", version, { "nets/__init__.py": `v = "${version}"\n` });

describe("what is kept", () => {
  it("may be as much as torch has, which is more than 60 MB of text", async () => {
    const files = Array.from({ length: 33 }, (_, at) => [`nets/n${at}.py`, "#".repeat(1_900_000)]);
    index.serve("nets", wheel("nets", "1.0", Object.fromEntries(files)));
    expect((await add("nets")).problems).toEqual([]);
    expect(kept()).toEqual(["nets 1.0"]);
  });

  it("is the text of a wheel, as imports find it", async () => {
    index.serve(
      "tiny-nets",
      wheel("tiny_nets", "1.0", {
        "tiny_nets/__init__.py": "from .net import Net\n",
        "tiny_nets/net.py": "class Net: pass\n",
        "tiny_nets/table.json": "{}",
        "tiny_nets/_C.so": "compiled",
        "tiny_nets-1.0.data/purelib/more_nets.py": "x = 1\n",
        "tiny_nets-1.0.data/scripts/run.py": "no module",
      }),
    );
    const { added, problems } = await add("Tiny_Nets");
    expect(problems).toEqual([]);
    const { record, files } = added[0]!.kept;
    expect(record).toMatchObject({ name: "tiny-nets", version: "1.0", checked: "archive", asked: true });
    expect(record.modules).toEqual(["more_nets", "tiny_nets"]);
    expect(readdirSync(files, { recursive: true }).map(String).sort()).toEqual([
      "more_nets.py",
      "tiny_nets",
      "tiny_nets-1.0.dist-info",
      path.join("tiny_nets-1.0.dist-info", "METADATA"),
      path.join("tiny_nets-1.0.dist-info", "RECORD"),
      path.join("tiny_nets", "__init__.py"),
      path.join("tiny_nets", "net.py"),
      path.join("tiny_nets", "table.json"),
    ]);
    expect(readFileSync(path.join(files, "tiny_nets", "net.py"), "utf8")).toBe("class Net: pass\n");
  });

  it("is the installed layout of a source archive, its links and its tests left out", async () => {
    const bytes = tarGz([
      { path: "old-nets-0.7/PKG-INFO", text: "Metadata-Version: 1.1\nName: old-nets\nVersion: 0.7\n" },
      { path: "old-nets-0.7/setup.py", text: "raise SystemExit" },
      { path: "old-nets-0.7/src/old_nets/__init__.py", text: "a = 1\n" },
      { path: "old-nets-0.7/src/old_nets/link.py", link: "../../../../etc/passwd" },
      { path: "old-nets-0.7/src/tests/__init__.py", text: "" },
      { path: "old-nets-0.7/src/old_nets.egg-info/top_level.txt", text: "old_nets\n" },
      { path: "old-nets-0.7/src/old_nets.egg-info/requires.txt", text: "nets\n\n[dev]\nlinter\n" },
    ]);
    index.serve("old-nets", { filename: "old-nets-0.7.tar.gz", bytes });
    index.serve("nets", nets("1.0"));
    const { added, problems } = await add("old-nets");
    expect(problems).toEqual([]);
    const { files, record } = added[0]!.kept;
    expect(record.modules).toEqual(["old_nets"]);
    expect(readdirSync(path.join(files, "old_nets"))).toEqual(["__init__.py"]);
    expect(kept()).toEqual(["nets 1.0", "old-nets 0.7"]);
  });

  it("is with it what its metadata requires, but no framework that is built in", async () => {
    const requires = ["backbones>=1 ; python_version >= '3.8'", "torch (>=1.5)", "linter; extra == 'dev'"];
    index.serve("segments", wheel("segments", "0.3", { "segments.py": "" }, { requires }));
    index.serve("backbones", wheel("backbones", "1.4", { "backbones.py": "" }, { requires: ["segments"] }));
    const { problems, builtIn } = await add("segments");
    expect({ problems, builtIn }).toEqual({ problems: [], builtIn: ["torch"] });
    expect(kept()).toEqual(["backbones 1.4", "segments 0.3"]);
    const [backbones, segments] = keptSources(cache);
    expect(segments!.record.dependencies).toEqual({ backbones: "1.4" });
    expect(backbones!.record.asked).toBe(false);
  });

  it("is without what it requires when that is asked for", async () => {
    index.serve("segments", wheel("segments", "0.3", { "segments.py": "" }, { requires: ["backbones"] }));
    expect((await add("segments", { withDependencies: false })).problems).toEqual([]);
    expect(kept()).toEqual(["segments 0.3"]);
  });

  it("stays when a package that it requires cannot be had, which is told", async () => {
    index.serve("segments", wheel("segments", "0.3", { "segments.py": "" }, { requires: ["backbones"] }));
    const { problems } = await add("segments");
    expect(problems).toEqual([
      `no package backbones with a wheel or source archive at ${index.url} (required by segments)`,
    ]);
    expect(kept()).toEqual(["segments 0.3"]);
  });
});

describe("the version", () => {
  beforeEach(() => {
    index.serve("nets", nets("0.9"), nets("1.0"), nets("2.0rc1"), { ...nets("1.5"), yanked: "broken" });
  });

  it.each(["json", "html"] as const)(
    "is the newest that is released and was not taken back (%s)",
    async (page) => {
      index.page = page;
      await add("nets");
      expect(kept()).toEqual(["nets 1.0"]);
    },
  );

  it("is the one that is written, be it taken back or a pre-release", async () => {
    await add("nets==1.5");
    await add("nets==2.0rc1");
    expect(kept()).toEqual(["nets 1.5", "nets 2.0rc1"]);
  });

  it("is the one that the project names where none is written", async () => {
    const { added } = await add("nets", { versions: { nets: "<1" } });
    expect(added[0]).toMatchObject({ namedBy: "uv.lock", kept: { record: { version: "0.9" } } });
    await add("nets==1.0", { versions: { nets: "<1" } });
    expect(kept()).toEqual(["nets 0.9", "nets 1.0"]);
  });

  it("is told with the newest where none fits", async () => {
    expect((await add("nets==7")).problems).toEqual([
      `no version of nets fits ==7; the newest at ${index.url} is 2.0rc1`,
    ]);
  });

  it("is taken from a wheel for any machine before others and source archives", async () => {
    const files = { "many.py": "" };
    const bytes = tarGz([{ path: "many-1.0/many.py", text: "" }]);
    index.serve(
      "many",
      { filename: "many-1.0.tar.gz", bytes },
      wheel("many", "1.0", files, { tag: "cp311-cp311-win_amd64" }),
      wheel("many", "1.0", files),
    );
    const { added } = await add("many");
    expect(added[0]!.kept.record.archive).toBe("many-1.0-py3-none-any.whl");
  });
});

describe("a large wheel", () => {
  const files = { "big/__init__.py": "x = 1\n", "big/_C.so": "0".repeat(900_000) };
  const large = { ...wheel("big", "1.0", files, { tag: "cp311-cp311-linux_x86_64" }), size: 500e6 };

  it("is read in parts, each file checked against its RECORD", async () => {
    index.serve("big", large);
    const { added, problems } = await add("big");
    expect(problems).toEqual([]);
    expect(added[0]!.kept.record.checked).toBe("files");
    const asked = index.requests.filter(({ path: at }) => at.startsWith("/files/"));
    expect(asked.every(({ headers }) => headers.range !== undefined)).toBe(true);
  });

  it("is fetched whole and checked by its hash where the server gives no parts", async () => {
    index.ranges = false;
    index.serve("big", large);
    const { added, problems } = await add("big");
    expect(problems).toEqual([]);
    expect(added[0]!.kept.record.checked).toBe("archive");
  });

  it("is refused where a part is not what its RECORD lists", async () => {
    const record = "big-1.0.dist-info/RECORD";
    const bytes = zip({ "big/__init__.py": "x = 2\n", [record]: `big/__init__.py,sha256=abc,6\n` });
    index.serve("big", { ...large, bytes });
    expect((await add("big")).problems[0]).toMatch(
      /big\/__init__\.py is not the one that its RECORD lists: it is damaged or was exchanged$/,
    );
    expect(everything()).toEqual([]);
  });

  it("is refused where the server answers with other parts than were asked for", async () => {
    index.serve("big", large);
    const inner = Buffer.from(large.bytes);
    index.overrides.set(`/files/${large.filename}`, ({ headers }, response) => {
      const isTail = headers.range?.startsWith("bytes=-");
      const tail = inner.subarray(-200);
      const at = inner.length - tail.length;
      const range = isTail ? `bytes ${at}-${inner.length - 1}/${inner.length}` : `bytes 5-9/${inner.length}`;
      response.writeHead(206, { "content-range": range }).end(tail);
    });
    expect((await add("big")).problems[0]).toMatch(/gives parts of it, and then others than were asked for$/);
    expect(everything()).toEqual([]);
  });
});

describe("what goes wrong is told, and the cache is as before", () => {
  let before: string[] = [];
  beforeEach(async () => {
    index.serve("good", wheel("good", "1.0", { "good.py": "" }));
    await add("good");
    before = everything();
  });
  afterEach(() => expect(everything()).toEqual(before));

  const problem = async (packages: string, given: Given = {}) =>
    (await add(packages, given)).problems.join("\n");

  it("a hash that is another", async () => {
    index.serve("nets", { ...nets("1.0"), sha256: "0".repeat(64) });
    expect(await problem("nets")).toMatch(
      /^nets-1\.0-py3-none-any\.whl: its sha256 is \w+, but the index says 0+: it is damaged/,
    );
  });

  it("a damaged archive", async () => {
    const { bytes, filename } = nets("1.0");
    index.serve("nets", { filename, bytes: bytes.subarray(0, bytes.length - 40) });
    expect(await problem("nets")).toMatch(/^nets-1\.0-py3-none-any\.whl: it is damaged \(/);
    const tar = tarGz([{ path: "tars-1/tars.py", text: "x = 1\n".repeat(500) }]);
    index.serve("tars", { filename: "tars-1.tar.gz", bytes: tar.subarray(0, tar.length - 30) });
    expect(await problem("tars")).toMatch(/^tars-1\.tar\.gz: it is damaged \(/);
  });

  it.each(["../../evil.py", "/evil.py", "C:/evil.py", "nets/../../evil.py", "..\\evil.py"])(
    "a path that leads out of the package: %s",
    async (evil) => {
      index.serve("zips", {
        filename: "zips-1-py3-none-any.whl",
        bytes: zip({ "zips.py": "", [evil]: "x" }),
      });
      expect(await problem("zips")).toMatch(/^zips-1-py3-none-any\.whl: it (holds the path|is damaged)/);
      const entries = [
        { path: "tars-1/tars.py", text: "" },
        { path: evil, text: "x" },
      ];
      index.serve("tars", { filename: "tars-1.tar.gz", bytes: tarGz(entries) });
      expect(await problem("tars")).toMatch(
        /^tars-1\.tar\.gz: it holds the path .*, which leads out of the package$/,
      );
    },
  );

  it.each([
    [{ "nets/Net.py": "1", "nets/net.py": "2" }, /holds "nets\/net\.py" twice, or in another case/],
    [{ "nets/a.py": "1", "nets/A.PY/b.py": "2" }, /twice, or in another case/],
    [{ "nets/con.py": "" }, /which not every system can have/],
    [{ "nets/a.py ": "", "nets/b:c.py": "" }, /which not every system can have/],
  ])("names that some system mixes up: %o", async (files, message) => {
    index.serve("nets", { filename: "nets-1-py3-none-any.whl", bytes: zip(files as Record<string, string>) });
    expect(await problem("nets")).toMatch(message);
  });

  it("an archive that unpacks to more than a package holds", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 65 }, (_, at) => [`nets/n${at}.py`, "#".repeat(1_900_000)]),
    );
    index.serve("nets", { filename: "nets-1-py3-none-any.whl", bytes: zip(files) });
    expect(await problem("nets")).toBe("nets-1-py3-none-any.whl: its text is more than 120 MB");
  });

  it("a package without modules", async () => {
    index.serve("nets", wheel("nets", "1.0", { "nets.so": "" }));
    expect(await problem("nets")).toMatch(/holds no Python files that a program imports$/);
  });

  it("a full disk", async () => {
    index.serve("nets", nets("1.0"));
    let writes = 0;
    const disk = {
      ...REAL_DISK,
      writeFile: async (...given: Parameters<typeof REAL_DISK.writeFile>) => {
        writes += 1;
        if (writes === 3) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
        await REAL_DISK.writeFile(...given);
      },
    };
    expect(await problem("nets", { disk })).toMatch(/ cannot be written: the disk is full$/);
  });

  it("a place that refuses the finished package", async () => {
    index.serve("nets", nets("1.0"));
    const rename = async () => {
      throw Object.assign(new Error("refused"), { code: "EACCES" });
    };
    expect(await problem("nets", { disk: { ...REAL_DISK, rename } })).toMatch(
      / cannot be written: it may not be written: check its permissions$/,
    );
  });

  it("a connection that is lost in the middle", async () => {
    const { filename, bytes } = nets("1.0");
    index.serve("nets", { filename, bytes });
    index.overrides.set(`/files/${filename}`, (_request, response) => {
      response.writeHead(200, { "content-length": bytes.length });
      response.write(bytes.subarray(0, 50), () => response.destroy());
    });
    expect(await problem("nets")).toMatch(/^nets-1\.0-py3-none-any\.whl: the connection to .* was lost \(/);
  });

  it("an index that is not there", async () => {
    const gone = await IndexServer.start();
    const { url } = gone;
    await gone.stop();
    expect(await problem("nets", { settings: { indexes: [url] } })).toMatch(
      / cannot be reached \(ECONNREFUSED\)$/,
    );
  });

  it("a proxy's web page in place of the index, and of an archive", async () => {
    const { filename, bytes } = nets("1.0");
    index.serve("nets", { filename, bytes });
    const page = (_request: unknown, response: import("node:http").ServerResponse) =>
      response
        .writeHead(200, { "content-type": "text/html" })
        .end("<html><a href='/login'>Log in</a></html>");
    index.overrides.set("/simple/other/", page);
    expect(await problem("other")).toMatch(
      /answered with a web page that lists no archives: is it a package index, or the page of a proxy\?$/,
    );
    index.overrides.set(`/files/${filename}`, page);
    expect(await problem("nets")).toMatch(
      /answered with a web page in its place: is there a proxy between\?$/,
    );
  });

  it("JSON that is no page of an index", async () => {
    index.overrides.set("/simple/nets/", (_request, response) =>
      response.writeHead(200, { "content-type": "application/json" }).end('{"message": "hello"}'),
    );
    expect(await problem("nets")).toMatch(/answered with JSON that is no page of a package index$/);
  });

  it("a package that no index has", async () => {
    expect(await problem("nets")).toBe(`no package nets with a wheel or source archive at ${index.url}`);
  });

  it("an archive that is listed and not there", async () => {
    const { filename, bytes } = nets("1.0");
    index.serve("nets", { filename, bytes });
    index.overrides.set(`/files/${filename}`, (_request, response) => response.writeHead(404).end());
    expect(await problem("nets")).toMatch(/does not have it \(status 404\)$/);
  });

  it("redirects that lead in a circle, or out of http", async () => {
    index.overrides.set("/simple/nets/", (_request, response) =>
      response.writeHead(302, { location: "/simple/nets/" }).end(),
    );
    expect(await problem("nets")).toMatch(/leads on and on: more than 10 redirects$/);
    index.overrides.set("/simple/nets/", (_request, response) =>
      response.writeHead(302, { location: "file:///etc/passwd" }).end(),
    );
    expect(await problem("nets")).toMatch(/cannot be asked: only http and https addresses can$/);
    index.overrides.set("/simple/nets/", (_request, response) =>
      response.writeHead(302, { location: "http://elsewhere.example/simple/nets/" }).end(),
    );
    expect(await problem("nets")).toMatch(
      /is not https: add elsewhere\.example to trusted-host of pip\.conf/,
    );
  });

  it("an index that wants a login", async () => {
    index.overrides.set("/simple/nets/", (_request, response) => response.writeHead(401).end());
    expect(await problem("nets")).toMatch(/refuses \(401\): it lets nobody in without a login/);
  });

  it("a user who stops it", async () => {
    const { filename, bytes } = nets("1.0");
    index.serve("nets", { filename, bytes });
    const stop = new AbortController();
    index.overrides.set(`/files/${filename}`, (_request, response) => {
      response.writeHead(200, { "content-length": bytes.length });
      response.write(bytes.subarray(0, 50), () => stop.abort());
    });
    await expect(add("nets", { signal: stop.signal })).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("two at once", () => {
  it("both have the package, and nothing else is left", async () => {
    const { filename, bytes } = nets("1.0");
    index.serve("nets", { filename, bytes });
    // Both are answered when both have asked.
    const waiting: (() => void)[] = [];
    index.overrides.set(`/files/${filename}`, (_request, response) => {
      waiting.push(() => response.writeHead(200).end(bytes));
      if (waiting.length === 2) for (const go of waiting) go();
    });
    const both = await Promise.all([add("nets"), add("nets")]);
    expect(both.flatMap(({ problems }) => problems)).toEqual([]);
    expect(kept()).toEqual(["nets 1.0"]);
    expect(readdirSync(cache)).toEqual(["nets"]);
    expect(readdirSync(path.join(cache, "nets", "1.0")).sort()).toEqual(["files", "source.json"]);
  });
});

describe("the way to an index", () => {
  it("is shared by several, and a login in an address goes to its host alone", async () => {
    const other = await IndexServer.start();
    try {
      index.serve("nets", nets("1.0"));
      other.serve("nets", nets("2.0"));
      const secret = other.url.replace("//", "//me:s%20cret@");
      const { added, problems } = await add("nets", { settings: { indexes: [index.url, secret] } });
      expect(problems).toEqual([]);
      expect(added[0]!.kept.record).toMatchObject({ version: "2.0", index: other.url });
      const login = `Basic ${Buffer.from("me:s cret").toString("base64")}`;
      expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([login, login]);
      expect(index.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    } finally {
      await other.stop();
    }
  });

  it("leads through the user's proxy, but for hosts that need none", async () => {
    index.serve("nets", nets("1.0"));
    const proxy = await IndexServer.start();
    const through: string[] = [];
    proxy.server.on("connect", (request, socket) => {
      through.push(String(request.url));
      const [host, port] = String(request.url).split(":");
      const far = connect(Number(port), host, () => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
      far.on("error", () => socket.destroy());
      socket.on("error", () => far.destroy());
      far.pipe(socket).pipe(far);
    });
    try {
      const proxies = { http: proxy.origin, none: "" };
      expect((await add("nets", { settings: { proxies } })).problems).toEqual([]);
      const { host } = new URL(index.origin);
      expect(new Set(through)).toEqual(new Set([host]));
      through.length = 0;
      await add("nets", { settings: { proxies: { ...proxies, none: "example.org, 127.0.0.1" } } });
      expect(through).toEqual([]);
    } finally {
      await proxy.stop();
    }
  });
});
