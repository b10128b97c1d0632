/** Arguments as somebody types them, against what a definition asks for: what is missing, and what it does not know. */
import type { Translate } from "./l10n.ts";

interface Parameter {
  readonly name: string;
  readonly isRequired: boolean;
  /** `*args`, `**kwargs`: takes any. */
  readonly isOpen: boolean;
}

/** What is wrong with the arguments; undefined where nothing is. */
export function argumentsProblem(signature: string, text: string, t: Translate): string | undefined {
  // A name without its value yet is not given.
  const given = splitArguments(text)?.filter((argument) => !/^\s*\w+\s*=\s*$/.test(argument));
  if (!given) return t("A bracket or a quotation mark is not closed.");
  const parameters = parametersOf(signature);
  const names = given.flatMap((argument) => KEYWORD.exec(argument)?.[1] ?? []);
  const positional = given.length - names.length;
  const isOpen = parameters.some((parameter) => parameter.isOpen);
  const unknown = names.find((name) => !parameters.some((parameter) => parameter.name === name));
  if (unknown !== undefined && !isOpen) return t("There is no argument {0}.", unknown);
  const named = parameters.filter((parameter) => !parameter.isOpen);
  const missing = named.filter(
    ({ name, isRequired }, position) => isRequired && position >= positional && !names.includes(name),
  );
  if (missing.length > 0) return t("needs {0}", missing.map(({ name }) => name).join(", "));
  return undefined;
}

/** A first draft: what must be given, by its names. */
export function argumentsDraft(signature: string): string {
  return parametersOf(signature)
    .filter(({ isRequired }) => isRequired)
    .map(({ name }) => `${name}=`)
    .join(", ");
}

const KEYWORD = /^\s*([A-Za-z_]\w*)\s*=(?!=)/;

function parametersOf(signature: string): Parameter[] {
  return (splitArguments(signature) ?? []).flatMap((text) => {
    const isOpen = /^\s*(\*|\.\.\.)/.test(text);
    const name = /[A-Za-z_]\w*/.exec(text)?.[0];
    if (name === undefined) return [];
    return [{ name, isRequired: !isOpen && !/=(?!=|>)/.test(text) && !/^\s*\w+\?/.test(text), isOpen }];
  });
}

/** At the commas between them; undefined where a bracket or a quotation mark is open. */
function splitArguments(text: string): string[] | undefined {
  const parts: string[] = [];
  const open: string[] = [];
  let quote = "";
  let part = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quote !== "") {
      if (character === "\\") part += text[at++]!;
      else if (character === quote) quote = "";
    } else if (character === '"' || character === "'" || character === "`") quote = character;
    else if ("([{".includes(character)) open.push(character);
    else if (")]}".includes(character)) {
      if (open.pop() !== PAIRS.get(character)) return undefined;
    } else if (character === "," && open.length === 0) {
      parts.push(part);
      part = "";
      continue;
    }
    part += text[at] ?? "";
  }
  if (quote !== "" || open.length > 0) return undefined;
  return [...parts, part].filter((each) => each.trim() !== "");
}

const PAIRS: ReadonlyMap<string, string> = new Map([
  [")", "("],
  ["]", "["],
  ["}", "{"],
]);
