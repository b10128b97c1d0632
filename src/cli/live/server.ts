/**
 * Serves the live page on loopback. One event stream a tab carries the panel's messages; a poll of the files that
 * the last profile read sends a new report when one of them changes.
 */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { ProfileOptions, ProfileResult } from "../../engine/contract/engine.types.ts";
import type {
  SimulationOptions,
  SimulationResult,
  SuggestionOptions,
  SuggestionResult,
} from "../../engine/contract/separable.ts";
import { parseFromPanel } from "../../protocol/fromWebview.ts";
import type { CostUnit, FromPanel, PanelAbility, ToPanel } from "../../protocol/messages.ts";
import { sweepOptions, sweptAnswer } from "../../protocol/swept.ts";
import { BRIDGE, contentSecurityPolicy, lessonHtml, pageHtml } from "./page.ts";

export interface LiveSource {
  readonly title: string;
  profile(options: ProfileOptions): ProfileResult;
  simulate(options: ProfileOptions & SimulationOptions): SimulationResult;
  suggest(options: ProfileOptions & SuggestionOptions): SuggestionResult;
  /** Whether a file that the last profile read has changed since. */
  changed(): boolean;
}

export interface LiveOptions {
  readonly source: LiveSource;
  readonly options: ProfileOptions;
  /** Where the panel's bundle and the icon are. */
  readonly assets: { readonly panel: string; readonly icon: string };
  readonly port: number;
  readonly pollMilliseconds?: number;
}

export interface LivePage {
  readonly address: string;
  close(): Promise<void>;
}

/** There is no editor to jump in or to write to. */
const ABILITIES: readonly PanelAbility[] = ["input", "network", "scale"];

/** A message of the panel is a few hundred bytes. */
const MAX_MESSAGE_BYTES = 64 * 1024;

export async function serveLive(live: LiveOptions): Promise<LivePage> {
  const session = createSession(live.source, live.options);
  const server = createServer((request, response) => {
    answer(request, response, live, session).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  const address = await listen(server, live.port);
  const timer = setInterval(() => {
    if (live.source.changed()) session.refresh();
  }, live.pollMilliseconds ?? 300);
  return {
    address,
    close: async () => {
      clearInterval(timer);
      session.close();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

/** What the tabs look at: one network, one input, one unit. */
interface Session {
  join(tab: ServerResponse, locale: string): void;
  receive(message: FromPanel): void;
  refresh(): void;
  close(): void;
}

function createSession(source: LiveSource, first: ProfileOptions): Session {
  const tabs = new Map<ServerResponse, string>();
  let options = first;
  let unit: CostUnit = "MACs";
  let result = source.profile(options);
  let lastGood = result.ok ? result.report : undefined;

  /** ISO time since which the picture is not that of the text. */
  let staleSince: string | undefined;

  const messages = (locale: string): ToPanel[] => {
    const shown: ToPanel[] = lastGood
      ? [{ type: "report", report: lastGood, unit, locale, budgetMacs: null, abilities: ABILITIES }]
      : [];
    if (result.ok) return shown;
    const { reason } = result;
    return [
      ...shown,
      lastGood && staleSince ? { type: "stale", since: staleSince, reason } : { type: "empty", reason },
    ];
  };
  const write = (tab: ServerResponse, message: ToPanel): void => {
    tab.write(`data: ${JSON.stringify(message)}\n\n`);
  };
  const send = (tab: ServerResponse, locale: string): void => {
    for (const message of messages(locale)) write(tab, message);
  };
  /** Tabs that did not ask keep the answer for when they do. */
  const answerAll = (message: ToPanel): void => {
    for (const tab of tabs.keys()) write(tab, message);
  };
  const sendAll = (): void => {
    for (const [tab, locale] of tabs) send(tab, locale);
  };
  const refresh = (): void => {
    result = source.profile(options);
    if (result.ok) lastGood = result.report;
    staleSince = result.ok ? undefined : (staleSince ?? new Date().toISOString());
    sendAll();
  };

  return {
    join(tab, locale) {
      tabs.set(tab, locale);
      tab.on("close", () => tabs.delete(tab));
      send(tab, locale);
    },
    receive(message) {
      switch (message.type) {
        case "ready":
          return sendAll();
        case "setUnit":
          unit = message.unit;
          return sendAll();
        case "setNetwork": {
          const { input: _ofAnotherNetwork, args: _too, ...rest } = options;
          options = { ...rest, model: message.network };
          return refresh();
        }
        case "setInput":
          options = { ...options, model: message.network, input: message.input };
          return refresh();
        case "scale":
          return answerAll(scaled(source, options, message));
        case "sweep": {
          const { network, ...question } = message;
          const asked = { ...options, model: network, ...sweepOptions(question) };
          return answerAll(sweptAnswer(question, source.simulate(asked)));
        }
        case "suggest":
          return answerAll(suggested(source, options, message));
      }
    },
    refresh,
    close() {
      for (const tab of tabs.keys()) tab.end();
    },
  };
}

type Asked<T extends FromPanel["type"]> = Extract<FromPanel, { readonly type: T }>;

/** The network at α and ρ, without swaps: those the page adds by itself. */
function scaled(source: LiveSource, shown: ProfileOptions, { network, scaling }: Asked<"scale">): ToPanel {
  const { alpha, rho, round } = scaling;
  const options = { ...shown, model: network, swap: "none" as const, alpha, rho };
  const result = source.simulate({ ...options, round: alpha === 1 ? 1 : round });
  const answer = result.ok ? { report: result.simulation.after } : { report: null, reason: result.reason };
  return { type: "scaled", network, scaling, ...answer };
}

/** What reaches a budget that swaps alone do not reach. */
function suggested(source: LiveSource, shown: ProfileOptions, asked: Asked<"suggest">): ToPanel {
  const { network, budgetMacs, round } = asked;
  const result = source.suggest({ ...shown, model: network, budgetMacs, round });
  const answer = result.ok ? { suggestion: result.suggestion } : { suggestion: null, reason: result.reason };
  return { type: "suggested", network, budgetMacs, ...answer };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { source, assets }: LiveOptions,
  session: Session,
): Promise<void> {
  // A page of another origin must not reach this server through a name that it made point here.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? "")) {
    response.writeHead(403).end();
    return;
  }
  const nonce = randomBytes(18).toString("base64url");
  response.setHeader("Content-Security-Policy", contentSecurityPolicy(nonce));
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("Cache-Control", "no-store");
  const locale = /^\s*ja\b/i.test(request.headers["accept-language"] ?? "") ? "ja" : "en";
  const route = `${request.method} ${request.url?.split("?")[0]}`;
  switch (route) {
    case "GET /":
      return void reply(
        response,
        "text/html; charset=utf-8",
        pageHtml({ title: source.title, locale, nonce }),
      );
    case "GET /lesson":
      return void reply(
        response,
        "text/html; charset=utf-8",
        lessonHtml({ title: "ConvLens", locale, nonce }),
      );
    case "GET /bridge.js":
      return void reply(response, "text/javascript; charset=utf-8", BRIDGE);
    case "GET /panel.js":
    case "GET /lesson.js":
      return void reply(response, "text/javascript; charset=utf-8", await bundle(assets.panel, request));
    case "GET /panel.css":
    case "GET /lesson.css":
      return void reply(response, "text/css; charset=utf-8", await bundle(assets.panel, request));
    case "GET /icon.svg":
      return void reply(response, "image/svg+xml", await readFile(assets.icon));
    case "GET /events":
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      return session.join(response, locale);
    case "POST /message": {
      const message = parseMessage(await readBody(request));
      if (!message) return void response.writeHead(400).end();
      session.receive(message);
      return void response.writeHead(204).end();
    }
    default:
      response.writeHead(404).end();
  }
}

/** Called for the names that the routes above list, and no others. */
function bundle(folder: string, { url = "" }: IncomingMessage): Promise<Buffer> {
  return readFile(path.join(folder, path.basename(url.split("?")[0] ?? "")));
}

function reply(response: ServerResponse, type: string, body: string | Buffer): void {
  response.writeHead(200, { "Content-Type": type });
  response.end(body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  if (!request.headers["content-type"]?.startsWith("application/json")) return "";
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_MESSAGE_BYTES) return "";
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Only messages of the agreed form pass. */
export function parseMessage(text: string): FromPanel | undefined {
  try {
    return parseFromPanel(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The wished port, or any free one when it is taken. */
async function listen(server: Server, port: number): Promise<string> {
  const attempt = (wanted: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(wanted, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  await attempt(port).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE" && error.code !== "EACCES") throw error;
    return attempt(0);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
