/**
 * Positions in UTF-8 for clients that prefer it (LSP 3.17, `positionEncodings`): the server itself counts in UTF-16, and
 * what comes in and goes out is converted on the way, in whatever message a position stands.
 */
import { Buffer } from "node:buffer";
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageReader,
  type MessageWriter,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";

type Fields = Record<string, unknown>;

interface Position {
  readonly line: number;
  readonly character: number;
}

/** Counts the same characters another way; `line` is the text of the line. */
type Count = (line: string, character: number) => number;

const toUtf16: Count = (line, character) => Buffer.from(line).subarray(0, character).toString().length;
const toUtf8: Count = (line, character) => Buffer.byteLength(line.slice(0, character));

/** Both ends of a connection; `read` gives the text of a file that is not open. */
export function withEncodings(
  reader: MessageReader,
  writer: MessageWriter,
  read: (uri: string) => string | undefined,
): readonly [MessageReader, MessageWriter] {
  const positions = new Positions(read);
  return [new EncodedReader(reader, positions), new EncodedWriter(writer, positions)];
}

class Positions {
  readonly #read: (uri: string) => string | undefined;
  readonly #open = new Map<string, TextDocument>();
  /** The documents of requests under way, for the positions in their answers. */
  readonly #asked = new Map<unknown, string>();
  #initialize: unknown;
  #isUtf8 = false;

  constructor(read: (uri: string) => string | undefined) {
    this.#read = read;
  }

  incoming(message: Message): Message {
    const { id, method, params } = message as Message & { id?: unknown; method?: string; params?: unknown };
    if (method === "initialize") {
      this.#initialize = id;
      this.#isUtf8 = preferred(params) === "utf-8";
    }
    if (!this.#isUtf8 || method === undefined || !isFields(params)) return message;
    const uri = uriIn(params);
    if (method === "textDocument/didOpen") this.#opened(params);
    if (method === "textDocument/didChange") return { ...message, params: this.#changed(params) } as Message;
    if (method === "textDocument/didClose" && uri !== undefined) this.#open.delete(uri);
    if (id !== undefined && uri !== undefined) this.#asked.set(id, uri);
    return { ...message, params: this.#convert(params, uri, toUtf16) } as Message;
  }

  outgoing(message: Message): Message {
    const { id, method, params, result } = message as Message & {
      id?: unknown;
      method?: string;
      params?: unknown;
      result?: unknown;
    };
    if (method === undefined && id !== undefined && id === this.#initialize && isFields(result))
      return { ...message, result: this.#announced(result) } as Message;
    if (!this.#isUtf8) return message;
    if (method !== undefined)
      return { ...message, params: this.#convert(params, undefined, toUtf8) } as Message;
    const uri = this.#asked.get(id);
    this.#asked.delete(id);
    return result === undefined
      ? message
      : ({ ...message, result: this.#convert(result, uri, toUtf8) } as Message);
  }

  #announced(result: Fields): Fields {
    const capabilities = isFields(result.capabilities) ? result.capabilities : {};
    const positionEncoding = this.#isUtf8 ? "utf-8" : "utf-16";
    return { ...result, capabilities: { positionEncoding, ...capabilities } };
  }

  #opened({ textDocument }: Fields): void {
    if (!isFields(textDocument)) return;
    const { uri, languageId, version, text } = textDocument;
    if (typeof uri === "string" && typeof text === "string")
      this.#open.set(uri, TextDocument.create(uri, String(languageId), Number(version), text));
  }

  /** One change after the other, since each counts in the text that those before it left. */
  #changed(params: Fields): Fields {
    const uri = uriIn(params);
    const document = uri === undefined ? undefined : this.#open.get(uri);
    if (!document || !Array.isArray(params.contentChanges)) return params;
    const contentChanges = params.contentChanges.map((change) => {
      const converted = this.#convert(change, uri, toUtf16);
      if (isFields(converted) && typeof converted.text === "string")
        TextDocument.update(document, [converted as { text: string }], document.version + 1);
      return converted;
    });
    return { ...params, contentChanges };
  }

  /** Every position in the value; the document is the nearest that an object around it names. */
  #convert(value: unknown, uri: string | undefined, count: Count): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#convert(item, uri, count));
    if (!isFields(value)) return value;
    if (isPosition(value)) return this.#moved(value, uri, count);
    const own = uriIn(value) ?? uri;
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => {
        // What an action carries comes back as it was; `changes` of an edit has its documents as names.
        if (key === "data" || key === "arguments") return [key, field];
        return [key, this.#convert(field, /^[a-z][\w+.-]*:/i.test(key) ? key : own, count)];
      }),
    );
  }

  #moved(position: Position, uri: string | undefined, count: Count): Position {
    const { line, character } = position;
    const text = uri === undefined ? undefined : this.#lineOf(uri, line);
    return text === undefined ? position : { line, character: count(text, character) };
  }

  #lineOf(uri: string, line: number): string | undefined {
    const document = this.#open.get(uri);
    if (document)
      return document.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } });
    return this.#read(uri)?.split(/\r\n|\r|\n/)[line];
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPosition(value: Fields): value is Fields & Position {
  return typeof value.line === "number" && typeof value.character === "number";
}

function uriIn(value: Fields): string | undefined {
  const { uri, textDocument } = value;
  if (typeof uri === "string") return uri;
  return isFields(textDocument) && typeof textDocument.uri === "string" ? textDocument.uri : undefined;
}

function preferred(params: unknown): unknown {
  const capabilities = isFields(params) ? params.capabilities : undefined;
  const general = isFields(capabilities) ? capabilities.general : undefined;
  const encodings = isFields(general) ? general.positionEncodings : undefined;
  return Array.isArray(encodings)
    ? encodings.find((encoding) => encoding === "utf-8" || encoding === "utf-16")
    : undefined;
}

class EncodedReader extends AbstractMessageReader {
  readonly #reader: MessageReader;
  readonly #positions: Positions;

  constructor(reader: MessageReader, positions: Positions) {
    super();
    this.#reader = reader;
    this.#positions = positions;
    reader.onError((error) => this.fireError(error));
    reader.onClose(() => this.fireClose());
  }

  listen(callback: DataCallback): Disposable {
    return this.#reader.listen((message) => callback(this.#positions.incoming(message)));
  }
}

class EncodedWriter extends AbstractMessageWriter {
  readonly #writer: MessageWriter;
  readonly #positions: Positions;

  constructor(writer: MessageWriter, positions: Positions) {
    super();
    this.#writer = writer;
    this.#positions = positions;
    writer.onError(([error, message, count]) => this.fireError(error, message, count));
    writer.onClose(() => this.fireClose());
  }

  write(message: Message): Promise<void> {
    return this.#writer.write(this.#positions.outgoing(message));
  }

  end(): void {
    this.#writer.end();
  }
}
