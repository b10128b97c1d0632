/**
 * `argparse`: what a run without arguments gives. Defaults hold; a required argument is unknown by name. A list of
 * arguments that the program passes itself is read.
 */
import { entryOf } from "../../../base/table.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, defineClass } from "../../../interpret/native.ts";
import {
  type ClassValue,
  Instance,
  isUnknown,
  type Kwargs,
  List,
  Tuple,
  type Value,
} from "../../../interpret/values.ts";
import { toInt, toText } from "../core.ts";
import { items } from "../sequences.ts";
import { attributesText } from "../text.ts";
import { exceptionClass } from "../types/exceptions.ts";
import { argsOf, kwargsOf, OBJECT } from "../types/object.ts";
import { makeInert } from "./inertness.ts";
import { type Module, makeModule } from "./table.ts";

interface Argument {
  readonly flags: readonly string[];
  readonly dest: string;
  readonly action: string;
  readonly options: Kwargs;
}

interface Parser {
  readonly args: Argument[];
  readonly defaults: Map<string, Value>;
  /** `dest` of subcommands and whether one must be given. */
  subcommand?: { readonly dest: string; readonly required: boolean };
}

const NAMESPACE: ClassValue = defineClass("Namespace", {
  bases: [OBJECT],
  qualname: "argparse.Namespace",
  methods: {
    __init__: [
      "__self, **kwargs",
      (a, interp) => {
        for (const [name, value] of kwargsOf(a.kwargs)) interp.setAttr(a.__self, name, value);
        return null;
      },
    ],
    __contains__: ["self, key", (a) => a.self instanceof Instance && a.self.attrs.has(String(a.key))],
    __repr__: ["self", (a, interp) => attributesText(interp, "Namespace", a.self)],
  },
});

function parserOf(value: Value): Parser | undefined {
  return value instanceof Instance ? (value.native as Parser | undefined) : undefined;
}

function addArgument(interp: Interp, a: Bound): Value {
  const parser = parserOf(a.__self);
  const flags = argsOf(a.flags).map((flag) => toText(flag) ?? "");
  const options = kwargsOf(a.options);
  const action = options.get("action");
  const first = flags.find((flag) => flag.startsWith("--")) ?? flags[0] ?? "";
  const dest = toText(options.get("dest")) ?? first.replace(/^-+/, "").replaceAll("-", "_");
  const argument: Argument = {
    flags,
    dest,
    action:
      typeof action === "object" && action !== null ? "BooleanOptionalAction" : (toText(action) ?? "store"),
    options,
  };
  if (argument.action !== "help" && argument.action !== "version") parser?.args.push(argument);
  const shown = interp.newInstance(defineClass("Action", { bases: [OBJECT] }));
  shown.attrs.set("dest", dest);
  shown.attrs.set("option_strings", new List(flags.filter((flag) => flag.startsWith("-"))));
  return shown;
}

/** What an argument is when it is not given, by action. */
const UNSET: Readonly<Record<string, Value>> = { store_true: false, store_false: true, count: null };

function defaultOf(interp: Interp, parser: Parser, { flags, dest, action, options }: Argument): Value {
  if (parser.defaults.has(dest)) return parser.defaults.get(dest);
  if (options.has("default")) return converted(interp, options, options.get("default"));
  if (Object.hasOwn(UNSET, action)) return entryOf(UNSET, action);
  const isPositional = !flags.some((flag) => flag.startsWith("-"));
  const nargs = options.get("nargs");
  const mayLack = nargs === "?" || nargs === "*";
  if (isPositional ? !mayLack : options.get("required") === true) {
    return interp.unknown(`needs ${isPositional ? dest : (flags.at(-1) ?? dest)}`);
  }
  return isPositional && nargs === "*" ? new List([]) : null;
}

/** A default written as text goes through `type`, as an argument would. */
function converted(interp: Interp, options: Kwargs, value: Value): Value {
  const type = options.get("type");
  return typeof value === "string" && type !== undefined && type !== null
    ? interp.call(type, [value])
    : value;
}

function parse(interp: Interp, self: Value, given: Value, into: Value): { namespace: Value; rest: string[] } {
  const parser = parserOf(self);
  const namespace = into instanceof Instance ? into : interp.newInstance(NAMESPACE);
  if (!parser) return { namespace, rest: [] };
  for (const [name, value] of parser.defaults) namespace.attrs.set(name, value);
  for (const argument of parser.args) {
    if (argument.options.get("default") === SUPPRESS) continue;
    // Several arguments may share a destination: the first one's default stands.
    const known = namespace.attrs.get(argument.dest);
    if (known === undefined || known === null)
      namespace.attrs.set(argument.dest, defaultOf(interp, parser, argument));
  }
  const { subcommand } = parser;
  if (subcommand && subcommand.dest !== "") {
    namespace.attrs.set(
      subcommand.dest,
      subcommand.required ? interp.unknown(`needs ${subcommand.dest}`) : null,
    );
  }
  if (given === null || given === undefined)
    interp.assume("value", "the command is given no arguments, so their defaults hold");
  const words = given === null || given === undefined ? [] : items(interp, given);
  if (isUnknown(words)) return { namespace, rest: [] };
  return {
    namespace,
    rest: readWords(
      interp,
      parser,
      namespace,
      words.map((word) => toText(word) ?? ""),
    ),
  };
}

/** Reads given arguments; answers those that no argument of the parser takes. */
function readWords(interp: Interp, parser: Parser, namespace: Instance, words: readonly string[]): string[] {
  const rest: string[] = [];
  const positional = parser.args.filter(({ flags }) => !flags.some((flag) => flag.startsWith("-")));
  for (let i = 0; i < words.length; ) {
    const word = words[i++] ?? "";
    const [name = "", inline] =
      word.startsWith("--") && word.includes("=")
        ? [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]
        : [word];
    const argument =
      word.startsWith("-") && Number.isNaN(Number(word))
        ? parser.args.find(({ flags }) => flags.includes(name))
        : positional.shift();
    if (!argument) {
      rest.push(word);
      continue;
    }
    const isFlag = argument.flags.some((flag) => flag.startsWith("-"));
    const values = inline !== undefined ? [inline] : isFlag ? [] : [word];
    const most = wanted(argument);
    while (values.length < most && i < words.length && !/^-[^\d]/.test(words[i] ?? ""))
      values.push(words[i++] ?? "");
    namespace.attrs.set(argument.dest, taken(interp, argument, values, namespace.attrs.get(argument.dest)));
  }
  return rest;
}

function wanted({ action, options }: Argument): number {
  if (/^(store_|count|BooleanOptionalAction|append_const)/.test(action)) return 0;
  const nargs = options.get("nargs");
  if (nargs === "*" || nargs === "+") return Number.POSITIVE_INFINITY;
  return toInt(nargs) ?? 1;
}

function taken(
  interp: Interp,
  { action, options, flags }: Argument,
  words: readonly string[],
  before: Value,
): Value {
  const values = words.map((word) => converted(interp, options, word));
  const nargs = options.get("nargs");
  const isMany = nargs === "*" || nargs === "+" || typeof nargs === "number";
  const value = isMany ? new List(values) : values[0];
  switch (action) {
    case "store_true":
    case "BooleanOptionalAction":
      return !flags.some((flag) => flag.startsWith("--no-"));
    case "store_false":
      return false;
    case "store_const":
      return options.get("const") ?? null;
    case "append":
      return new List([...(before instanceof List ? before.items : []), value]);
    case "count":
      return (toInt(before) ?? 0) + 1;
    default:
      return value;
  }
}

const SUPPRESS = "==SUPPRESS==";

const selfReturning = ["__self, *args, **kwargs", (a: Bound) => a.__self] as const;

const PARSER: ClassValue = defineClass("ArgumentParser", {
  bases: [OBJECT],
  qualname: "argparse.ArgumentParser",
  native: {
    layer: false,
    create: (interp, cls, _args, kwargs) => {
      const made = interp.newInstance(cls);
      const parser: Parser = { args: [], defaults: new Map() };
      const parents = kwargs.get("parents");
      for (const parent of parents instanceof List || parents instanceof Tuple ? parents.items : []) {
        parser.args.push(...(parserOf(parent)?.args ?? []));
      }
      made.native = parser;
      return made;
    },
  },
  methods: {
    __init__: ["__self, *args, **kwargs", () => null],
    add_argument: ["__self, *flags, **options", (a, interp) => addArgument(interp, a)],
    // Groups and the parser share one list of arguments.
    add_argument_group: selfReturning,
    add_mutually_exclusive_group: selfReturning,
    set_defaults: [
      "__self, **kwargs",
      (a) => {
        for (const [name, value] of kwargsOf(a.kwargs)) parserOf(a.__self)?.defaults.set(name, value);
        return null;
      },
    ],
    get_default: [
      "self, dest",
      (a, interp) => {
        const parser = parserOf(a.self);
        const argument = parser?.args.find(({ dest }) => dest === a.dest);
        return parser && argument ? defaultOf(interp, parser, argument) : null;
      },
    ],
    add_subparsers: [
      "__self, **options",
      (a, interp) => {
        const options = kwargsOf(a.options);
        const parser = parserOf(a.__self);
        if (parser)
          parser.subcommand = {
            dest: toText(options.get("dest")) ?? "",
            required: options.get("required") === true,
          };
        return interp.newInstance(SUBPARSERS);
      },
    ],
    parse_args: [
      "self, args=None, namespace=None",
      (a, interp) => parse(interp, a.self, a.args, a.namespace).namespace,
    ],
    parse_known_args: [
      "self, args=None, namespace=None",
      (a, interp) => {
        const { namespace, rest } = parse(interp, a.self, a.args, a.namespace);
        return new Tuple([namespace, new List(rest)]);
      },
    ],
    parse_intermixed_args: [
      "self, args=None, namespace=None",
      (a, interp) => parse(interp, a.self, a.args, a.namespace).namespace,
    ],
    print_help: ["self, file=None", () => null],
    print_usage: ["self, file=None", () => null],
    format_help: ["self", () => ""],
    register: ["self, *args", () => null],
    error: ["self, message", (a, interp) => interp.fail("SystemExit", String(a.message))],
    exit: ["self, status=0, message=None", (_, interp) => interp.fail("SystemExit", "exit")],
  },
});

const SUBPARSERS: ClassValue = defineClass("_SubParsersAction", {
  bases: [OBJECT],
  methods: { add_parser: ["self, name, **kwargs", (_, interp) => interp.call(PARSER)] },
});

export const argparse = (): Module => {
  const inertClass = (name: string) => [name, defineClass(name, { bases: [OBJECT] })] as const;
  return makeModule({
    values: {
      ArgumentParser: PARSER,
      Namespace: NAMESPACE,
      SUPPRESS,
      REMAINDER: "...",
      ArgumentError: exceptionClass("ValueError"),
      ArgumentTypeError: exceptionClass("ValueError"),
      ...Object.fromEntries(
        [
          "Action",
          "HelpFormatter",
          "ArgumentDefaultsHelpFormatter",
          "RawTextHelpFormatter",
          "RawDescriptionHelpFormatter",
          "MetavarTypeHelpFormatter",
          "BooleanOptionalAction",
        ].map(inertClass),
      ),
    },
    functions: { FileType: ["*args, **kwargs", () => makeInert()] },
  });
};
