/** One requirement of a Python package (PEP 508): `torchvision>=0.5.0 ; python_version >= "3.8"`. */
import { satisfies, validRange } from "@renovatebot/pep440/lib/specifier.js";
import { entryOf } from "../engine/base/table.ts";
import { packageName } from "../engine/languages/python/packages.ts";

export interface Requirement {
  /** As it is written. */
  readonly name: string;
  /** `==0.3.3`, `>=1,<2`; empty when any version will do. */
  readonly specifier: string;
  readonly extras: readonly string[];
  readonly marker: string;
}

const FORM =
  /^\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*(?:\(([^)]*)\)|([<>=!~][^;@]*))?\s*(?:;\s*(.*?))?\s*$/;

/** Undefined for what is no requirement, or names an address in place of a version. */
export function parseRequirement(text: string): Requirement | undefined {
  const [, name, extras = "", inParentheses, plain, marker = ""] = FORM.exec(text) ?? [];
  if (name === undefined) return undefined;
  const specifier = (inParentheses ?? plain ?? "").replaceAll(/\s+/g, "").replace(/,$/, "");
  if (specifier !== "" && !validRange(specifier) && !specifier.startsWith("===")) return undefined;
  return { name, specifier, extras: extras.split(",").map((extra) => packageName(extra.trim())), marker };
}

/** A pre-release only where the specifier names one, or where it is asked for. */
export function fits(version: string, specifier: string, prereleases?: boolean): boolean {
  if (specifier.startsWith("===")) return version === specifier.slice(3);
  const isNamed = /\d(a|b|c|rc|alpha|beta|pre|\.?dev)\d*/i.test(specifier);
  return specifier === "" || satisfies(version, specifier, { prereleases: prereleases === true || isNamed });
}

/** `==0.14.1`: one version and no other. */
export function isExact(specifier: string): boolean {
  return /^={2,3}[^,*]+$/.test(specifier);
}

/**
 * What a marker is decided by: a new CPython on Linux, for the text that is read is the same elsewhere, and more is
 * there for it than for an old one.
 */
const ENVIRONMENT = {
  python_version: "3.12",
  python_full_version: "3.12.0",
  implementation_version: "3.12.0",
  os_name: "posix",
  sys_platform: "linux",
  platform_system: "Linux",
  platform_machine: "x86_64",
  platform_python_implementation: "CPython",
  implementation_name: "cpython",
  platform_release: "",
  platform_version: "",
} as const;

const TOKENS = /\s*(?:(\(|\))|(and|or|not\s+in|in)\b|(===|==|~=|!=|<=|>=|<|>)|'([^']*)'|"([^"]*)"|([\w.]+))/y;

/** Whether a requirement with this marker counts, with these extras; what cannot be read counts. */
export function applies(marker: string, extras: readonly string[] = []): boolean {
  if (marker.trim() === "") return true;
  const tokens = tokensOf(marker);
  if (tokens === undefined) return true;
  // An extra that is not asked for is the empty one.
  return ["", ...extras].some((extra) => new Reader(tokens, extra).either());
}

interface Token {
  readonly kind: "sign" | "text" | "name";
  readonly text: string;
}

function tokensOf(marker: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  TOKENS.lastIndex = 0;
  while (marker.slice(TOKENS.lastIndex).trim() !== "") {
    const [, bracket, word, sign, single, double, name] = TOKENS.exec(marker) ?? [];
    const text = single ?? double;
    if (text !== undefined) tokens.push({ kind: "text", text });
    else if (name !== undefined) tokens.push({ kind: "name", text: name });
    else {
      const found = bracket ?? word?.replace(/\s+/, " ") ?? sign;
      if (found === undefined) return undefined;
      tokens.push({ kind: "sign", text: found });
    }
  }
  return tokens;
}

class Reader {
  #at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly extra: string,
  ) {}

  either(): boolean {
    let holds = this.#both();
    while (this.#takes("or")) holds = this.#both() || holds;
    return holds;
  }

  #both(): boolean {
    let holds = this.#single();
    while (this.#takes("and")) holds = this.#single() && holds;
    return holds;
  }

  #single(): boolean {
    if (this.#takes("(")) {
      const holds = this.either();
      this.#takes(")");
      return holds;
    }
    const [left, sign, right] = [this.#next(), this.#next(), this.#next()];
    if (!left || !sign || !right) return true;
    return this.#compare(left, sign.text, right);
  }

  #compare(left: Token, sign: string, right: Token): boolean {
    const [a, b] = [this.#valueOf(left), this.#valueOf(right)];
    const isExtra = [left, right].some(({ kind, text }) => kind === "name" && text === "extra");
    if (isExtra) return sign === "!=" ? packageName(a) !== packageName(b) : packageName(a) === packageName(b);
    if (sign === "in") return b.includes(a);
    if (sign === "not in") return !b.includes(a);
    const isVersion = [left, right].some(({ kind, text }) => kind === "name" && /version$/.test(text));
    if (isVersion && validRange(`${sign}${b}`)) return satisfies(a, `${sign}${b}`, { prereleases: true });
    return sign === "!=" ? a !== b : sign === "==" || sign === "===" ? a === b : true;
  }

  #valueOf({ kind, text }: Token): string {
    if (kind === "text") return text;
    return text === "extra" ? this.extra : (entryOf(ENVIRONMENT, text.replaceAll(".", "_")) ?? "");
  }

  #next(): Token | undefined {
    return this.tokens[this.#at++];
  }

  #takes(sign: string): boolean {
    const token = this.tokens[this.#at];
    if (token?.kind !== "sign" || token.text !== sign) return false;
    this.#at++;
    return true;
  }
}
