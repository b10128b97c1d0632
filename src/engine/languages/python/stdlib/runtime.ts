/**
 * Modules whose answers are decided at run time (clocks, random numbers, processes, the network) and modules that
 * only show or store things. The former answer Unknown, the latter do nothing.
 */
import { entryOf } from "../../../base/table.ts";
import { def, defineClass } from "../../../interpret/native.ts";
import { isUnknown, type Value } from "../../../interpret/values.ts";
import { iterate, iterOf } from "../sequences.ts";
import { argsOf, OBJECT, raw } from "../types/object.ts";
import { inertModule, makeInert, runtimeModule } from "./inertness.ts";
import { inert, type Module } from "./table.ts";

const RUNTIME = [
  "asyncio",
  "base64",
  "binascii",
  "calendar",
  "concurrent",
  "concurrent.futures",
  "configparser",
  "csv",
  "ctypes",
  "datetime",
  "decimal",
  "fractions",
  "ftplib",
  "getpass",
  "gzip",
  "hashlib",
  "hmac",
  "http",
  "http.client",
  "http.server",
  "locale",
  "marshal",
  "mimetypes",
  "multiprocessing",
  "multiprocessing.pool",
  "pickle",
  "platform",
  "psutil",
  "queue",
  "random",
  "resource",
  "secrets",
  "select",
  "shelve",
  "shlex",
  "socket",
  "sqlite3",
  "ssl",
  "struct",
  "subprocess",
  "tarfile",
  "tempfile",
  "threading",
  "time",
  "timeit",
  "tokenize",
  "urllib",
  "urllib.error",
  "urllib.request",
  "uuid",
  "xml",
  "xml.etree",
  "xml.etree.ElementTree",
  "zipfile",
  "zlib",
];

const INERT = [
  "atexit",
  "cProfile",
  "doctest",
  "faulthandler",
  "gc",
  "logging.config",
  "logging.handlers",
  "matplotlib",
  "matplotlib.pyplot",
  "pdb",
  "pprint",
  "pstats",
  "rich",
  "rich.console",
  "rich.progress",
  "rich.table",
  "rich.logging",
  "seaborn",
  "shutil",
  "signal",
  "tensorboard",
  "tensorboardX",
  "termcolor",
  "traceback",
  "tracemalloc",
  "unittest",
  "unittest.mock",
  "wandb",
  "weakref",
  "mlflow",
  "colorama",
  "prettytable",
  "tabulate",
  "comet_ml",
  "clearml",
  "loguru",
];

/** Functions that only have effects: nothing to know about what they give. */
const EFFECTS: Readonly<Record<string, readonly string[]>> = {
  random: ["seed", "shuffle", "setstate"],
  time: ["sleep"],
  multiprocessing: ["set_start_method", "freeze_support"],
};

/** `tqdm(iterable)`: the progress bar is the iterable itself. */
function progress(name: string): Value {
  return raw(name, "iterable=None, *args, **kwargs", (_interp, args, kwargs) => {
    const source = args[0] ?? kwargs.get("iterable");
    return source === undefined || source === null ? makeInert() : source;
  });
}

const tqdm = (): Module => {
  const range = def("trange", "*args, **kwargs", (a, interp) => {
    const made = interp.call(interp.builtin("range"), argsOf(a.args));
    const iterator = isUnknown(made) ? made : iterate(interp, made);
    return isUnknown(iterator) ? iterator : iterOf(iterator);
  });
  return inertModule([
    ["tqdm", progress("tqdm")],
    ["tqdm_notebook", progress("tqdm_notebook")],
    ["trange", range],
  ]);
};

/** Locks and threads are made and used, never looked into. */
const threading = (): Module => {
  const lock = defineClass("Lock", {
    bases: [OBJECT],
    methods: {
      __enter__: ["self", (a) => a.self],
      __exit__: ["self, *args", () => null],
      acquire: ["self, blocking=True, timeout=-1", () => true],
      release: ["self", () => null],
    },
  });
  const local = defineClass("local", { bases: [OBJECT] });
  return runtimeModule("threading", [
    ["Lock", lock],
    ["RLock", lock],
    ["local", local],
  ]);
};

export const runtimeModules: Readonly<Record<string, () => Module>> = {
  ...Object.fromEntries(
    RUNTIME.map((module) => [
      module,
      () =>
        runtimeModule(
          module,
          (entryOf(EFFECTS, module) ?? []).map((name) => [name, inert(name)] as const),
        ),
    ]),
  ),
  ...Object.fromEntries(INERT.map((module) => [module, () => inertModule()])),
  threading,
  tqdm,
  "tqdm.auto": tqdm,
  "tqdm.notebook": tqdm,
};
