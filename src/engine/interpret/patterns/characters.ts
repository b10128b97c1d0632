/**
 * What one character of a pattern matches. The host's own expressions decide, each over a single character, where they
 * can neither loop nor go back: cases, classes and Unicode properties are then the host's to the letter.
 */
import { escapePattern } from "./escape.ts";

export type CharacterTest = (code: number) => boolean;

/** Codes whose answers are kept in a table. */
const TABLED = 256;

/** Characters that mean something in a pattern but stand for themselves where the syntax let them through. */
export function isLiteral(text: string): boolean {
  return text === "]" || text === "{" || text === "}";
}

/** `source` is one character, escape or class. */
export function characterTest(source: string, flags: string): CharacterTest {
  const isCased = flags.includes("i");
  if (!isCased && /^[^\\[.]$/u.test(source)) {
    const own = source.codePointAt(0)!;
    return (code) => code === own;
  }
  const modes = [...new Set(flags)].filter((flag) => "ius".includes(flag)).join("");
  const regex = new RegExp(`^(?:${source})$`, modes);
  const known = new Uint8Array(TABLED);
  return (code) => {
    if (code >= TABLED) return regex.test(String.fromCodePoint(code));
    if (known[code] === 0) known[code] = regex.test(String.fromCharCode(code)) ? 1 : 2;
    return known[code] === 1;
  };
}

/** Are two characters one to these flags? */
export function areAlike(a: number, b: number, flags: string): boolean {
  if (a === b) return true;
  if (!flags.includes("i")) return false;
  const text = String.fromCodePoint(a);
  return new RegExp(`^(?:${escapePattern(text)})$`, flags.includes("u") ? "iu" : "i").test(
    String.fromCodePoint(b),
  );
}

export function isLineEnd(code: number): boolean {
  return code === 10 || code === 13 || code === 0x2028 || code === 0x2029;
}
