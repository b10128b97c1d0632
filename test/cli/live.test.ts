import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type LivePage, parseMessage, serveLive } from "../../src/cli/live/server.ts";
import type { ProfileOptions, ProfileResult } from "../../src/engine/contract/engine.types.ts";
import type { Report } from "../../src/engine/contract/report.ts";
import type {
  Simulation,
  SimulationOptions,
  SuggestionOptions,
} from "../../src/engine/contract/separable.ts";

const assets = mkdtempSync(path.join(tmpdir(), "convlens-live-"));
writeFileSync(path.join(assets, "panel.js"), "// panel");
writeFileSync(path.join(assets, "panel.css"), "/* panel */");
writeFileSync(path.join(assets, "lesson.js"), "// lesson");
writeFileSync(path.join(assets, "lesson.css"), "/* lesson */");

let page: LivePage | undefined;
afterEach(async () => {
  await page?.close();
  page = undefined;
});

/** A source whose next answer the test sets. */
function fakeSource() {
  const asked: ProfileOptions[] = [];
  const state = { answer: good("Net"), dirty: false };
  return {
    asked,
    state,
    source: {
      title: "net.py",
      profile(options: ProfileOptions) {
        asked.push(options);
        return state.answer;
      },
      simulate: ({ alpha = 1 }: SimulationOptions) => {
        const report = { network: "Net", totals: { macs: 1000 * alpha } };
        const simulation = { after: report } as Simulation;
        return alpha < 0.1 ? { ok: false as const, reason: "too narrow" } : { ok: true as const, simulation };
      },
      suggest: ({ budgetMacs: macs }: SuggestionOptions) => ({
        ...{ ok: true as const, network: "Net", pareto: [], refused: [] },
        suggestion: macs < 10 ? null : { swap: ["a"], alpha: 0.5, rho: 1, macs, params: 1 },
      }),
      changed() {
        const was = state.dirty;
        state.dirty = false;
        return was;
      },
    },
  };
}

function good(network: string): ProfileResult {
  return { ok: true, report: { network } as Report };
}

function bad(reason: string): ProfileResult {
  return { ok: false, reason, networks: [], diagnostics: [] };
}

async function open(fake: ReturnType<typeof fakeSource>, port = 0): Promise<string> {
  page = await serveLive({
    source: fake.source,
    options: {},
    assets: { panel: assets, icon: path.join(assets, "panel.css") },
    port,
    pollMilliseconds: 5,
  });
  return page.address;
}

/** Messages of the event stream, one a call. */
async function listen(address: string): Promise<() => Promise<{ type: string; [field: string]: unknown }>> {
  const response = await fetch(`${address}events`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = "";
  return async () => {
    while (!buffered.includes("\n\n")) buffered += (await reader?.read())?.value ?? "";
    const end = buffered.indexOf("\n\n");
    const data = buffered.slice("data: ".length, end);
    buffered = buffered.slice(end + 2);
    return JSON.parse(data);
  };
}

const post = (address: string, message: unknown) =>
  fetch(`${address}message`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(message),
  });

describe("the live page", () => {
  it("serves the panel's bundle under a strict policy", async () => {
    const address = await open(fakeSource());
    const response = await fetch(address);
    const html = await response.text();
    const policy = response.headers.get("content-security-policy") ?? "";
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1];
    expect(nonce).toBeTruthy();
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    expect(html.match(/<script/g)).toHaveLength(
      html.match(new RegExp(`nonce="${nonce}" src=`, "g"))?.length ?? 0,
    );
    expect((await fetch(`${address}panel.js`)).status).toBe(200);
    expect((await fetch(`${address}../package.json`)).status).toBe(404);
  });

  it("serves the lesson as a page of its own, under the same policy", async () => {
    const address = await open(fakeSource());
    const response = await fetch(`${address}lesson`);
    const policy = response.headers.get("content-security-policy") ?? "";
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1];
    const html = await response.text();
    expect(html).toContain(`<script nonce="${nonce}" src="/lesson.js"></script>`);
    expect(html).toContain('href="/lesson.css"');
    expect(await (await fetch(`${address}lesson.js?again`)).text()).toBe("// lesson");
    expect(await (await fetch(`${address}lesson.css`)).text()).toBe("/* lesson */");
  });

  it("sends the report to each tab, and again when a file changes", async () => {
    const fake = fakeSource();
    const next = await listen(await open(fake));
    expect(await next()).toMatchObject({ type: "report", unit: "MACs", report: { network: "Net" } });
    fake.state.answer = good("Wider");
    fake.state.dirty = true;
    expect(await next()).toMatchObject({ type: "report", report: { network: "Wider" } });
  });

  it("keeps the last good picture while the text is broken and says since when", async () => {
    const fake = fakeSource();
    const next = await listen(await open(fake));
    await next();
    fake.state.answer = bad("no network");
    fake.state.dirty = true;
    expect(await next()).toMatchObject({ type: "report", report: { network: "Net" } });
    const { since } = await next().then((message) => {
      expect(message).toMatchObject({ type: "stale", reason: "no network" });
      return message;
    });
    fake.state.dirty = true;
    await next();
    expect((await next()).since).toBe(since);
  });

  it("answers the panel's wishes", async () => {
    const fake = fakeSource();
    const address = await open(fake);
    const next = await listen(address);
    await next();
    await post(address, { type: "setUnit", unit: "FLOPs" });
    expect(await next()).toMatchObject({ type: "report", unit: "FLOPs" });
    await post(address, { type: "setInput", network: "Net", input: ["1x3x64x64"] });
    await next();
    expect(fake.asked.at(-1)).toEqual({ model: "Net", input: ["1x3x64x64"] });
    await post(address, { type: "setNetwork", network: "Other" });
    await next();
    expect(fake.asked.at(-1)).toEqual({ model: "Other" });
  });

  it("refuses messages without the agreed form and requests under another name", async () => {
    const address = await open(fakeSource());
    expect((await post(address, { type: "setUnit", unit: "GFLOPs" })).status).toBe(400);
    expect(parseMessage("{")).toBeUndefined();
    expect(parseMessage('{"type":"setInput","network":"N","input":[1]}')).toBeUndefined();
    const plain = await fetch(`${address}message`, { method: "POST", body: '{"type":"ready"}' });
    expect(plain.status).toBe(400);
    const status = await new Promise((resolve) => {
      get(address, { headers: { host: "attacker.example" } }, (response) => resolve(response.statusCode));
    });
    expect(status).toBe(403);
  });

  it("answers what α and ρ make of the network, and what reaches a budget", async () => {
    const address = await open(fakeSource());
    const next = await listen(address);
    expect(await next()).toMatchObject({ type: "report", abilities: ["input", "network", "scale"] });
    const scaling = { alpha: 0.5, rho: 1, round: 8 };
    await post(address, { type: "scale", network: "Net", scaling });
    expect(await next()).toMatchObject({ type: "scaled", scaling, report: { totals: { macs: 500 } } });
    await post(address, { type: "scale", network: "Net", scaling: { ...scaling, alpha: 0.05 } });
    expect(await next()).toMatchObject({ type: "scaled", report: null, reason: "too narrow" });
    await post(address, { type: "suggest", network: "Net", budgetMacs: 400, round: 1 });
    expect(await next()).toMatchObject({ type: "suggested", budgetMacs: 400, suggestion: { alpha: 0.5 } });
    await post(address, { type: "suggest", network: "Net", budgetMacs: 1, round: 1 });
    expect(await next()).toMatchObject({ type: "suggested", budgetMacs: 1, suggestion: null });
  });

  it("takes another port when the wished one is busy", async () => {
    const busy = createServer();
    await new Promise<void>((resolve) => busy.listen(0, "127.0.0.1", resolve));
    const { port } = busy.address() as AddressInfo;
    const address = await open(fakeSource(), port);
    expect(address).not.toContain(`:${port}/`);
    expect((await fetch(address)).status).toBe(200);
    busy.close();
  });
});
