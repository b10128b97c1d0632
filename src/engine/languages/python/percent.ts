/** `"%d of %s" % values`. */
import type { Interp } from "../../interpret/interp.ts";
import {
  ABSENT,
  Dict,
  Float,
  Instance,
  isUnknown,
  Tensor,
  Tuple,
  toNumber,
  type Unknown,
  type Value,
} from "../../interpret/values.ts";
import { typeName, unwrap } from "./core.ts";
import { dictGet } from "./dict.ts";
import { format } from "./format.ts";
import { isOpen, toWhole, whole } from "./integers.ts";
import { int } from "./numbers.ts";
import { ascii, repr, str } from "./text.ts";

/** What Python says of a value that is no number. */
function refusal(type: string, given: string): string {
  if ("diu".includes(type)) return `%${type} format: a real number is required, not ${given}`;
  if ("oxX".includes(type)) return `%${type} format: an integer is required, not ${given}`;
  return type === "c" ? "%c requires int or char" : `must be real number, not ${given}`;
}

const DIRECTIVE = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?([diouxXeEfFgGcrsa%])/g;

export function percentFormat(interp: Interp, template: string, operand: Value): string | Unknown {
  const values = operand instanceof Tuple ? operand.items : [operand];
  let next = 0;
  let result = "";
  let end = 0;
  const take = (): Value =>
    next < values.length
      ? values[next++]
      : interp.fail("TypeError", "not enough arguments for format string");
  for (const match of template.matchAll(DIRECTIVE)) {
    const [whole, name, flags = "", width, precision, type = ""] = match;
    result += template.slice(end, match.index);
    end = match.index + whole.length;
    if (type === "%") {
      result += "%";
      continue;
    }
    const columns = width === "*" ? take() : Number(width ?? 0);
    const places = precision === "*" ? take() : precision === undefined ? undefined : Number(precision);
    const value = name === undefined ? take() : named(interp, operand, name);
    if (isUnknown(columns)) return columns;
    if (isUnknown(places)) return places;
    const part = directive(interp, value, {
      flags,
      columns: Number(columns),
      places: places === undefined ? undefined : Number(places),
      type,
    });
    if (isUnknown(part)) return part;
    if (!interp.allowsText(result.length + part.length, part.length)) return interp.unknown("text too long");
    result += part;
  }
  if (next < values.length && operand instanceof Tuple) {
    return interp.fail("TypeError", "not all arguments converted during string formatting");
  }
  return result + template.slice(end);
}

function named(interp: Interp, operand: Value, name: string): Value {
  if (!(operand instanceof Dict)) return interp.fail("TypeError", "format requires a mapping");
  const found = dictGet(interp, operand, name);
  return found === ABSENT ? interp.fail("KeyError", `'${name}'`) : found;
}

interface Directive {
  readonly flags: string;
  readonly columns: number;
  readonly places: number | undefined;
  readonly type: string;
}

/** The same as a format spec: `%-5.2f` is `{:<5.2f}`. */
function directive(
  interp: Interp,
  value: Value,
  { flags, columns, places, type }: Directive,
): string | Unknown {
  if (isOpen(value)) return value;
  const precision = places === undefined ? "" : `.${places}`;
  if ("rsa".includes(type)) {
    const text =
      type === "s" ? str(interp, value) : type === "a" ? ascii(interp, value) : repr(interp, value);
    const align = flags.includes("-") ? "<" : ">";
    return isUnknown(text) ? text : format(interp, text, `${align}${columns || ""}${precision}`);
  }
  if (!interp.allowsText(columns + (places ?? 0), columns)) return interp.unknown("text too long");
  if (type === "c" && typeof value === "string") return value.padStart(columns);
  const exact = toWhole(unwrap(value));
  const number = exact === undefined ? toNumber(value) : Number(exact);
  // An object may have a number of its own.
  if (number === undefined && (value instanceof Tensor || value instanceof Instance))
    return interp.unknown("a number that is printed");
  if (number === undefined) return interp.fail("TypeError", refusal(type, typeName(interp, value)));
  const isInteger = "diouxXc".includes(type);
  const align = flags.includes("-") ? "<" : flags.includes("0") ? "" : ">";
  const sign = flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const zero = flags.includes("0") && !flags.includes("-") ? "0" : "";
  const spec = `${align}${sign}${flags.includes("#") ? "#" : ""}${zero}${columns || ""}`;
  if (isInteger)
    return format(
      interp,
      exact === undefined ? int(Math.trunc(number)) : whole(exact),
      `${spec}${"iu".includes(type) ? "d" : type}`,
    );
  return format(interp, new Float(number), `${spec}${precision}${type}`);
}
