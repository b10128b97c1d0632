/** The GitHub action over a real repository, with GitHub's API on this machine. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";

const root = path.resolve(import.meta.dirname, "../..");
const SCRIPT = path.join(root, "dist/action.mjs");
const BOT = "github-actions[bot]";
const net = (channels: number): string =>
  `import torch.nn as nn\n\nnet = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, ${channels}, 3))\n`;

interface Comment {
  id: number;
  body: string;
  user: { login: string };
}

const host = {
  comments: [] as Comment[],
  asked: [] as string[],
  status: 200,
};
let server: Server;
let cwd = "";
let base = "";
const git = (...argv: string[]): string => execFileSync("git", argv, { cwd, encoding: "utf8" }).trim();
const commit = (channels: number): string => {
  writeFileSync(path.join(cwd, "net.py"), net(channels));
  git("add", "net.py");
  git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "change");
  return git("rev-parse", "HEAD");
};

beforeAll(async () => {
  if (!existsSync(SCRIPT)) throw new Error("dist/action.mjs is missing: npm run build");
  server = createServer(async (request, response) => {
    const { method = "", url = "" } = request;
    host.asked.push(`${method} ${url} ${request.headers.authorization}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    response.writeHead(host.status, { "content-type": "application/json" });
    if (host.status !== 200) return response.end("{}");
    if (method === "GET") {
      const page = Number(new URL(url, "http://host").searchParams.get("page"));
      return response.end(JSON.stringify(host.comments.slice(100 * (page - 1), 100 * page)));
    }
    const { body } = JSON.parse(text);
    if (method === "POST") host.comments.push({ id: host.comments.length + 1, body, user: { login: BOT } });
    const changed = host.comments.find(({ id }) => url.endsWith(`/comments/${id}`));
    if (method === "PATCH" && changed) changed.body = body;
    return response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cwd = realpathSync(mkdtempSync(path.join(tmpdir(), "convlens-action-")));
  git("init", "-q");
  base = commit(16);
}, 600_000);
afterAll(() => {
  server.close();
  rmSync(cwd, { recursive: true, force: true });
});
beforeEach(() => {
  Object.assign(host, { comments: [], asked: [], status: 200 });
  git("reset", "-q", "--hard", base);
});

/** Not synchronous: the API is served by this process. */
async function act(inputs: Record<string, string> = {}) {
  const event = path.join(cwd, "..", `${path.basename(cwd)}-event.json`);
  const summary = `${event}.md`;
  writeFileSync(event, JSON.stringify({ pull_request: { number: 7, base: { sha: base } } }));
  writeFileSync(summary, "");
  const child = spawn(process.execPath, [SCRIPT], {
    cwd,
    env: {
      ...process.env,
      ...{ GITHUB_EVENT_PATH: event, GITHUB_STEP_SUMMARY: summary, GITHUB_REPOSITORY: "me/nets" },
      GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ...{ CONVLENS_COMMENT: "true", CONVLENS_TOKEN: "secret", ...inputs },
    },
  });
  let out = "";
  child.stdout.on("data", (text) => {
    out += String(text);
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  const told = readFileSync(summary, "utf8");
  for (const file of [event, summary]) rmSync(file);
  return { code, out, told };
}

describe("the comment", () => {
  it("is written once and changed in place by the next push", async () => {
    commit(32);
    expect(await act()).toMatchObject({ code: 0, out: "comment: written\n" });
    expect(host.comments[0]?.body).toMatch(/^<!-- convlens diff -->[\s\S]*\*\*net\*\*/);
    expect(host.asked.at(-1)).toBe("POST /repos/me/nets/issues/7/comments Bearer secret");
    const [first] = host.comments.map(({ body }) => body);
    expect((await act()).out).toBe("comment: same\n");
    commit(64);
    expect((await act()).out).toBe("comment: changed\n");
    expect(host.comments).toHaveLength(1);
    expect(host.comments[0]?.body).not.toBe(first);
  });

  it("is not written where no network changed, and says so where an earlier push changed one", async () => {
    expect((await act()).out).toBe("comment: none\n");
    commit(32);
    await act();
    git("reset", "-q", "--hard", base);
    await act();
    expect(host.comments.map(({ body }) => body)).toEqual([expect.stringContaining("No network changed")]);
  });

  it("is found behind many others, and never taken for one of somebody else", async () => {
    const other = (id: number) => ({ id, body: "fine", user: { login: "reader" } });
    host.comments = Array.from({ length: 150 }, (_, index) => other(index + 1));
    host.comments.push({ id: 151, body: "<!-- convlens diff --> mine", user: { login: "reader" } });
    host.comments.push({ id: 152, body: "<!-- convlens diff --> old", user: { login: BOT } });
    commit(32);
    await act();
    expect(host.comments[150]?.body).toBe("<!-- convlens diff --> mine");
    expect(host.comments[151]?.body).toContain("**net**");
    expect(host.comments).toHaveLength(152);
  });

  it("is left out where the token may only read; the summary has the table", async () => {
    host.status = 403;
    commit(32);
    const { code, out, told } = await act();
    expect([code, out]).toEqual([0, expect.stringContaining("::warning::no comment was written")]);
    expect(told).toContain("**net**");
  });
});

it("fails with a message where there is no such base", async () => {
  const { code, out } = await act({ CONVLENS_BASE: "nowhere" });
  expect([code, out]).toEqual([1, expect.stringContaining("::error::")]);
});

it("holds the project to its budgets when asked to", async () => {
  writeFileSync(path.join(cwd, "convlens.config.json"), '{"budgets": {"net": {"macs": "1M"}}}');
  expect((await act({ CONVLENS_CHECK: "true" })).code).toBe(1);
  expect((await act()).code).toBe(0);
  rmSync(path.join(cwd, "convlens.config.json"));
});

it("hands every input to the script by the environment, so that none is a shell's text", () => {
  const { inputs, runs } = parse(readFileSync(path.join(root, "action.yml"), "utf8"));
  const step = runs.steps.at(-1);
  for (const { run = "" } of runs.steps) expect(run).not.toContain("${{");
  const used = [...Object.values<string>(step.env), step["working-directory"]].join();
  for (const name of Object.keys(inputs)) expect(used).toContain(`inputs.${name}`);
});
