/** Reads a Python literal: what `ast.literal_eval` takes, and `eval` of plain data. */
import { entryOf } from "../../base/table.ts";
import {
  ABSENT,
  type Absent,
  Bytes,
  Dict,
  Float,
  INTEGER_TOO_LARGE,
  List,
  SetValue,
  Tuple,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import { whole } from "./integers.ts";

const NUMBER =
  /^[+-]?(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/;
const WORDS: Readonly<Record<string, Value>> = { None: null, True: true, False: false };
const CLOSERS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "0": "\0", "\n": "" };

/** The value of a literal expression; ABSENT when the text is anything else. */
export function literal(text: string): Value | Absent {
  const reader = new Reader(text);
  const value = reader.read();
  return value !== ABSENT && reader.atEnd() ? value : ABSENT;
}

class Reader {
  private place = 0;
  constructor(private readonly text: string) {}

  atEnd(): boolean {
    this.skip();
    return this.place >= this.text.length;
  }

  private skip(): void {
    while (/\s/.test(this.text[this.place] ?? "")) this.place++;
  }

  private take(mark: string): boolean {
    this.skip();
    if (!this.text.startsWith(mark, this.place)) return false;
    this.place += mark.length;
    return true;
  }

  read(): Value | Absent {
    this.skip();
    const rest = this.text.slice(this.place);
    const word = /^(None|True|False)\b/.exec(rest)?.[0];
    if (word !== undefined) {
      this.place += word.length;
      return entryOf(WORDS, word);
    }
    const number = NUMBER.exec(rest)?.[0];
    if (number !== undefined) {
      this.place += number.length;
      return numberOf(number.replaceAll("_", ""));
    }
    const quote = /^([rRbBuU]{0,2})('''|"""|'|")/.exec(rest);
    if (quote) return this.string(quote[1] ?? "", quote[2] ?? "'");
    const open = rest[0] ?? "";
    if (!Object.hasOwn(CLOSERS, open)) return ABSENT;
    this.place++;
    return open === "{" ? this.braces() : this.sequence(open);
  }

  private string(prefix: string, mark: string): Value | Absent {
    this.place += prefix.length + mark.length;
    const isRaw = /r/i.test(prefix);
    let value = "";
    while (!this.text.startsWith(mark, this.place)) {
      const char = this.text[this.place];
      if (char === undefined) return ABSENT;
      if (char === "\\" && !isRaw) {
        const next = this.text[this.place + 1] ?? "";
        value += entryOf(ESCAPES, next) ?? next;
        this.place += 2;
      } else {
        value += char;
        this.place++;
      }
    }
    this.place += mark.length;
    return /b/i.test(prefix) ? new Bytes(value) : value;
  }

  private sequence(open: string): Value | Absent {
    const close = entryOf(CLOSERS, open) ?? "]";
    const items: Value[] = [];
    let hadComma = false;
    while (!this.take(close)) {
      const item = this.read();
      if (item === ABSENT) return ABSENT;
      items.push(item);
      if (this.take(",")) hadComma = true;
      else if (this.take(close)) break;
      else return ABSENT;
    }
    if (open === "[") return new List(items);
    return items.length === 1 && !hadComma ? items[0] : new Tuple(items);
  }

  /** Keys of literals are texts and numbers in all but strange cases; others are no literal here. */
  private braces(): Value | Absent {
    const dict = new Dict();
    const set = new SetValue();
    while (!this.take("}")) {
      const key = this.read();
      if (typeof key !== "string" && typeof key !== "number") return ABSENT;
      if (this.take(":")) {
        const value = this.read();
        if (value === ABSENT) return ABSENT;
        dict.entries.set(key, { key, value });
      } else set.entries.set(key, key);
      if (this.take(",")) continue;
      if (this.take("}")) break;
      return ABSENT;
    }
    return set.entries.size > 0 ? set : dict;
  }
}

function numberOf(text: string): Value {
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[+-]/, "");
  const isFloat = !/^0[xXoObB]/.test(digits) && /[.eE]/.test(digits);
  if (isFloat) return new Float(sign * Number(digits));
  const size = Number(digits);
  if (Number.isSafeInteger(size)) return sign * size + 0;
  return digits.length > 4300 ? new Unknown(INTEGER_TOO_LARGE) : whole(BigInt(sign) * BigInt(digits));
}
