/**
 * Reads signatures as Python writes them: `input, weight, bias=None, *, stride=(1, 1), **kwargs`. A question mark says
 * what the real function takes and we do not follow: `?where=None` one parameter, `*?` further arguments, `**?` further
 * keywords. A call that gives one of these, and not its default, has an answer that is not known.
 */
import { Float, Tuple, type Value } from "./values.ts";

export interface SignatureParam {
  readonly name: string;
  readonly required: boolean;
  readonly fallback: Value;
  readonly keywordOnly: boolean;
  /** The real function has it, and we do not follow what it does. */
  readonly unmodelled: boolean;
}

export interface ParsedSignature {
  readonly params: readonly SignatureParam[];
  readonly names: ReadonlySet<string>;
  readonly rest?: string;
  readonly keywords?: string;
  /** There may be further arguments or keywords, which are not followed. */
  readonly moreArguments: boolean;
  readonly moreKeywords: boolean;
  /** Parameters that are not followed. */
  readonly unmodelled: readonly SignatureParam[];
  /** How many positional arguments alone make a call complete: at least, and at most. */
  readonly enough: number;
  readonly most: number;
  /** All parameters with their fallbacks, for such calls. */
  readonly fallbacks: Readonly<Record<string, Value>>;
}

export function parseSignature(text: string): ParsedSignature {
  const params: SignatureParam[] = [];
  let rest: string | undefined;
  let keywords: string | undefined;
  let keywordOnly = false;
  let moreArguments = false;
  let moreKeywords = false;
  for (const part of splitTop(text)) {
    if (part === "" || part === "/") continue;
    if (part === "*") keywordOnly = true;
    else if (part === "**?") moreKeywords = true;
    else if (part === "*?") keywordOnly = moreArguments = true;
    else if (part.startsWith("**")) keywords = part.slice(2);
    else if (part.startsWith("*")) {
      rest = part.slice(1);
      keywordOnly = true;
    } else {
      const equals = part.indexOf("=");
      const unmodelled = part.startsWith("?");
      const name = part.slice(unmodelled ? 1 : 0, equals < 0 ? undefined : equals).trim();
      const fallback = equals < 0 ? undefined : parseDefault(part.slice(equals + 1).trim());
      params.push({ name, required: equals < 0, fallback, keywordOnly, unmodelled });
    }
  }
  const positional = params.filter((param) => !param.keywordOnly);
  const isPlain = rest === undefined && keywords === undefined && params.length === positional.length;
  // Calls that reach a parameter which is not followed are looked at one argument at a time.
  const followed = positional.findIndex((param) => param.unmodelled);
  return {
    params,
    moreArguments,
    moreKeywords,
    unmodelled: params.filter((param) => param.unmodelled),
    names: new Set(params.map((param) => param.name)),
    enough: isPlain ? positional.findLastIndex((param) => param.required) + 1 : Number.POSITIVE_INFINITY,
    most: followed < 0 ? positional.length : followed,
    fallbacks: Object.fromEntries(params.map(({ name, fallback }) => [name, fallback])),
    ...(rest === undefined ? {} : { rest }),
    ...(keywords === undefined ? {} : { keywords }),
  };
}

/** Splits at commas outside brackets and quotes. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = "";
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quote) {
      if (c === quote) quote = "";
    } else if (c === "'" || c === '"') quote = c;
    else if (c === "(" || c === "[") depth++;
    else if (c === ")" || c === "]") depth--;
    else if (c === "," && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts;
}

/** int, float, str, tuple, None, True, False, and JS undefined. */
function parseDefault(text: string): Value {
  if (text === "None" || text === "null") return null;
  if (text === "undefined") return undefined;
  if (text === "True" || text === "true") return true;
  if (text === "False" || text === "false") return false;
  if (text.startsWith("'") || text.startsWith('"')) return text.slice(1, -1);
  if (text.startsWith("(")) {
    return new Tuple(
      splitTop(text.slice(1, -1))
        .filter((part) => part !== "")
        .map(parseDefault),
    );
  }
  const number = Number(text);
  if (Number.isNaN(number)) throw new Error(`bad default in a signature: ${text}`);
  return /[.e]/.test(text) ? new Float(number) : number;
}
