/**
 * The bytes of a source file as text and back. A byte order mark says the encoding; else Python's coding line (PEP 263)
 * does; else it is UTF-8. Python refuses a file whose bytes do not fit, other languages show U+FFFD there.
 */
import iconv from "iconv-lite";

export interface Encoding {
  /** As iconv knows it. */
  readonly name: string;
  /** The file starts with a UTF-8 byte order mark, which is no part of its text. */
  readonly bom: boolean;
}

export interface Decoded {
  readonly text: string;
  readonly encoding: Encoding;
  /** The first line whose bytes are none of the encoding's, or that would be written back with other bytes. */
  readonly invalidLine?: number;
}

export interface Undecodable {
  /** What is wrong with the file, and what to do: `is UTF-16: save it as UTF-8`. */
  readonly problem: string;
}

const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF8 = "utf-8";

export function decode(bytes: Buffer, file: string): Decoded | Undecodable {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return { problem: "is UTF-16, which is not read: save it as UTF-8" };
  const bom = bytes.subarray(0, 3).equals(UTF8_BOM);
  const declared = isPython(file) ? codingLine(bytes.subarray(bom ? 3 : 0)) : undefined;
  const name = declared === undefined ? UTF8 : codecOf(declared);
  if (name === undefined)
    return { problem: `names the encoding ${declared}, which is not known: save it as UTF-8` };
  if (bom && name !== UTF8)
    return {
      problem: `has a UTF-8 byte order mark, but its coding line says ${declared}: remove one of them`,
    };
  const encoding = { name, bom };
  const text = iconv.decode(bom ? bytes.subarray(3) : bytes, name, { stripBOM: false });
  const back = encode(text, encoding);
  if (back.equals(bytes)) return { text, encoding };
  return { text, encoding, invalidLine: lineOf(bytes, firstDifference(bytes, back)) };
}

/** A source file's text for the engine, or why it gives none, as what follows the file's name. */
export type SourceText = { readonly text: string } | { readonly problem: string };

export function sourceText(bytes: Buffer, file: string): SourceText {
  const decoded = decode(bytes, file);
  if ("problem" in decoded) return decoded;
  const { text, encoding, invalidLine } = decoded;
  if (invalidLine !== undefined && isPython(file)) return { problem: invalidBytes(invalidLine, encoding) };
  return { text: withLineFeeds(text) };
}

/** Characters that the encoding lacks become `?`: decode again to see. */
export function encode(text: string, { name, bom }: Encoding): Buffer {
  const bytes = iconv.encode(text, name, { addBOM: false });
  return bom ? Buffer.concat([UTF8_BOM, bytes]) : bytes;
}

/** What to say of a file whose bytes do not fit. */
export function invalidBytes(line: number, { name }: Encoding): string {
  return `line ${line} has bytes that are not ${name}: save the file as UTF-8, or name its encoding in a coding line`;
}

/** A return alone ends lines of old files; as one line feed, lines and columns stay what they are. */
export function withLineFeeds(text: string): string {
  return text.replaceAll(/\r(?!\n)/g, "\n");
}

export function isPython(file: string): boolean {
  return /\.pyi?$/i.test(file);
}

/** PEP 263: in the first line, or in the second where the first is blank or a comment. */
function codingLine(bytes: Buffer): string | undefined {
  const [first = "", second = ""] = bytes.toString("latin1", 0, 1024).split(/\r\n|\r|\n/);
  const cookie = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;
  const isBlank = /^[ \t\f]*(?:#.*)?$/.test(first);
  return cookie.exec(first)?.[1] ?? (isBlank ? cookie.exec(second)?.[1] : undefined);
}

/** Python's own names of the common two go with an editor's suffix (`utf-8-unix`). */
function codecOf(declared: string): string | undefined {
  const name = declared.toLowerCase().replaceAll("_", "-");
  if (/^(utf-?8|u8|utf)(-|$)/.test(name)) return UTF8;
  if (/^(latin-?1|iso-8859-1|iso-latin-1)(-|$)/.test(name)) return "iso-8859-1";
  return iconv.encodingExists(name) && keepsAscii(name) ? name : undefined;
}

/** A coding line can be read only in an encoding that has ASCII in it; iconv also knows Base64 and the like. */
function keepsAscii(name: string): boolean {
  const line = "# -*- coding: x -*-\n";
  return iconv.encode(line, name).toString("latin1") === line;
}

function firstDifference(one: Buffer, other: Buffer): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}

function lineOf(bytes: Buffer, offset: number): number {
  return bytes.toString("latin1", 0, offset).split(/\r\n|\r|\n/).length;
}
