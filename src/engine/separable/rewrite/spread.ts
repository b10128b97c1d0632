/**
 * Calls that spread arguments, with these written out: `conv(*sizes, **options)` as `conv(sizes[0], sizes[1],
 * stride=options["stride"])`. What a list or mapping has is known from the run, and must be the same for all layers.
 */
import type { Site } from "../../interpret/trace.ts";
import { Dict, Instance, type Value } from "../../interpret/values.ts";
import type { Language } from "../../syntax/ast.ts";
import { type ArgumentText, type CallText, readConfigCall, readPythonCall } from "./callText.ts";

/** What a call gave one layer: so many arguments by position, and these by name. */
export interface Given {
  readonly count: number;
  readonly names: readonly string[];
}

export function givenAt({ given }: Site, language: Language): Given | undefined {
  if (given === undefined) return undefined;
  if (language === "python") return { count: given.args.length, names: [...given.kwargs.keys()] };
  return { count: 0, names: namesOf(given.args[0]) };
}

function namesOf(config: Value): readonly string[] {
  if (config instanceof Instance) return [...config.attrs.keys()];
  if (!(config instanceof Dict)) return [];
  return [...config.entries.values()].flatMap(({ key }) => (typeof key === "string" ? [key] : []));
}

export type Expanded = { readonly text: string } | { readonly reason: string };

/** Why what is spread under a name may be another thing in runs that were not seen. */
export type WhyOpen = (name: string) => string | undefined;

export function expandSpreads(
  text: string,
  language: Language,
  given: readonly (Given | undefined)[],
  whyOpen: WhyOpen,
): Expanded {
  return language === "python" ? expandPython(text, given, whyOpen) : expandConfig(text, given, whyOpen);
}

function expandPython(text: string, given: readonly (Given | undefined)[], whyOpen: WhyOpen): Expanded {
  const call = readPythonCall(text);
  const spread = call?.args.filter((arg) => arg.spread) ?? [];
  if (!call || spread.length === 0) return { text };
  const known = given.flatMap((each) => (each ? [each] : []));
  const lists = spread.filter(({ value }) => !value.startsWith("**"));
  const mappings = spread.filter(({ value }) => value.startsWith("**"));
  if (known.length < given.length || lists.length > 1 || mappings.length > 1) return UNKNOWN;
  const [list, mapping] = [lists[0], mappings[0]];
  const edits = new Map<ArgumentText, string>();
  if (list) {
    const name = list.value.slice(1);
    const plain = call.args.filter((arg) => !arg.spread && arg.name === undefined).length;
    const count = same(known.map((each) => each.count - plain));
    if (count === undefined || !NAME.test(name)) return differs(list);
    const open = whyOpen(name);
    if (open !== undefined) return { reason: open };
    edits.set(list, Array.from({ length: count }, (_, index) => `${name}[${index}]`).join(", "));
  }
  if (mapping) {
    const name = mapping.value.slice(2);
    const plain = call.args.flatMap((arg) => (arg.name === undefined ? [] : [arg.name]));
    const names = sameNames(known.map((each) => each.names.filter((key) => !plain.includes(key))));
    if (names === undefined || !NAME.test(name)) return differs(mapping);
    const open = whyOpen(name);
    if (open !== undefined) return { reason: open };
    // A mapping that gives nothing stays as it is.
    if (names.length > 0) edits.set(mapping, names.map((key) => `${key}=${name}["${key}"]`).join(", "));
  }
  return { text: replaced(call, edits) };
}

/** `conv2d({ ...config, filters: 32 })`, `conv2d(config)` */
function expandConfig(text: string, given: readonly (Given | undefined)[], whyOpen: WhyOpen): Expanded {
  const whole = /^([\w.$]+)\(\s*([\w.$]+)\s*,?\s*\)$/.exec(text);
  const call = readConfigCall(whole ? `${whole[1]}({ ...${whole[2]} })` : text);
  const [spread, ...more] = call?.args.filter((arg) => arg.spread) ?? [];
  if (!call || !spread) return { text };
  const known = given.flatMap((each) => (each ? [each] : []));
  const name = spread.value.slice(3);
  if (known.length < given.length || more.length > 0) return UNKNOWN;
  const plain = new Set(call.args.flatMap((arg) => (arg.name === undefined ? [] : [arg.name])));
  const names = sameNames(known.map((each) => each.names.filter((key) => !plain.has(key))));
  if (names === undefined || !CONFIG_NAME.test(name)) return differs(spread);
  // What gives nothing stays as it is.
  if (names.length === 0) return { text: call.text };
  const open = whyOpen(name);
  if (open !== undefined) return { reason: open };
  return {
    text: replaced(call, new Map([[spread, names.map((key) => `${key}: ${name}.${key}`).join(", ")]])),
  };
}

const NAME = /^[A-Za-z_][\w.]*$/;
const CONFIG_NAME = /^[A-Za-z_$][\w.$]*$/;

const UNKNOWN: Expanded = { reason: "what its call spreads is not known" };

function differs({ value }: ArgumentText): Expanded {
  return { reason: `${value} gives other arguments from layer to layer: name them in the call` };
}

function same(counts: readonly number[]): number | undefined {
  return counts.every((count) => count === counts[0]) ? counts[0] : undefined;
}

function sameNames(lists: readonly (readonly string[])[]): readonly string[] | undefined {
  const [first = []] = lists;
  const isSame = lists.every(
    (list) => list.length === first.length && list.every((name) => first.includes(name)),
  );
  return isSame ? first : undefined;
}

/** The call with some arguments put into other words; a list that gives nothing goes with its comma. */
function replaced({ text, args }: CallText, edits: ReadonlyMap<ArgumentText, string>): string {
  let result = text;
  for (const arg of args.toReversed()) {
    const edit = edits.get(arg);
    if (edit === undefined) continue;
    const comma = edit === "" ? (/^\s*,\s*/.exec(result.slice(arg.end))?.[0].length ?? 0) : 0;
    result = result.slice(0, arg.start) + edit + result.slice(arg.end + comma);
  }
  return result;
}
