/** Text as bytes and back. Bytes are kept as text of one unit a byte. */
import type { Interp } from "../../interpret/interp.ts";
import { Bytes, type Unknown } from "../../interpret/values.ts";

/** The one name of an encoding that goes by many. */
function nameOf(encoding: string): string {
  const name = encoding.toLowerCase().replace(/[_ -]/g, "");
  if (name === "u8" || name === "utf" || name === "utf8") return "utf8";
  if (name === "usascii") return "ascii";
  return name === "iso88591" || name === "l1" || name === "latin" ? "latin1" : name;
}

function isLone(char: string): boolean {
  return /^[\ud800-\udfff]$/.test(char);
}

function utf8(text: string): string {
  return Array.from(new TextEncoder().encode(text), (code) => String.fromCharCode(code)).join("");
}

/** A number as `size` bytes, the lowest first unless `isBig`. */
function bytesOf(code: number, size: number, isBig: boolean): string {
  const bytes = Array.from({ length: size }, (_, i) => String.fromCharCode((code >>> (8 * i)) & 255));
  return (isBig ? bytes.reverse() : bytes).join("");
}

function wide(text: string, size: 2 | 4, order: string): string {
  const codes =
    size === 2
      ? Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))
      : Array.from(text, (char) => char.codePointAt(0)!);
  const mark = order === "" ? bytesOf(0xfeff, size, false) : "";
  return mark + codes.map((code) => bytesOf(code, size, order === "be")).join("");
}

/** `text.encode(encoding, errors)`. */
export function encode(interp: Interp, text: string, encoding: string, errors: string): Bytes | Unknown {
  interp.tick(text.length >> 2);
  const name = nameOf(encoding);
  if (!interp.allowsText(4 * text.length)) return interp.unknown("text too long");
  const limit = name === "ascii" ? 0x7f : name === "latin1" ? 0xff : 0x10ffff;
  const kept: string[] = [];
  for (const char of text) {
    if (!isLone(char) && char.codePointAt(0)! <= limit) kept.push(char);
    else if (errors === "replace") kept.push("?");
    else if (errors === "strict")
      return interp.fail("UnicodeEncodeError", `'${encoding}' codec can't encode a character`);
    else if (errors !== "ignore") return interp.unknown(`the errors handler ${errors} is not followed`);
  }
  const clean = kept.join("");
  if (name === "utf8") return new Bytes(utf8(clean));
  if (name === "utf8sig") return new Bytes(utf8(`\ufeff${clean}`));
  if (name === "ascii" || name === "latin1") return new Bytes(clean);
  const [, size, order = ""] = /^utf(16|32)(le|be)?$/.exec(name) ?? [];
  if (size === undefined) return interp.unknown(`the encoding ${encoding} is not followed`);
  return new Bytes(wide(clean, size === "16" ? 2 : 4, order));
}

/** `bytes.decode(encoding, errors)`. */
export function decode(interp: Interp, bytes: string, encoding: string, errors: string): string | Unknown {
  interp.tick(bytes.length >> 2);
  const name = nameOf(encoding);
  if (name === "latin1") return bytes;
  if (name !== "ascii" && name !== "utf8") return interp.unknown(`the encoding ${encoding} is not followed`);
  const codes = Uint8Array.from(bytes, (char) => char.charCodeAt(0));
  try {
    if (name === "utf8" || codes.every((code) => code < 0x80))
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(codes);
  } catch {
    // Told below, as bytes that are no ASCII are.
  }
  if (errors !== "strict") return interp.unknown(`the errors handler ${errors} is not followed`);
  return interp.fail("UnicodeDecodeError", `'${encoding}' codec can't decode a byte`);
}
