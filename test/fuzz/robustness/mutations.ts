/** Ways to spoil a program's text, each what a slip of the hand, a merge or an attacker could do. */
import type { Random } from "./random.ts";

export type Mutation = (text: string, random: Random) => string;

export const SPECIAL_NAMES = [
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "isPrototypeOf",
  "__defineGetter__",
  "toLocaleString",
] as const;

const NUMBERS =
  "0 -1 1 2 3 7 0.5 1e99 -0.0 2**31 2**53 1e-9 float('nan') float('inf') 10**400 999999999 0x10 1_0".split(
    " ",
  );
const BRACKETS = ["(", ")", "[", "]", "{", "}", "<", ">"];
const QUOTES = ["'", '"', "'''", '"""', "`", "f'{", "r'", "b'", "\\", "#", "//", "/*", "*/", "${"];
const ODD_CHARACTERS = [
  ...[
    "\0",
    "\u0001",
    "\u001b[31m",
    "\u007f",
    "\u0085",
    "\u00a0",
    "\u00ad",
    "\u200b",
    "\u200f",
    "\u2028",
    "\u2029",
  ],
  ...[
    "\u202e",
    "\u2066",
    "\ufeff",
    "\ufffd",
    "\ud800",
    "\udc00",
    "\u{1f600}",
    "\u{e0041}",
    "é",
    "ｅ",
    "全角",
    "٣",
    "\f",
    "\v",
  ],
];
const KEYWORDS = {
  py: "if else elif for while def class return yield async await lambda try except finally with raise import from as global nonlocal del pass break continue in is not and or None True False match case".split(
    " ",
  ),
  ts: "if else for while do function class return yield async await try catch finally throw import from export new typeof delete const let var break continue in of instanceof null true false undefined this super switch case".split(
    " ",
  ),
};
const EXPRESSIONS = [
  "[0] * 10**6",
  "'x' * 10**6",
  "2 ** 100000",
  "(lambda f: f(f))(lambda f: f(f))",
  "list(range(10**7))",
  "self",
  "None",
  "...",
  "x if x else y",
  "[*x]",
  "{**x}",
  "not x",
  "-x",
  "~x",
  "x[::-1]",
  "x[-1]",
  "x @ x",
  "globals()",
  "type(self)",
  "super()",
  "(yield)",
  "[i for i in x]",
  "f'{x!r:>{x}}'",
  `\`\${x}\``,
  "() => x",
  "new Array(-1)",
  "[...x]",
  "Symbol.iterator",
  "x?.y?.[0]",
];
const LAYERS =
  "Conv1d Conv2d Conv3d ConvTranspose2d Linear LSTM GRU MultiheadAttention TransformerEncoderLayer Embedding BatchNorm2d LayerNorm MaxPool2d Upsample Flatten Unfold Identity Sequential ModuleList Conv2D DepthwiseConv2D SeparableConv2D Conv2DTranspose Dense Bidirectional TimeDistributed BatchNormalization MaxPooling2D GlobalAveragePooling2D Reshape Concatenate Lambda Conv".split(
    " ",
  );
const FUNCTIONS =
  "cat stack matmul bmm einsum linear view reshape permute transpose flatten unsqueeze squeeze expand repeat chunk split mean sum max softmax interpolate pad unfold gather index_select topk sort roll narrow diff unique select take_along_dim stft one_hot arange zeros size item tolist".split(
    " ",
  );
const NAME = /\b[A-Za-z_]\w*\b/g;
const NUMBER = /(?<![\w.])\d+(?:\.\d+)?(?![\w.])/g;
const TOKEN = /\w+|[^\s\w]/g;

/** Changes one of the lines, or puts others in its place. */
function lines(
  change: (line: string, random: Random, all: readonly string[]) => string | readonly string[],
): Mutation {
  return (text, random) => {
    const all = text.split("\n");
    // A line with something on it, where there is one: blank lines tell little.
    const full = all.flatMap((line, index) => (line.trim() === "" ? [] : [index]));
    const at = full.length > 0 ? random.pick(full) : 0;
    all.splice(at, 1, ...[change(all[at] ?? "", random, all)].flat());
    return all.join("\n");
  };
}

/** Changes one match of a pattern. */
function matches(pattern: RegExp, change: (match: string, random: Random, text: string) => string): Mutation {
  return (text, random) => {
    const found = [...text.matchAll(pattern)];
    if (found.length === 0) return text;
    const { 0: match, index } = random.pick(found);
    return text.slice(0, index) + change(match, random, text) + text.slice(index + match.length);
  };
}

function inserted(what: (random: Random, text: string) => string): Mutation {
  return (text, random) => {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + what(random, text) + text.slice(at);
  };
}

function renamed(text: string, from: string, to: string): string {
  return text.replaceAll(new RegExp(`\\b${from}\\b`, "g"), () => to);
}

/** First lines of blocks with all that is indented below them. */
function blocksOf(all: readonly string[]): { readonly start: number; readonly end: number }[] {
  const depth = (line: string): number => line.length - line.trimStart().length;
  return all.flatMap((line, start) => {
    if (!/[:{]\s*$/.test(line)) return [];
    let end = start + 1;
    while (end < all.length && (all[end]?.trim() === "" || depth(all[end] ?? "") > depth(line))) end++;
    return [{ start, end }];
  });
}

function blocks(
  change: (block: readonly string[], random: Random) => readonly string[],
  moves = false,
): Mutation {
  return (text, random) => {
    const all = text.split("\n");
    const found = blocksOf(all);
    if (found.length === 0) return text;
    const { start, end } = random.pick(found);
    const block = all.splice(start, end - start);
    all.splice(moves ? random.below(all.length + 1) : start, 0, ...change(block, random));
    return all.join("\n");
  };
}

const indentOf = (line: string): string => /^\s*/.exec(line)?.[0] ?? "";
const isPython = (text: string): boolean => !/\b(const|function|=>)\b/.test(text);
const times = (random: Random): number => random.pick([5, 50, 300]);

export const MUTATIONS: ReadonlyMap<string, Mutation> = new Map(
  Object.entries({
    "line lost": lines(() => []),
    "line doubled": lines((line) => [line, line]),
    "line of elsewhere": lines((line, random, all) => [line, random.pick(all)]),
    "lines swapped": (text, random) => {
      const all = text.split("\n");
      const [one, other] = [random.below(all.length), random.below(all.length)];
      [all[one], all[other]] = [all[other] ?? "", all[one] ?? ""];
      return all.join("\n");
    },
    "lines joined": matches(/\n\s*/g, (_, random) => random.pick([" ", "", ";", ", "])),
    "line split": matches(/ /g, (_, random) => random.pick(["\n", "\n    ", "\\\n"])),
    "line indented": lines((line, random) => random.pick(["    ", " ", "\t", "        "]) + line),
    "line outdented": lines((line, random) => line.replace(random.pick([/^ {4}/, /^ /, /^\s+/]), "")),
    "tabs for blanks": lines((line) => line.replace(/^( {4})+/, (blanks) => "\t".repeat(blanks.length / 4))),
    "bracket lost": matches(/[()[\]{}]/g, () => ""),
    "bracket more": inserted((random) => random.pick(BRACKETS)),
    "bracket of another kind": matches(/[()[\]{}]/g, (_, random) => random.pick(BRACKETS)),
    "quote lost": matches(/["'`]/g, () => ""),
    "quote more": inserted((random) => random.pick(QUOTES)),
    "cut at the end": (text, random) => text.slice(0, random.below(text.length + 1)),
    "cut at the start": (text, random) => text.slice(random.below(text.length + 1)),
    "cut out of the middle": (text, random) => {
      const at = random.below(text.length + 1);
      return text.slice(0, at) + text.slice(at + random.pick([1, 2, 5, 20, 100, 1000]));
    },
    "line cut short": lines((line, random) => line.slice(0, random.below(line.length + 1))),
    "number replaced": matches(NUMBER, (_, random) => random.pick(NUMBERS)),
    "number negated": matches(NUMBER, (number) => `-${number}`),
    "number made large": matches(NUMBER, (number, random) => number + "0".repeat(random.pick([1, 3, 9, 30]))),
    "number from elsewhere": matches(NUMBER, (_, random, text) => random.pick(text.match(NUMBER) ?? ["1"])),
    "batch of another size": matches(
      /(?<=\b(?:randn|rand|zeros|ones|randint|normal)\(\s*[[(]?)\w+/g,
      (_, random) => random.pick(["7", "16", "0", "34", "2.0", "-1", "x"]),
    ),
    "layer of another kind": matches(new RegExp(`\\b(?:${LAYERS.join("|")})\\b`, "g"), (_, random) =>
      random.pick(LAYERS),
    ),
    "function of another kind": matches(
      new RegExp(`\\b(?:${FUNCTIONS.join("|")})(?=\\()`, "g"),
      (_, random) => random.pick(FUNCTIONS),
    ),
    "argument lost": matches(/\b\w+\s*=\s*[^,()=\n]+,?(?=[^()\n]*\))/g, () => ""),
    "name made special": (text, random) =>
      renamed(text, random.pick(text.match(NAME) ?? ["x"]), random.pick(SPECIAL_NAMES)),
    "name replaced once": matches(NAME, (_, random) =>
      random.pick([...SPECIAL_NAMES, "x", "self", "super", "__init__", "__class__", "forward", "undefined"]),
    ),
    "name from elsewhere": matches(NAME, (_, random, text) => random.pick(text.match(NAME) ?? ["x"])),
    "names swapped": (text, random) => {
      const names = text.match(NAME) ?? ["x"];
      const [one, other] = [random.pick(names), random.pick(names)];
      return renamed(renamed(renamed(text, one, "swapped_away"), other, one), "swapped_away", other);
    },
    "letter of a name": matches(NAME, (name, random) => {
      const at = random.below(name.length);
      return name.slice(0, at) + random.pick(["x", "_", "X", "é", "0", ""]) + name.slice(at + 1);
    }),
    "token lost": matches(TOKEN, () => ""),
    "token doubled": matches(TOKEN, (token) => `${token} ${token}`),
    "token from elsewhere": matches(TOKEN, (_, random, text) => random.pick(text.match(TOKEN) ?? [""])),
    "token cut": matches(/\w{2,}/g, (token, random) => token.slice(0, 1 + random.below(token.length - 1))),
    "operator replaced": matches(/[-+*/%=<>&|^~@.,:]+/g, (_, random) =>
      random.pick([
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "**",
        "==",
        "=",
        "<",
        "@",
        ".",
        ",",
        ":",
        "&",
        ":=",
        "->",
        "...",
      ]),
    ),
    "keyword replaced": matches(
      /\b(if|else|for|while|def|class|return|import|from|in|not|function|const|new)\b/g,
      (_, random, text) => random.pick(isPython(text) ? KEYWORDS.py : KEYWORDS.ts),
    ),
    "import lost": lines((line, _, all) =>
      all.some((other) => other === line) && /^\s*(import|from)\b/.test(line) ? [] : line,
    ),
    "imports lost": (text) => text.replaceAll(/^(import|from)\b.*\n/gm, ""),
    "import made another": matches(/^\s*(?:import|from)\s+[\w.]+/gm, (found, random) =>
      found.replace(
        /[\w.]+$/,
        random.pick([
          "os",
          "torch",
          "keras",
          "jax",
          "numpy",
          "nowhere",
          ".",
          "..",
          "__future__",
          "constructor",
        ]),
      ),
    ),
    "self lost": matches(/\b(self|this)\./g, () => ""),
    "self more": matches(NAME, (name, random, text) =>
      `${isPython(text) ? "self" : "this"}.${name}`.slice(0, random.pick([99, 99, 5])),
    ),
    "condition negated": matches(
      /\bif\s*\(?/g,
      (found, _, text) => `${found}${isPython(text) ? " not " : "!"}`,
    ),
    "early return": lines((line, _, all) => [
      `${indentOf(line)}return${isPython(all.join("\n")) ? "" : ";"}`,
      line,
    ]),
    "early raise": lines((line, _, all) => [
      `${indentOf(line)}${isPython(all.join("\n")) ? "raise ValueError(x)" : "throw x;"}`,
      line,
    ]),
    "condition around a line": lines((line, random, all) =>
      isPython(all.join("\n"))
        ? [
            `${indentOf(line)}${random.pick(["if x:", "while x:", "for _ in x:", "with x:", "try:", "def f():", "class C:"])}`,
            `    ${line}`,
          ]
        : `${random.pick(["if (x)", "while (x)", "for (const _ of x)", "try", "() =>"])} { ${line} }`,
    ),
    "deep nesting": matches(/\b\w+\b/g, (token, random) => {
      const [open, close] = random.pick([
        ["(", ")"],
        ["[", "]"],
        ["-", ""],
        ["not ", ""],
        ["f(", ")"],
        ["{", "}"],
        ["[0 for _ in ", "]"],
      ] as const);
      const deep = times(random);
      return open.repeat(deep) + token + close.repeat(deep);
    }),
    "long chain": matches(
      /\b\w+\b/g,
      (token, random) =>
        token + random.pick([".x", "()", "[0]", " + 1", " if x else y", ", 1"]).repeat(times(random)),
    ),
    "block moved": blocks((block) => block, true),
    "block doubled": blocks((block) => [...block, ...block]),
    "block lost": blocks(() => []),
    "block emptied": blocks(([head = ""]) => [head]),
    "block repeated often": blocks((block, random) =>
      Array.from({ length: random.pick([10, 40]) }, () => block).flat(),
    ),
    "hostile expression": matches(/\b\w+\b/g, (_, random) => random.pick(EXPRESSIONS)),
    "argument spread": matches(/\(/g, (_, random) =>
      random.pick(["(*x, ", "(**x, ", "(...x, ", "(x=", "(*", "(self, "]),
    ),
    "odd character": inserted((random) => random.pick(ODD_CHARACTERS)),
    "odd character in a name": matches(NAME, (name, random) => `${name}${random.pick(ODD_CHARACTERS)}`),
    "any character": inserted((random) => String.fromCharCode(random.below(0x10000))),
    "CRLF line ends": (text) => text.replaceAll("\n", "\r\n"),
    "some CR line ends": (text, random) => text.replaceAll("\n", () => random.pick(["\n", "\r\n", "\r"])),
    "byte order mark": (text) => `\ufeff${text}`,
    "no line end at the end": (text) => text.trimEnd(),
    "trailing backslash": (text) => `${text.trimEnd()}\\`,
    "text doubled": (text) => text + text,
    "first lines last": (text, random) => {
      const all = text.split("\n");
      const at = random.below(all.length);
      return [...all.slice(at), ...all.slice(0, at)].join("\n");
    },
  } satisfies Record<string, Mutation>),
);

export interface Mutant {
  readonly kinds: readonly string[];
  readonly text: string;
}

/** One change most often, so that what it breaks is plain; sometimes a few. */
export function mutant(text: string, random: Random): Mutant {
  const kinds = Array.from({ length: random.pick([1, 1, 1, 2, 4]) }, () =>
    random.pick([...MUTATIONS.keys()]),
  );
  return {
    kinds,
    text: kinds.reduce((changed, kind) => MUTATIONS.get(kind)?.(changed, random) ?? changed, text),
  };
}
