/**
 * Answers of package indexes: through the user's proxies and certificates, with the user's login where a host has one.
 * Redirects are followed here, so that a login goes to no other host and nothing falls from https to http.
 */
import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { Agent, ProxyAgent, request } from "undici";
import { entryOf } from "../engine/base/table.ts";
import { netrcLogin } from "./netrc.ts";
import { SourcesProblem } from "./problem.ts";
import type { IndexSettings } from "./settings.ts";

export interface Answer {
  /** 200, 206, 404 or 416: every other is a problem. */
  readonly status: number;
  /** Where the last redirect led to, without a login. */
  readonly url: string;
  readonly header: (name: string) => string | undefined;
  readonly body: Readable;
}

export interface Ask {
  readonly accept?: string;
  readonly range?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface Client {
  readonly get: (url: string, ask?: Ask) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

const MOST_REDIRECTS = 10;
const ANSWERS: ReadonlySet<number> = new Set([200, 206, 404, 416]);
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function createClient(settings: IndexSettings, agent: string): Client {
  const connections = new Connections(settings);
  const logins = new Logins(settings);

  async function get(url: string, { accept, range, signal }: Ask = {}): Promise<Answer> {
    let at = logins.take(url);
    for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
      refuseUnsafe(at, settings);
      const login = logins.of(at);
      const answer = await ask(at, {
        ...(accept !== undefined && { accept }),
        ...(range !== undefined && { range }),
        ...(login !== undefined && { authorization: login }),
        "accept-encoding": "identity",
        "user-agent": agent,
      });
      const { statusCode: status, headers, body } = answer;
      body.on("error", () => undefined);
      const header = (name: string): string | undefined => [entryOf(headers, name) ?? []].flat()[0];
      if (ANSWERS.has(status)) return { status, url: at.href, header, body: named(body, at) };
      body.destroy();
      const target = header("location");
      if (!REDIRECTS.has(status) || target === undefined) throw new SourcesProblem(refusal(at, status));
      const next = new URL(target, at);
      if (at.protocol === "https:" && next.protocol !== "https:")
        throw new SourcesProblem(`${shown(at)} leads from https to ${shown(next)}, which is not followed`);
      at = logins.take(next.href);
    }
    throw new SourcesProblem(`${shown(new URL(url))} leads on and on: more than ${MOST_REDIRECTS} redirects`);

    async function ask(to: URL, headers: Record<string, string>): Promise<Dispatcher.ResponseData> {
      try {
        return await request(to, {
          dispatcher: connections.for(to),
          headers,
          headersTimeout: settings.milliseconds,
          bodyTimeout: settings.milliseconds,
          ...(signal && { signal }),
        });
      } catch (error) {
        throw signal?.aborted ? signal.reason : unreachable(to, error);
      }
    }
  }

  return { get, close: () => connections.close() };
}

/** Bytes of a body; what breaks off is told with the address. */
function named(body: Readable, at: URL): Readable {
  const told = body as Readable & { [Symbol.asyncIterator](): AsyncIterableIterator<Buffer> };
  const iterate = told[Symbol.asyncIterator].bind(told);
  told[Symbol.asyncIterator] = async function* () {
    try {
      yield* iterate();
    } catch (error) {
      if ((error as Error).name === "AbortError") throw error;
      throw new SourcesProblem(`the connection to ${shown(at)} was lost (${codeOf(error)})`);
    }
  } as typeof iterate;
  return told;
}

/** Agents by what they need: a proxy, and whether certificates count. */
class Connections {
  readonly #agents = new Map<string, Dispatcher>();
  readonly #ca: string | undefined;
  readonly #own: string | undefined;

  constructor(private readonly settings: IndexSettings) {
    this.#ca = certificates(settings.cert);
    this.#own = certificates(settings.clientCert);
  }

  for(url: URL): Dispatcher {
    const proxy = this.#proxyOf(url);
    const rejectUnauthorized = !isTrusted(url, this.settings);
    const key = `${proxy ?? ""} ${rejectUnauthorized}`;
    const known = this.#agents.get(key);
    if (known) return known;
    const tls = {
      rejectUnauthorized,
      ...(this.#ca !== undefined && { ca: this.#ca }),
      ...(this.#own !== undefined && { cert: this.#own, key: this.#own }),
    };
    const agent = proxy
      ? new ProxyAgent({ uri: proxy, requestTls: tls, proxyTls: tls })
      : new Agent({ connect: tls });
    this.#agents.set(key, agent);
    return agent;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }

  #proxyOf({ protocol, hostname, port }: URL): string | undefined {
    const { proxies } = this.settings;
    const proxy = protocol === "https:" ? proxies.https : proxies.http;
    if (proxy === undefined || isExempt(hostname, port, proxies.none)) return undefined;
    return /^\w+:\/\//.test(proxy) ? proxy : `http://${proxy}`;
  }
}

/** `NO_PROXY`: `*`, `host`, `.domain`, `host:port`, with commas or spaces between. */
function isExempt(hostname: string, port: string, list: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === "*") return true;
      const [, name = entry, at] = /^([^:]+):(\d+)$/.exec(entry) ?? [];
      const bare = name.replace(/^\*?\./, "");
      return bare !== "" && (at === undefined || at === port) && (host === bare || host.endsWith(`.${bare}`));
    });
}

/** A host's login is its own: it is asked for by host and port. */
class Logins {
  readonly #inUrls = new Map<string, string>();
  #netrc: string | undefined;

  constructor(private readonly settings: IndexSettings) {
    for (const index of settings.indexes) this.take(index);
  }

  /** The address without the login in it, which is kept for its host. */
  take(text: string): URL {
    let url: URL;
    try {
      url = new URL(text);
    } catch {
      throw new SourcesProblem(`${text.replace(/\/\/[^/]*@/, "//")} is no address: write https://…`);
    }
    if (url.username !== "" || url.password !== "")
      this.#inUrls.set(url.host, basic(decodeURIComponent(url.username), decodeURIComponent(url.password)));
    url.username = "";
    url.password = "";
    return url;
  }

  of(url: URL): string | undefined {
    const named = this.#inUrls.get(url.host);
    if (named !== undefined) return named;
    this.#netrc ??= textOf(this.settings.netrc);
    const login = netrcLogin(this.#netrc, url.hostname);
    return login && basic(login.name, login.password);
  }
}

function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
}

/** Plain http shows and lets through anything, so it is for this machine and for hosts that the user trusts. */
function refuseUnsafe(url: URL, settings: IndexSettings): void {
  if (url.protocol === "https:") return;
  if (url.protocol !== "http:")
    throw new SourcesProblem(`${shown(url)} cannot be asked: only http and https addresses can`);
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (!isHere && !isTrusted(url, settings))
    throw new SourcesProblem(
      `${shown(url)} is not https: add ${url.hostname} to trusted-host of pip.conf, or use https`,
    );
}

function isTrusted({ host, hostname }: URL, { trusted }: IndexSettings): boolean {
  return trusted.some((entry) => entry === host || entry === hostname);
}

function certificates(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new SourcesProblem(
      `the certificates ${file}, which pip.conf or the environment names, cannot be read`,
    );
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** An address as it is told: without a login and without what follows a question mark. */
export function shown({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

function refusal(at: URL, status: number): string {
  const why =
    status === 401 || status === 403
      ? "it lets nobody in without a login: .netrc or the index's address can have one"
      : status === 407
        ? "the proxy wants a login"
        : `status ${status}`;
  return `${shown(at)} refuses (${status}): ${why}`.replace(
    `(${status}): status ${status}`,
    `with status ${status}`,
  );
}

function unreachable(at: URL, error: unknown): SourcesProblem {
  return new SourcesProblem(`${shown(at)} cannot be reached (${codeOf(error)})`);
}

function codeOf(error: unknown): string {
  const { code, message, cause } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  return cause?.code ?? code ?? message;
}
