/** A package index on loopback, whose answers a test may spoil, and archives for it made in memory. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { Header } from "tar";

export type Respond = (request: IncomingMessage, response: ServerResponse) => void;

export interface Served {
  readonly filename: string;
  readonly bytes: Uint8Array;
  /** In place of what is true. */
  readonly sha256?: string | null;
  readonly size?: number;
  readonly yanked?: boolean | string;
}

export class IndexServer {
  /** By path; goes before what the server would answer. */
  readonly overrides = new Map<string, Respond>();
  readonly requests: { readonly path: string; readonly headers: IncomingMessage["headers"] }[] = [];
  page: "json" | "html" = "json";
  ranges = true;
  readonly #packages = new Map<string, Served[]>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(): Promise<IndexServer> {
    const index = new IndexServer();
    await new Promise<void>((resolve) => index.#server.listen(0, "127.0.0.1", resolve));
    return index;
  }

  get server(): Server {
    return this.#server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `${this.origin}/simple`;
  }

  serve(name: string, ...files: Served[]): void {
    this.#packages.set(name, [...(this.#packages.get(name) ?? []), ...files]);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? "/", "http://here");
    this.requests.push({ path: pathname, headers: request.headers });
    const override = this.overrides.get(pathname);
    if (override) {
      override(request, response);
      return;
    }
    const [, name = ""] = /^\/simple\/([^/]+)\/$/.exec(pathname) ?? [];
    const files = this.#packages.get(name);
    const served = [...this.#packages.values()]
      .flat()
      .find(({ filename }) => pathname === `/files/${encodeURIComponent(filename)}`);
    if (files && this.page === "json") json(files, response);
    else if (files) html(name, files, response);
    else if (served) this.#file(Buffer.from(served.bytes), request, response);
    else response.writeHead(404).end("none");
  }

  #file(bytes: Buffer, { headers }: IncomingMessage, response: ServerResponse): void {
    const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? "") ?? [];
    if (!this.ranges || from === undefined || to === undefined) {
      response.writeHead(200, { "content-length": bytes.length }).end(bytes);
      return;
    }
    const start = from === "" ? Math.max(0, bytes.length - Number(to)) : Number(from);
    const end = from === "" ? bytes.length : Math.min(bytes.length, Number(to) + 1);
    response
      .writeHead(206, {
        "content-range": `bytes ${start}-${end - 1}/${bytes.length}`,
        "content-length": end - start,
      })
      .end(bytes.subarray(start, end));
  }
}

function hashOf({ bytes, sha256 }: Served): string | null {
  return sha256 === undefined ? createHash("sha256").update(bytes).digest("hex") : sha256;
}

function json(files: readonly Served[], response: ServerResponse): void {
  response.setHeader("content-type", "application/vnd.pypi.simple.v1+json");
  const told = files.map((file) => ({
    filename: file.filename,
    url: `../../files/${encodeURIComponent(file.filename)}`,
    hashes: hashOf(file) === null ? {} : { sha256: hashOf(file) },
    size: file.size ?? file.bytes.length,
    ...(file.yanked !== undefined && { yanked: file.yanked }),
  }));
  response.end(JSON.stringify({ meta: { "api-version": "1.1" }, files: told }));
}

function html(name: string, files: readonly Served[], response: ServerResponse): void {
  response.setHeader("content-type", "text/html");
  const links = files.map((file) => {
    const fragment = hashOf(file) === null ? "" : `#sha256=${hashOf(file)}`;
    const yanked = file.yanked === undefined ? "" : ` data-yanked="${file.yanked}"`;
    return `<a href="/files/${encodeURIComponent(file.filename)}${fragment}"${yanked}>${file.filename}</a><br>`;
  });
  response.end(`<!DOCTYPE html><html><body><h1>Links for ${name}</h1>${links.join("\n")}</body></html>`);
}

/** A wheel of these files, with the metadata that real ones have. */
export function wheel(
  name: string,
  version: string,
  files: Readonly<Record<string, string>>,
  {
    requires = [],
    tag = "py3-none-any",
  }: { readonly requires?: readonly string[]; readonly tag?: string } = {},
): Served {
  const info = `${name}-${version}.dist-info`;
  const metadata = [
    "Metadata-Version: 2.1",
    `Name: ${name}`,
    `Version: ${version}`,
    ...requires.map((one) => `Requires-Dist: ${one}`),
    "",
    "Text.",
  ].join("\n");
  const all: Record<string, string> = { ...files, [`${info}/METADATA`]: metadata };
  const record = Object.entries(all).map(
    ([file, text]) =>
      `${file},sha256=${createHash("sha256").update(text).digest("base64url")},${Buffer.byteLength(text)}`,
  );
  all[`${info}/RECORD`] = [...record, `${info}/RECORD,,`, ""].join("\n");
  return { filename: `${name}-${version}-${tag}.whl`, bytes: zip(all) };
}

export function zip(files: Readonly<Record<string, string>>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(files).map(([file, text]) => [file, Buffer.from(text)])));
}

export interface TarEntry {
  readonly path: string;
  readonly text?: string;
  readonly link?: string;
}

export function tarGz(entries: readonly TarEntry[]): Uint8Array {
  const blocks = entries.flatMap(({ path, text = "", link }) => {
    const content = Buffer.from(link === undefined ? text : "");
    const block = Buffer.alloc(512);
    new Header({
      path,
      mode: 0o644,
      size: content.length,
      mtime: new Date(0),
      type: link === undefined ? "File" : "SymbolicLink",
      ...(link !== undefined && { linkpath: link }),
    }).encode(block);
    return [block, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
