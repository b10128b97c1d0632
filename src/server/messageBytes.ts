/**
 * What stands between standard input and the message reader, which waits for ever once a header is broken: only whole
 * messages pass. After bytes that are none, it goes on at the next header. A header inside of what should be one message
 * shows that its length was wrong, for JSON has no bare line end in its texts.
 */
import { Transform, type TransformCallback } from "node:stream";

/** A larger message is refused before it is waited for. */
const LARGEST = 64 * 1024 * 1024;
/** No header block is longer; what is looked for again at the start of new bytes. */
const HEADER = 4096;

const LENGTH = /content-length:/gi;
const BLOCK =
  /content-length:[ \t]*(\d{1,20})[ \t]*\r\n(?:(?![\w-]*content-length:)[\w-]{1,40}:[^\r\n]{0,500}\r\n){0,4}\r\n/iy;
/** Header fields that stand before the length. */
const FIELDS = /^(?:(?![\w-]*content-length:)[\w-]{1,40}:[^\r\n]{0,500}\r\n){0,4}$/i;

interface Header {
  readonly start: number;
  readonly end: number;
  readonly length: number;
}

export class MessageBytes extends Transform {
  readonly #log: (text: string) => void;
  readonly #bytes = new ByteQueue();
  /** How many bytes the message has whose header was read. */
  #body: number | undefined;
  /** Bytes that hold no whole header. */
  #searched = 0;
  /** Bytes were dropped since the last message. */
  #lost = false;

  /** `log` hears of every stretch that was dropped. */
  constructor(log: (text: string) => void) {
    super();
    this.#log = log;
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.#bytes.append(chunk);
    while (this.#body === undefined ? this.#readHeader() : this.#readBody(this.#body)) {}
    done();
  }

  /** True when there is more to do with the bytes at hand. */
  #readHeader(): boolean {
    const header = this.#nextHeader();
    if (!header) {
      this.#dropNoHeader();
      return false;
    }
    if (!FIELDS.test(this.#bytes.text(0, header.start))) this.#lose("bytes that are no message");
    this.#drop(header.end);
    if (header.length <= LARGEST) this.#body = header.length;
    else this.#lose(`a message of ${header.length} bytes, more than the ${LARGEST} that are read`);
    return true;
  }

  #readBody(length: number): boolean {
    const next = this.#nextHeader();
    const isWhole = this.#bytes.length >= length;
    const isCut = next !== undefined && next.start < length;
    if (!isWhole && !isCut) return false;
    this.#body = undefined;
    this.#searched = 0;
    const body = this.#bytes.slice(isCut ? 0 : length);
    if (isCut || !isMessage(body)) {
      this.#lose(`a message that is not of the ${length} bytes that its header says`);
      return true;
    }
    this.#lost = false;
    this.push(Buffer.concat([Buffer.from(`Content-Length: ${length}\r\n\r\n`), body]));
    this.#drop(length);
    return true;
  }

  #nextHeader(): Header | undefined {
    const from = Math.max(0, this.#searched - HEADER);
    const text = this.#bytes.text(from, this.#bytes.length);
    for (const { index } of text.matchAll(LENGTH)) {
      BLOCK.lastIndex = index;
      const block = BLOCK.exec(text);
      if (!block) continue;
      return { start: from + index, end: from + BLOCK.lastIndex, length: Number(block[1]) };
    }
    this.#searched = this.#bytes.length;
    return undefined;
  }

  /** Keeps what may become a header. */
  #dropNoHeader(): void {
    const text = this.#bytes.text(0, this.#bytes.length);
    const blank = text.lastIndexOf("\r\n\r\n");
    const useless = Math.max(blank < 0 ? 0 : blank + 4, text.length - HEADER);
    if (useless <= 0) return;
    this.#lose("bytes that are no message");
    this.#drop(useless);
  }

  #drop(count: number): void {
    this.#bytes.drop(count);
    this.#searched = 0;
  }

  #lose(what: string): void {
    if (!this.#lost) this.#log(`dropped ${what}; reading on at the next header`);
    this.#lost = true;
  }
}

/** JSON objects and lists start and end so; whether it is JSON at all is the reader's business. */
function isMessage(body: Buffer): boolean {
  return (
    /^\s*[{[]/.test(body.toString("latin1", 0, 64)) &&
    /[}\]]\s*$/.test(body.toString("latin1", body.length - 64))
  );
}

/** Bytes that come at one end and go at the other; every one is copied a few times at most. */
class ByteQueue {
  #bytes = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  append(chunk: Buffer): void {
    if (this.#end + chunk.length > this.#bytes.length) {
      const roomier = Buffer.allocUnsafe(Math.max(this.length * 2, this.length + chunk.length));
      this.#bytes.copy(roomier, 0, this.#start, this.#end);
      this.#end = this.length;
      this.#start = 0;
      this.#bytes = roomier;
    }
    chunk.copy(this.#bytes, this.#end);
    this.#end += chunk.length;
  }

  text(from: number, to: number): string {
    return this.#bytes.toString("latin1", this.#start + from, this.#start + to);
  }

  slice(length: number): Buffer {
    return Buffer.from(this.#bytes.subarray(this.#start, this.#start + length));
  }

  drop(count: number): void {
    this.#start += count;
  }
}
