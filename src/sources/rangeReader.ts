/** A large archive at an address: only the parts that are asked for are fetched (range requests). */
import { PassThrough, type Readable } from "node:stream";
import { type Entry, RandomAccessReader } from "yauzl";
import type { Client } from "./http.ts";
import { SourcesProblem } from "./problem.ts";

interface Part {
  readonly start: number;
  readonly bytes: Buffer;
}

/** An archive's directory is at its end; most fit in here. */
const TAIL = 256 * 1024;
/** Parts that lie as near as this are fetched as one. */
const GAP = 128 * 1024;
const MOST_AT_ONCE = 8 * 1024 * 1024;
/** A local header may be longer than the directory says: it can have fields of its own. */
const HEADER = 30 + 1024;

export class RangeReader extends RandomAccessReader {
  readonly #parts: Part[] = [];

  private constructor(
    private readonly client: Client,
    private readonly url: string,
    readonly size: number,
    private readonly options: RangeOptions,
  ) {
    super();
  }

  /** Undefined where the server gives no ranges. */
  static async open(client: Client, url: string, options: RangeOptions): Promise<RangeReader | undefined> {
    const { status, header, body } = await client.get(url, {
      range: `bytes=-${TAIL}`,
      signal: options.signal,
    });
    const range = status === 206 ? rangeOf(header("content-range")) : undefined;
    if (!range) {
      body.destroy();
      return undefined;
    }
    const reader = new RangeReader(client, url, range.size, options);
    reader.#parts.push({ start: range.start, bytes: await reader.#bytesOf(body, range.size - range.start) });
    return reader;
  }

  /** Fetches what these entries need, neighbours together. */
  async prefetch(entries: readonly Entry[]): Promise<void> {
    const spans = entries
      .map(({ relativeOffsetOfLocalHeader: start, compressedSize, fileNameLength }) => ({
        start,
        end: Math.min(this.size, start + HEADER + fileNameLength + compressedSize),
      }))
      .filter(({ start, end }) => !this.#partWith(start, end))
      .sort((a, b) => a.start - b.start);
    const joined: { start: number; end: number }[] = [];
    for (const span of spans) {
      const last = joined.at(-1);
      if (last && span.start - last.end <= GAP && span.end - last.start <= MOST_AT_ONCE)
        last.end = Math.max(last.end, span.end);
      else joined.push({ ...span });
    }
    for (const { start, end } of joined) await this.#fetch(start, end);
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#slice(position, position + length).then((bytes) => {
      bytes.copy(buffer, offset);
      callback(null);
    }, callback);
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const stream = new PassThrough();
    this.#slice(start, end).then(
      (bytes) => stream.end(bytes),
      (error) => stream.destroy(error),
    );
    return stream;
  }

  async #slice(start: number, end: number): Promise<Buffer> {
    if (!this.#partWith(start, end))
      await this.#fetch(start, Math.min(this.size, Math.max(end, start + GAP)));
    const part = this.#partWith(start, end);
    if (!part) throw new SourcesProblem("it is damaged (its directory leads out of the archive)");
    return part.bytes.subarray(start - part.start, end - part.start);
  }

  #partWith(start: number, end: number): Part | undefined {
    return this.#parts.find((part) => part.start <= start && end <= part.start + part.bytes.length);
  }

  async #fetch(start: number, end: number): Promise<void> {
    const { signal } = this.options;
    const { status, header, body } = await this.client.get(this.url, {
      range: `bytes=${start}-${end - 1}`,
      signal,
    });
    const range = status === 206 ? rangeOf(header("content-range")) : undefined;
    if (!range || range.start !== start || range.size !== this.size) {
      body.destroy();
      throw new SourcesProblem("its server gives parts of it, and then others than were asked for");
    }
    this.#parts.push({ start, bytes: await this.#bytesOf(body, end - start) });
  }

  async #bytesOf(body: AsyncIterable<Buffer>, length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let count = 0;
    for await (const part of body) {
      count += part.length;
      if (count > length) break;
      parts.push(part);
      this.options.onBytes?.(part.length);
    }
    if (count !== length)
      throw new SourcesProblem("its server gave a part of another length than was asked for");
    return Buffer.concat(parts);
  }
}

export interface RangeOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: (count: number) => void;
}

/** `bytes 100-199/2000` */
function rangeOf(header: string | undefined): { readonly start: number; readonly size: number } | undefined {
  const [, start, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(header ?? "") ?? [];
  return start === undefined ? undefined : { start: Number(start), size: Number(size) };
}
