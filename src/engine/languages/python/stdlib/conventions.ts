/** What is assumed of the machine that a program runs on, and of libraries that only show or log things. */
import { type Conventions, conventionsOf } from "../../../interpret/assumptions.ts";

const LINUX = "the program runs on Linux";
const PYTHON = "the program runs in Python 3.11";
const ENVIRONMENT = "no variable of the environment is set";

const ofMachine = conventionsOf({
  branch: {},
  value: {
    "sys.platform": LINUX,
    "sys.executable": LINUX,
    "sys.version_info": PYTHON,
    "sys.version": PYTHON,
    "sys.hexversion": PYTHON,
    "sys.argv": "the command is given no arguments",
    "sys.byteorder": "the machine is little-endian",
    "os.name": LINUX,
    "os.environ": ENVIRONMENT,
    "os.getenv": ENVIRONMENT,
    "os.cpu_count": "the machine has one processor",
    "os.getcwd": "the program is started in the workspace",
    "multiprocessing.cpu_count": "the machine has one processor",
  },
});

/** Libraries whose every name is taken to do nothing. */
const IDLE: ReadonlySet<string> = new Set([
  "clearml",
  "colorama",
  "comet_ml",
  "loguru",
  "matplotlib",
  "mlflow",
  "prettytable",
  "rich",
  "seaborn",
  "tabulate",
  "tensorboard",
  "tensorboardX",
  "termcolor",
  "tqdm",
  "wandb",
]);

export function stdlibConventions(module: string): Conventions | undefined {
  const [library = ""] = module.split(".");
  if (!IDLE.has(library)) return ofMachine(module);
  const assumed = { kind: "module", text: `${library} is taken to change no figure` } as const;
  return () => assumed;
}
