/** The format-spec mini language, `str.format` and f-string parts. */

import { entryOf } from "../../base/table.ts";
import { STEPS } from "../../interpret/bounds.ts";
import type { Interp } from "../../interpret/interp.ts";
import {
  type Dict,
  Float,
  isUnknown,
  LargeInt,
  Tensor,
  type Unknown,
  type Value,
} from "../../interpret/values.ts";
import { callDunder, dunder, isNumeric, typeName, unwrap } from "./core.ts";
import { isOpen } from "./integers.ts";
import { exactFixed, floatText } from "./numbers.ts";
import { ascii, repr, str } from "./text.ts";

const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/su;

interface Spec {
  readonly fill: string | undefined;
  readonly align: string | undefined;
  readonly sign: string;
  readonly alternate: boolean;
  readonly zero: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly type: string;
}

function parseSpec(text: string): Spec | undefined {
  const match = SPEC.exec(text);
  if (!match) return undefined;
  const [, fill, align, sign, , alternate, zero, width, grouping, precision, type] = match;
  return {
    fill,
    align,
    sign: sign ?? "-",
    alternate: alternate !== undefined,
    zero: zero !== undefined,
    width: Number(width ?? 0),
    grouping: grouping ?? "",
    precision: precision === undefined ? undefined : Number(precision),
    type: type ?? "",
  };
}

/** `format(value, spec)`. */
export function format(interp: Interp, value: Value, spec: string): string | Unknown {
  if (isOpen(value)) return value;
  interp.tick(STEPS.formatted);
  const method = dunder(interp, value, "__format__");
  if (method !== undefined && !isUnknown(method)) {
    const answer = callDunder(interp, method, value, [spec]);
    return isUnknown(answer) ? answer : str(interp, answer);
  }
  if (spec === "") return str(interp, value);
  if (value instanceof Tensor) return interp.unknown("a tensor's values are not known");
  const plain = unwrap(value);
  const parsed = parseSpec(spec);
  const isNumber = isNumeric(plain) || plain instanceof LargeInt;
  if (parsed === undefined || (!isNumber && typeof plain !== "string")) {
    return interp.fail(
      "TypeError",
      `unsupported format string passed to ${typeName(interp, value)}.__format__`,
    );
  }
  if (!interp.allowsText(parsed.width + (parsed.precision ?? 0), parsed.width))
    return interp.unknown("text too long");
  if (typeof plain === "string") return formatText(plain, parsed);
  if (typeof plain === "boolean" && parsed.type === "") return formatText(plain ? "True" : "False", parsed);
  return formatNumber(interp, plain, parsed);
}

function pad(text: string, spec: Spec, fallback: string): string {
  const missing = spec.width === 0 ? 0 : spec.width - [...text].length;
  if (missing <= 0) return text;
  const fill = spec.fill ?? (spec.zero ? "0" : " ");
  switch (spec.align ?? fallback) {
    case "<":
      return text + fill.repeat(missing);
    case "^":
      return fill.repeat(Math.floor(missing / 2)) + text + fill.repeat(Math.ceil(missing / 2));
    case "=": {
      const head = /^[-+ ]?(0[xobXB])?/.exec(text)?.[0] ?? "";
      return head + fill.repeat(missing) + text.slice(head.length);
    }
    default:
      return fill.repeat(missing) + text;
  }
}

function formatText(text: string, spec: Spec): string {
  return pad(spec.precision === undefined ? text : [...text].slice(0, spec.precision).join(""), spec, "<");
}

const RADIX: Readonly<Record<string, readonly [number, string]>> = {
  b: [2, "0b"],
  o: [8, "0o"],
  x: [16, "0x"],
  X: [16, "0X"],
};

function formatNumber(
  interp: Interp,
  value: number | boolean | Float | LargeInt,
  spec: Spec,
): string | Unknown {
  const isFloat = value instanceof Float;
  const number = isFloat || value instanceof LargeInt ? Number(value.value) : Number(value);
  const type = spec.type;
  if (isFloat && /[bcdoxXs]/.test(type)) {
    return interp.fail("ValueError", `Unknown format code '${type}' for object of type 'float'`);
  }
  if (type === "c") return pad(String.fromCodePoint(number), spec, "<");
  const isNegative = number < 0 || (isFloat && Object.is(number, -0));
  const digits =
    /[eEfFgG%]/.test(type) || isFloat
      ? floatDigits(Math.abs(number), spec)
      : intDigits(value instanceof LargeInt ? absolute(value.value) : Math.abs(number), spec);
  const sign = isNegative ? "-" : spec.sign === "-" ? "" : spec.sign;
  return pad(sign + digits, spec, spec.zero ? "=" : ">");
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function intDigits(size: number | bigint, spec: Spec): string {
  const [radix, prefix] = entryOf(RADIX, spec.type) ?? [10, ""];
  const digits = size.toString(radix);
  const cased = spec.type === "X" ? digits.toUpperCase() : digits;
  return (spec.alternate ? prefix : "") + group(cased, spec.grouping, radix === 10 ? 3 : 4);
}

function group(digits: string, mark: string, size: number): string {
  if (mark === "") return digits;
  return digits.replace(new RegExp(`\\B(?=(?:[0-9a-zA-Z]{${size}})+$)`, "g"), mark);
}

function floatDigits(size: number, spec: Spec): string {
  if (!Number.isFinite(size)) {
    const word = Number.isNaN(size) ? "nan" : "inf";
    const cased = /[EFG]/.test(spec.type) ? word.toUpperCase() : word;
    return spec.type === "%" ? `${cased}%` : cased;
  }
  const text = plainFloat(size, spec);
  const [, whole = "", rest = ""] = /^(\d+)(.*)$/.exec(text) ?? [];
  return group(whole, spec.grouping, 3) + rest;
}

function plainFloat(size: number, spec: Spec): string {
  const precision = spec.precision ?? 6;
  switch (spec.type) {
    case "f":
    case "F":
      return exactFixed(size, precision);
    case "%":
      return `${exactFixed(size * 100, precision)}%`;
    case "e":
    case "E":
      return exponent(size, precision, spec.type);
    case "g":
    case "G":
    case "n":
      return general(size, precision, spec.alternate, spec.type === "G" ? "E" : "e");
    default: {
      if (spec.precision === undefined) return floatText(size);
      const text = general(size, precision, false, "e");
      return /[.e]/.test(text) ? text : `${text}.0`;
    }
  }
}

/** Exponent notation, ties to even: `toExponential` rounds ties of the exact value up. */
function exactExponential(size: number, precision: number): string {
  const rounded = size.toExponential(precision);
  if (precision > 60) return rounded;
  const [digits = "", power = ""] = size.toExponential(precision + 40).split("e");
  if (!/^50*$/.test(digits.slice(-40))) return rounded;
  const down = digits.slice(0, -40).replace(/\.$/, "");
  return Number(down.at(-1)) % 2 === 0 ? `${down}e${power}` : rounded;
}

function exponent(size: number, precision: number, mark: string): string {
  const [digits = "", power = "0"] = exactExponential(size, Math.min(precision, 100)).split("e");
  const sign = power.startsWith("-") ? "-" : "+";
  return `${digits}${mark}${sign}${power.replace(/^[+-]/, "").padStart(2, "0")}`;
}

function general(size: number, precision: number, keepZeros: boolean, mark: string): string {
  const places = Math.max(1, precision);
  const power = size === 0 ? 0 : Number(size.toExponential(Math.min(places - 1, 100)).split("e")[1]);
  const trim = (text: string) => (keepZeros || !text.includes(".") ? text : text.replace(/\.?0+$/, ""));
  if (power >= -4 && power < places) return trim(exactFixed(size, Math.max(0, places - 1 - power)));
  const [digits = "", tail = ""] = exponent(size, places - 1, mark).split(mark);
  return `${trim(digits)}${mark}${tail}`;
}

/** One `{value!r:spec}` of an f-string or of `str.format`. */
export function formatPart(
  interp: Interp,
  value: Value,
  conversion: string | undefined,
  spec: string,
): string | Unknown {
  if (conversion === undefined) return format(interp, value, spec);
  const text =
    conversion === "s" ? str(interp, value) : conversion === "a" ? ascii(interp, value) : repr(interp, value);
  return isUnknown(text) ? text : format(interp, text, spec);
}

/** `template.format(*args, **kwargs)`. */
export function formatTemplate(
  interp: Interp,
  template: string,
  args: readonly Value[],
  kwargs: Dict,
): string | Unknown {
  let next = 0;
  const lookUp = (name: string): Value => {
    if (/^\d*$/.test(name)) {
      const place = name === "" ? next++ : Number(name);
      return place < args.length
        ? args[place]
        : interp.fail("IndexError", `Replacement index ${place} out of range for positional args tuple`);
    }
    const entry = kwargs.entries.get(name);
    return entry ? entry.value : interp.fail("KeyError", `'${name}'`);
  };
  const fill = (text: string): string | Unknown => {
    let result = "";
    for (let i = 0; i < text.length; i++) {
      const char = text[i];
      if ((char === "{" || char === "}") && text[i + 1] === char) {
        result += char;
        i++;
      } else if (char === "{") {
        const end = closing(text, i);
        if (end < 0) return interp.fail("ValueError", "Single '{' encountered in format string");
        const part = field(text.slice(i + 1, end));
        if (isUnknown(part)) return part;
        result += part;
        i = end;
      } else result += char;
    }
    return interp.allowsText(result.length) ? result : interp.unknown("text too long");
  };
  const field = (text: string): string | Unknown => {
    const [, path = "", conversion, spec = ""] = /^([^!:]*)(?:!([rsa]))?(?::(.*))?$/s.exec(text) ?? [];
    const [name = "", ...rest] = path.split(/(?=[.[])/);
    // Before those of its spec: fields without a name count from left to right.
    let value = lookUp(name);
    const inner = fill(spec);
    if (isUnknown(inner)) return inner;
    for (const step of rest) {
      value = step.startsWith(".")
        ? interp.getAttr(value, step.slice(1))
        : interp.getItem(value, /^\[-?\d+\]$/.test(step) ? Number(step.slice(1, -1)) : step.slice(1, -1));
    }
    return formatPart(interp, value, conversion, inner);
  };
  return fill(template);
}

function closing(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return i;
  }
  return -1;
}
