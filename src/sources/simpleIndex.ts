/** What a package index has of one package: its project page as JSON (PEP 691) or HTML (PEP 503). */
import { Parser } from "htmlparser2";
import { packageName } from "../engine/languages/python/packages.ts";
import type { Client } from "./http.ts";
import { shown } from "./http.ts";
import { SourcesProblem } from "./problem.ts";

export interface IndexFile {
  readonly filename: string;
  readonly url: string;
  /** `sha256` and its longer kin, in hexadecimal. */
  readonly hash?: { readonly algorithm: string; readonly value: string };
  readonly size?: number;
  readonly yanked: boolean;
  /** The index that has it. */
  readonly index: string;
}

const JSON_TYPE = "application/vnd.pypi.simple.v1+json";
const ACCEPT = `${JSON_TYPE}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1`;
/** The longest pages are of packages with thousands of releases. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Strongest first; older ones prove nothing. */
const ALGORITHMS = ["sha512", "sha384", "sha256"] as const;

/** Of all indexes together; empty when none has the package. */
export async function filesOf(
  client: Client,
  indexes: readonly string[],
  name: string,
  signal?: AbortSignal,
): Promise<readonly IndexFile[]> {
  const found = [];
  for (const index of indexes) found.push(...(await filesIn(client, index, name, signal)));
  return found;
}

async function filesIn(
  client: Client,
  index: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<readonly IndexFile[]> {
  const answer = await client.get(`${index}/${packageName(name)}/`, { accept: ACCEPT, signal });
  if (answer.status === 404) {
    answer.body.destroy();
    return [];
  }
  const page = new URL(answer.url);
  const text = await textOf(answer.body, page);
  const type = answer.header("content-type") ?? "";
  const files = /\bjson\b/.test(type) ? fromJson(text, page) : fromHtml(text, page);
  return files.map((file) => ({ ...file, index: shown(new URL(index)) }));
}

type Found = Omit<IndexFile, "index">;

function fromJson(text: string, page: URL): readonly Found[] {
  const files = parsed(text, page);
  return files.flatMap((given): Found[] => {
    const { filename, url, hashes, size, yanked } = (given ?? {}) as Record<string, unknown>;
    const target = typeof url === "string" ? addressOf(url, page) : undefined;
    if (typeof filename !== "string" || target === undefined) return [];
    const algorithm = ALGORITHMS.find(
      (one) => typeof (hashes as Record<string, unknown>)?.[one] === "string",
    );
    const value = algorithm && String((hashes as Record<string, unknown>)[algorithm]);
    return [
      {
        filename,
        url: target,
        ...(algorithm && value && { hash: { algorithm, value: value.toLowerCase() } }),
        ...(typeof size === "number" && { size }),
        // A reason is a text, and may be empty.
        yanked: yanked === true || typeof yanked === "string",
      },
    ];
  });
}

function parsed(text: string, page: URL): readonly unknown[] {
  try {
    const { files } = JSON.parse(text) as { readonly files?: unknown };
    if (Array.isArray(files)) return files;
  } catch {
    // Told below.
  }
  throw new SourcesProblem(`${shown(page)} answered with JSON that is no page of a package index`);
}

function fromHtml(text: string, page: URL): readonly Found[] {
  const files: Found[] = [];
  let base = page;
  const parser = new Parser({
    onopentag(tag, attributes) {
      if (tag === "base" && attributes.href) base = new URL(attributes.href, page);
      if (tag !== "a" || !attributes.href) return;
      const target = addressOf(attributes.href, base);
      if (target === undefined) return;
      const { pathname, hash } = new URL(target);
      const filename = decoded(pathname.slice(pathname.lastIndexOf("/") + 1));
      if (!ARCHIVE.test(filename)) return;
      const [, algorithm, value = ""] = /^#(?:.*&)?(sha512|sha384|sha256)=([0-9a-fA-F]+)/.exec(hash) ?? [];
      files.push({
        filename,
        url: target,
        ...(algorithm && { hash: { algorithm, value: value.toLowerCase() } }),
        yanked: attributes["data-yanked"] !== undefined,
      });
    },
  });
  parser.end(text);
  if (files.length === 0)
    throw new SourcesProblem(
      `${shown(page)} answered with a web page that lists no archives: is it a package index, or the page of a proxy?`,
    );
  return files;
}

const ARCHIVE = /\.(whl|zip|tar\.gz|tgz|tar\.bz2|egg|exe|msi|rpm)$/i;

function addressOf(text: string, base: URL): string | undefined {
  try {
    return new URL(text, base).href;
  } catch {
    return undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function textOf(body: AsyncIterable<Buffer>, page: URL): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > MOST_BYTES)
      throw new SourcesProblem(`${shown(page)} answered with more than any package index says`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
