/** `sys`, `string`, `importlib`, `ast` and other small modules of the runtime. */
import { STEPS } from "../../../interpret/bounds.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, defineClass } from "../../../interpret/native.ts";
import { changeUnknown } from "../../../interpret/unknownChange.ts";
import {
  ABSENT,
  Dict,
  Float,
  isUnknown,
  LargeInt,
  List,
  ModuleValue,
  manyAmong,
  Tuple,
  toNumber,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { weightMoved } from "../../../interpret/weight.ts";
import { compare, truthy } from "../compare.ts";
import { none, toInt, toText } from "../core.ts";
import { makeFile } from "../files.ts";
import { literal } from "../literal.ts";
import { specOf } from "../moduleNames.ts";
import { items } from "../sequences.ts";
import { sorted } from "../sorting.ts";
import { DICT } from "../types/dict.ts";
import { changing } from "../types/list.ts";
import { inertModule, makeInert, makeRuntime } from "./inertness.ts";
import { roundedSum } from "./mathints.ts";
import { namedTuple } from "./namedtuple.ts";
import { inert, type Module, makeModule, OpenModule } from "./table.ts";

/** `sys.modules["a.b"]` is the module, imported when it is asked for. */
function modulesTable(): Dict {
  const table = new Dict();
  table.cls = defineClass("modules", {
    bases: [DICT],
    methods: {
      __missing__: [
        "self, name",
        (a, interp) => (isUnknown(a.name) ? a.name : interp.importModule(String(a.name))),
      ],
      get: [
        "self, name, default=None",
        (a, interp) => {
          const found = a.self instanceof Dict ? a.self.entries.get(String(a.name)) : undefined;
          if (found) return found.value;
          const module = isUnknown(a.name) ? a.name : interp.importModule(String(a.name));
          return isUnknown(module) ? a.default : module;
        },
      ],
      __contains__: [
        "self, name",
        (a, interp) =>
          (a.self instanceof Dict && a.self.entries.has(String(a.name))) ||
          interp.importModule(String(a.name)) instanceof ModuleValue,
      ],
    },
  });
  return table;
}

/** Names of CPython's `sys` whose values a run decides; PyPy's and other systems' are not there. */
const DECIDED_BY_RUN: ReadonlySet<string> = new Set(
  `abiflags activate_stack_trampoline addaudithook api_version audit base_exec_prefix base_prefix
   breakpointhook call_tracing copyright deactivate_stack_trampoline displayhook dont_write_bytecode
   exc_prefix exception exec_prefix getallocatedblocks getdlopenflags getfilesystemencodeerrors
   getfilesystemencoding getprofile getrefcount getsizeof getswitchinterval gettrace hash_info
   implementation int_info is_finalizing is_stack_trampoline_active last_exc last_traceback last_type
   last_value maxunicode meta_path monitoring orig_argv path_hooks path_importer_cache platlibdir ps1
   ps2 pycache_prefix setdlopenflags setswitchinterval stdlib_module_names thread_info tracebacklimit
   unraisablehook get_asyncgen_hooks set_asyncgen_hooks get_coroutine_origin_tracking_depth
   set_coroutine_origin_tracking_depth get_int_max_str_digits set_int_max_str_digits float_repr_style`.split(
    /\s+/,
  ),
);

const VERSION = ["major", "minor", "micro", "releaselevel", "serial"];
const VERSION_VALUES: readonly Value[] = [3, 11, 0, "final", 0];

export const sys = (): Module => {
  const version = new Tuple(VERSION_VALUES);
  version.cls = namedTuple(
    "version_info",
    VERSION.map((name) => ({ name, fallback: ABSENT })),
  );
  const known = makeModule({
    values: {
      version_info: version,
      version: "3.11.0",
      hexversion: 0x030b00f0,
      platform: "linux",
      byteorder: "little",
      executable: "/usr/bin/python3",
      prefix: "/usr",
      argv: new List(["main.py"]),
      // The folder of the program.
      path: new List([""]),
      modules: modulesTable(),
      maxsize: new LargeInt((1n << 63n) - 1n),
      float_info: makeInert(),
      stdout: makeInert(),
      stderr: makeInert(),
      stdin: makeInert(),
      flags: makeInert(),
      builtin_module_names: new Tuple([]),
      warnoptions: new List([]),
    },
    functions: {
      exit: ["code=0", (_, interp) => interp.raise("SystemExit", "exit")],
      getrecursionlimit: ["", () => 1000],
      intern: ["x", (a) => a.x],
      exc_info: ["", () => new Tuple([null, null, null])],
      getdefaultencoding: ["", () => "utf-8"],
    },
  });
  for (const name of ["setrecursionlimit", "settrace", "setprofile", "excepthook"])
    known.set(name, inert(name));
  return new OpenModule(known, (name) => (DECIDED_BY_RUN.has(name) ? makeRuntime(`sys.${name}`) : ABSENT));
};

const LOWER = "abcdefghijklmnopqrstuvwxyz";

export const string = (): Module =>
  makeModule({
    values: {
      ascii_lowercase: LOWER,
      ascii_uppercase: LOWER.toUpperCase(),
      ascii_letters: LOWER + LOWER.toUpperCase(),
      digits: "0123456789",
      hexdigits: "0123456789abcdefABCDEF",
      octdigits: "01234567",
      punctuation: "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
      whitespace: " \t\n\r\v\f",
      printable: `0123456789${LOWER}${LOWER.toUpperCase()}!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~ \t\n\r\v\f`,
    },
    functions: {
      capwords: [
        "s",
        (a) =>
          (toText(a.s) ?? "")
            .split(/\s+/)
            .map((word) => (word[0] ?? "").toUpperCase() + word.slice(1).toLowerCase())
            .join(" "),
      ],
    },
  });

export const importlib = (): Module =>
  makeModule({
    functions: {
      import_module: [
        "name, package=None",
        (a, interp) => {
          if (isUnknown(a.name)) return a.name;
          const name = toText(a.name) ?? "";
          const package_ = toText(a.package) ?? "";
          // Files are looked for, and what was looked for is remembered.
          interp.tick(STEPS.lookedFor);
          return interp.importModule(name.startsWith(".") ? package_ + name : name);
        },
      ],
      reload: ["module", (a) => a.module],
      invalidate_caches: ["", () => null],
    },
  });

export const importlibUtil = (): Module =>
  makeModule({
    functions: {
      find_spec: [
        "name, package=None",
        (a, interp) => {
          const module = isUnknown(a.name) ? a.name : interp.importModule(toText(a.name) ?? "");
          const isThere = module instanceof ModuleValue;
          interp.assume(
            "branch",
            `there is ${isThere ? "a" : "no"} module ${toText(a.name) ?? "of that name"}`,
          );
          return isThere ? specOf(module) : null;
        },
      ],
    },
  });

/** Finders of compiled extensions: one that an installed package brings along is found. */
export const importlibMachinery = (): Module => inertModule();

export const ast = (): Module =>
  makeModule({
    functions: {
      literal_eval: [
        "source",
        (a, interp) => {
          if (isUnknown(a.source)) return a.source;
          const source = (toText(a.source) ?? "").trim();
          interp.tick(source.length);
          const value = literal(source);
          return value === ABSENT ? interp.fail("ValueError", "malformed node or string") : value;
        },
      ],
    },
  });

/** Where `value` goes in a sorted list. */
function bisect(interp: Interp, a: Bound, side: "left" | "right"): number | Unknown {
  const { x: value } = a;
  const all = items(interp, a.a);
  const unknown = [all, value, a.lo, a.hi].find(isUnknown);
  if (isUnknown(all) || unknown) return unknown ?? interp.unknown("where a value belongs in a list");
  let low = toInt(a.lo) ?? 0;
  for (let high = toInt(a.hi) ?? all.length; low < high; ) {
    const middle = (low + high) >> 1;
    const isLess =
      side === "left"
        ? truthy(interp, compare(interp, "<", all[middle], value))
        : truthy(interp, compare(interp, "<", value, all[middle]));
    if (isUnknown(isLess)) return isLess;
    if (isLess === (side === "left")) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const bisectModule = (): Module => {
  const find = (side: "left" | "right") =>
    ["a, x, lo=0, hi=None, *, ?key=None", (a: Bound, interp: Interp) => bisect(interp, a, side)] as const;
  const insert = (side: "left" | "right") =>
    [
      "a, x, lo=0, hi=None, *, ?key=None",
      (a: Bound, interp: Interp) => {
        const at = bisect(interp, a, side);
        if (isUnknown(at)) return at;
        changing(interp, a.a).splice(at, 0, a.x);
        return null;
      },
    ] as const;
  return makeModule({
    functions: {
      bisect: find("right"),
      bisect_right: find("right"),
      bisect_left: find("left"),
      insort: insert("right"),
      insort_right: insert("right"),
      insort_left: insert("left"),
    },
  });
};

/** A heap is kept as a sorted list, which is one. */
function reorder(interp: Interp, heap: Value): void {
  const all = changing(interp, heap);
  const order = sorted(interp, all, null, false);
  if (isUnknown(order)) changeUnknown(interp, heap, order, manyAmong(all) ? undefined : all.length);
  else all.splice(0, all.length, ...order);
}

export const heapq = (): Module =>
  makeModule({
    functions: {
      heapify: ["x", (a, interp) => none(reorder(interp, a.x))],
      heappush: [
        "heap, item",
        (a, interp) => none(changing(interp, a.heap).push(a.item), reorder(interp, a.heap)),
      ],
      heappop: ["heap", (a, interp) => smallest(interp, changing(interp, a.heap))],
      nlargest: ["n, iterable, key=None", (a, interp) => most(interp, a.iterable, a.n, a.key, true)],
      nsmallest: ["n, iterable, key=None", (a, interp) => most(interp, a.iterable, a.n, a.key, false)],
    },
  });

function smallest(interp: Interp, heap: Value[]): Value {
  interp.tick(weightMoved(heap.length));
  return manyAmong(heap) ?? heap.shift();
}

function most(interp: Interp, iterable: Value, count: Value, key: Value, largest: boolean): Value {
  const all = items(interp, iterable);
  const order = isUnknown(all) ? all : sorted(interp, all, key, largest);
  return isUnknown(order) ? order : new List([...order.slice(0, toInt(count) ?? 0)]);
}

export const io = (): Module =>
  makeModule({
    functions: {
      StringIO: [
        "initial_value='', newline=None",
        (a, interp) => makeFile(interp, toText(a.initial_value) ?? "", false),
      ],
      BytesIO: [
        "initial_bytes=None",
        (a, interp) =>
          makeFile(
            interp,
            a.initial_bytes !== null &&
              typeof a.initial_bytes === "object" &&
              a.initial_bytes.kind === "bytes"
              ? a.initial_bytes.value
              : "",
            true,
          ),
      ],
      open: [
        "file, mode='r', **kwargs",
        (a, interp) => interp.call(interp.builtin("open"), [a.file, a.mode]),
      ],
    },
  });

export const textwrap = (): Module =>
  makeModule({
    functions: {
      dedent: [
        "text",
        (a, interp) => {
          const text = toText(a.text) ?? "";
          interp.tick(text.length >> 2);
          const indents = text.match(/^[ \t]*(?=\S)/gm) ?? [];
          // One by one: the host's own calls do not hold so many arguments.
          const least = indents.reduce(
            (known, { length }) => Math.min(known, length),
            Number.POSITIVE_INFINITY,
          );
          return text.replace(/^[ \t]+/gm, (indent) =>
            indent.length < least ? indent : indent.slice(least),
          );
        },
      ],
      indent: [
        "text, prefix",
        (a) => (toText(a.text) ?? "").replace(/^(?=.*\S)/gm, () => toText(a.prefix) ?? ""),
      ],
    },
  });

/** A statistic of numbers; a Float unless all are ints and the result is whole. */
function statistic(rule: (numbers: readonly number[]) => number, type?: "float") {
  return [
    "data",
    (a: Readonly<Record<string, Value>>, interp: Interp) => {
      const all = items(interp, a.data);
      if (isUnknown(all)) return all;
      if (all.length === 0) return interp.fail("ValueError", "no data points");
      const numbers: number[] = [];
      for (const value of all) {
        const number = toNumber(value);
        if (number === undefined) return interp.unknown("statistics of such values are not followed");
        numbers.push(number);
      }
      const result = rule(numbers);
      return type !== "float" && all.every((value) => typeof value === "number") && Number.isInteger(result)
        ? result
        : new Float(result);
    },
  ] as const;
}

const mean = (numbers: readonly number[]) => roundedSum(numbers) / numbers.length;

export const statistics = (): Module =>
  makeModule({
    functions: {
      mean: statistic(mean),
      fmean: statistic(mean, "float"),
      median: statistic((numbers) => {
        const order = [...numbers].sort((a, b) => a - b);
        const middle = order.length >> 1;
        return order.length % 2 === 1
          ? (order[middle] ?? 0)
          : ((order[middle - 1] ?? 0) + (order[middle] ?? 0)) / 2;
      }),
    },
  });
