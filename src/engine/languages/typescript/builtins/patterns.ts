/** What JavaScript's texts and regular expressions do with each other, by the engine's own matcher. */
import { STEPS } from "../../../interpret/bounds.ts";
import type { Interp } from "../../../interpret/interp.ts";
import {
  type Pattern,
  type PatternMatch,
  patternOf,
  stepsToMake,
} from "../../../interpret/patterns/pattern.ts";
import { isUnknown, List, RegexValue, type Unknown, type Value } from "../../../interpret/values.ts";
import { isFunction, LONG_ARRAY, LONG_TEXT, object, text } from "../core.ts";
import { iterOf } from "./array.ts";

const MODES = "imsuv";

/** Undefined when the program's expression is not valid or not followed. */
function compiled(m: Interp, { source, flags }: RegexValue): Pattern | undefined {
  const pattern = patternOf(source, [...flags].filter((flag) => MODES.includes(flag)).join(""));
  m.tick((pattern?.size ?? 0) >> 4);
  return pattern;
}

function lost(m: Interp, { source, flags }: RegexValue): Unknown {
  return m.unknown(`the expression /${source}/${flags} is not followed`);
}

/** A text is an expression where one is wanted. */
function regexOf(m: Interp, pattern: Value, flags = ""): RegexValue {
  return pattern instanceof RegexValue ? pattern : makeRegex(m, text(pattern) ?? "", flags);
}

export function makeRegex(m: Interp, source: string, flags: string): RegexValue {
  m.tick(stepsToMake(source));
  return new RegexValue(source, flags);
}

function tickOf(m: Interp): (steps: number) => void {
  return (steps) => m.tick(steps);
}

function matchList(m: Interp, match: PatternMatch | undefined): Value {
  if (!match) return null;
  const list = new List([...match.groups]);
  list.attrs = new Map<string, Value>([
    ["index", match.index],
    ["input", match.input],
    ["groups", match.named.size > 0 ? object(m, match.named) : undefined],
  ]);
  return list;
}

/** Runs an expression from where it stands, and moves it on. */
function execute(m: Interp, regex: RegexValue, shown: string): PatternMatch | undefined | Unknown {
  const pattern = compiled(m, regex);
  if (!pattern) return lost(m, regex);
  const isSticky = regex.flags.includes("y");
  const moves = isSticky || regex.flags.includes("g");
  const from = moves ? regex.lastIndex : 0;
  const match =
    from > shown.length
      ? undefined
      : pattern.match({ text: shown, from, anchor: isSticky ? "start" : "search", tick: tickOf(m) });
  if (moves) regex.lastIndex = match?.end ?? 0;
  return match;
}

export function test(m: Interp, [value]: readonly Value[], self: Value): Value {
  const shown = m.str(value);
  if (isUnknown(shown)) return shown;
  const match = execute(m, regexOf(m, self), shown);
  return isUnknown(match) ? match : match !== undefined;
}

export function exec(m: Interp, [value]: readonly Value[], self: Value): Value {
  const shown = m.str(value);
  if (isUnknown(shown)) return shown;
  const match = execute(m, regexOf(m, self), shown);
  return isUnknown(match) ? match : matchList(m, match);
}

/** All matches of an expression for a text, or the first where it is not global. */
function found(m: Interp, regex: RegexValue, self: string): readonly PatternMatch[] | Unknown {
  const pattern = compiled(m, regex);
  if (!pattern) return lost(m, regex);
  if (!regex.flags.includes("g")) {
    const match = execute(m, regex, self);
    return isUnknown(match) ? match : match ? [match] : [];
  }
  regex.lastIndex = 0;
  const anchor = regex.flags.includes("y") ? "start" : "search";
  const all: PatternMatch[] = [];
  for (const each of pattern.matches({ text: self, anchor, tick: tickOf(m) })) {
    m.tick(STEPS.object);
    all.push(each);
    if (!m.allows(all.length)) return m.unknown(LONG_ARRAY);
  }
  return all;
}

export function match(self: string, pattern: Value, m: Interp): Value {
  const regex = regexOf(m, pattern);
  const all = found(m, regex, self);
  if (isUnknown(all)) return all;
  if (!regex.flags.includes("g")) return matchList(m, all[0]);
  return all.length === 0 ? null : new List(all.map(({ groups }) => groups[0]));
}

export function matchAll(self: string, pattern: Value, m: Interp): Value {
  const all = found(m, regexOf(m, pattern, "g"), self);
  return isUnknown(all) ? all : iterOf(all.map((each) => matchList(m, each)));
}

export function search(self: string, asked: Value, m: Interp): Value {
  const regex = regexOf(m, asked);
  const pattern = compiled(m, regex);
  if (!pattern) return lost(m, regex);
  const anchor = regex.flags.includes("y") ? "start" : "search";
  return pattern.match({ text: self, anchor, tick: tickOf(m) })?.index ?? -1;
}

/** What stands between matches, with what their groups caught; an empty match parts two characters. */
export function split(self: string, regex: RegexValue, limit: number | undefined, m: Interp): Value {
  const pattern = compiled(m, regex);
  if (!pattern) return lost(m, regex);
  const tick = tickOf(m);
  if (self === "") return new List(pattern.match({ text: self, anchor: "start", tick }) ? [] : [self]);
  const parts: Value[] = [];
  let start = 0;
  for (let from = 0; from < self.length; ) {
    const found = pattern.match({ text: self, from, tick });
    if (!found || found.index >= self.length) break;
    if (found.end === start) from = found.index + 1;
    else {
      parts.push(self.slice(start, found.index), ...found.groups.slice(1));
      start = found.end;
      from = found.end > found.index ? found.end : found.end + 1;
    }
  }
  parts.push(self.slice(start));
  const kept = limit === undefined ? parts : parts.slice(0, limit >>> 0);
  return m.allows(kept.length) ? new List(kept) : m.unknown(LONG_ARRAY);
}

/** `$1`, `$<name>` and their kin in a replacement. */
function expanded(template: string, { input, index, end, groups, named }: PatternMatch): string {
  return template.replace(
    /\$(?:([$&`'])|(\d\d?)|<([^>]*)>)/g,
    (whole, sign: string | undefined, digits: string | undefined, name: string | undefined) => {
      if (sign === "$") return "$";
      if (sign === "&") return groups[0] ?? "";
      if (sign !== undefined) return sign === "`" ? input.slice(0, index) : input.slice(end);
      if (name !== undefined) return named.size === 0 ? whole : (named.get(name) ?? "");
      const isGroup = (each: string): boolean => Number(each) > 0 && Number(each) < groups.length;
      const number = [digits!, digits![0]!].find(isGroup);
      return number === undefined ? whole : (groups[Number(number)] ?? "") + digits!.slice(number.length);
    },
  );
}

/** Characters that a replacement puts in at most: `$&` and its kin may each stand for the whole text. */
function longest(template: string, self: string): number {
  const signs = template.split("$").length - 1;
  return template.length + signs * self.length;
}

export function replace(self: string, [what, by]: readonly Value[], m: Interp, all: boolean): Value {
  if (what instanceof RegexValue) return replaceMatches(self, what, by, m);
  const part = text(what);
  if (part === undefined) return m.unknown("a text replaced by what is not followed");
  if (!isFunction(by)) {
    const insert = text(by) ?? "undefined";
    // An empty text is found between all characters.
    m.tick(all && part === "" ? self.length : self.length >> 6);
    const times = all ? self.split(part).length : 1;
    m.tick(times >> 3);
    if (!m.allowsText(self.length + times * longest(insert, self))) return m.unknown(LONG_TEXT);
    return all ? self.replaceAll(part, insert) : self.replace(part, insert);
  }
  let unknown: Value;
  const insert = (...parts: Value[]): string => {
    const result = m.call(by, parts);
    if (isUnknown(result)) unknown = result;
    return text(result) ?? String(result);
  };
  const replaced = all ? self.replaceAll(part, insert) : self.replace(part, insert);
  return unknown ?? replaced;
}

function replaceMatches(self: string, regex: RegexValue, by: Value, m: Interp): Value {
  const matches = found(m, regex, self);
  if (isUnknown(matches)) return matches;
  let result = "";
  let end = 0;
  const template = isFunction(by) ? undefined : (text(by) ?? "undefined");
  for (const each of matches) {
    // Told one by one: what few matches put in may be long, and there are many of short ones.
    const grown = result.length + longest(template ?? "", self);
    if (!m.allowsText(grown, each.end - end)) return m.unknown(LONG_TEXT);
    const named = each.named.size > 0 ? [object(m, each.named)] : [];
    const given =
      template === undefined ? m.call(by, [...each.groups, each.index, self, ...named]) : undefined;
    if (isUnknown(given)) return given;
    const insert = template === undefined ? (text(given) ?? String(given)) : expanded(template, each);
    result += self.slice(end, each.index) + insert;
    end = each.end;
  }
  return result + self.slice(end);
}
