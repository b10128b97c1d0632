/** A convolution's call as one of the class or function that its file gets: the arguments stay as they are. */
import { type CallText, editCall } from "./callText.ts";
import { guarded, laidOut, widthOf } from "./layout.ts";
import type { CallSite } from "./site.ts";

/** `nn.Conv2d`, or a choice that an earlier rewrite wrote: `(DepthwiseSeparableConv2d if wide else nn.Conv2d)`. */
const CALLEE =
  /^(?:\((?<known>\w+) if (?<before>.+) else (?<chosen>[\w.]*Conv(?:[123]d|[12]D))\)|(?<plain>[\w.]*Conv(?:[123]d|[12]D)))$/s;

export interface Callee {
  /** The convolution, as the file spells it. */
  readonly conv: string;
  /** What an earlier rewrite chose by this condition. */
  readonly chosen?: { readonly name: string; readonly guard: string };
}

export function calleeOf({ callee }: CallText): Callee | undefined {
  const { known, before, chosen, plain } = CALLEE.exec(callee)?.groups ?? {};
  const conv = plain ?? chosen;
  if (conv === undefined) return undefined;
  return known !== undefined && before !== undefined
    ? { conv, chosen: { name: known, guard: before } }
    : { conv };
}

/** Those of the parameters that a call gives, by place or by name; undefined where it gives others too. */
export function givenOf<Parameter extends string>(
  { args }: CallText,
  parameters: readonly Parameter[],
  byNameOnly: readonly Parameter[] = [],
): readonly Parameter[] | undefined {
  const plain = args.filter(({ name, spread }) => name === undefined && !spread).length;
  const byName = args.flatMap(({ name }) => name ?? []);
  const given = [
    ...parameters.filter((parameter, index) => index < plain || byName.includes(parameter)),
    ...byNameOnly.filter((parameter) => byName.includes(parameter)),
  ];
  return plain + byName.length > given.length ? undefined : given;
}

interface HelperCall {
  readonly callee: Callee;
  /** The helper's name. */
  readonly name: string;
  readonly guard: string;
  readonly added: readonly string[];
}

/** The call of the helper, or of what a condition chooses. */
export function helperCall(
  site: CallSite,
  call: CallText,
  { callee: { conv, chosen }, name, guard, added }: HelperCall,
): string {
  const before = chosen?.name === name && guard !== "" ? `${chosen.guard} or ` : "";
  const either = guard !== "" && added.length === 0 && site.otherwise === undefined;
  const callee = either ? `(${name} if ${before}${guard} else ${conv})` : name;
  const swapped = fitted(site, call, editCall(call, callee, new Map(), added), callee);
  return either || guard === "" ? swapped : guarded(swapped, guard, site);
}

/** Lines of arguments stay under the first one, and a line that gets too long is broken. */
function fitted(
  { source, at, indent, unit }: CallSite,
  call: CallText,
  text: string,
  callee: string,
): string {
  const open = at.column + call.callee.length;
  if (text.includes("\n"))
    return text.replaceAll(/\n +/g, (blanks) =>
      blanks.length - 1 === open
        ? `${blanks}${" ".repeat(Math.max(0, callee.length - call.callee.length))}`
        : blanks,
    );
  const line = source.split("\n")[at.line - 1] ?? "";
  const width = widthOf(source);
  if (line.length + text.length - call.text.length <= width) return text;
  return laidOut(`${callee}(`, [text.slice(callee.length + 1, -1)], ")", { indent, unit, width: 0 }).replace(
    /,\n([ \t]*\))$/,
    "\n$1",
  );
}
