/**
 * The tools that agents are given, for MCP clients and VS Code's chat alike: what each is called with, which commands
 * it runs and how its answer reads. All of them only read.
 */
import { entryOf } from "../engine/base/table.ts";
import { simulationText, suggestionText } from "./changes.ts";
import { checkedText } from "./checked.ts";
import type { Answered, RunCommand } from "./command.ts";
import { differenceText } from "./difference.ts";
import { checkGiven, type Fields, type Given, type Schema, schemaOf } from "./fields.ts";
import { layerText, networksText, networkText } from "./networks.ts";
import { Places } from "./places.ts";

export interface Tool {
  readonly title: string;
  readonly description: string;
  readonly fields: Fields;
  /** The answer as Markdown. Throws a Refusal. */
  readonly answer: (given: Given, about: About) => Promise<string>;
}

interface About {
  /** Gives standard output, where the command has any. Throws a Refusal. */
  readonly run: (...argv: readonly string[]) => Promise<Answered>;
  readonly places: Places;
}

/** Why there is no answer. */
export class Refusal extends Error {}

const FILE = {
  kind: "text",
  required: true,
  description: "Model file (.py, .ipynb, .ts, .js), from the workspace folder or absolute.",
} as const;
const NETWORK = {
  network: {
    kind: "text",
    description: "Class, builder function or Class.factory. Absent: the file's main network.",
  },
  args: {
    kind: "text",
    description: 'Arguments of its constructor, as code writes them: "num_classes=10, width_mult=0.5".',
  },
  input: {
    kind: "texts",
    description: 'One shape for each argument of forward: "1x3x224x224", "1x10:int64".',
  },
} as const satisfies Fields;
const LAYERS_TO_SWAP = {
  kind: "texts",
  description:
    'Names of the convolutions that become depthwise separable (as suggest_changes lists them), or ["all"].',
} as const;
const STEM = { kind: "flag", description: "The first convolution may be swapped too." } as const;

export const TOOLS: Readonly<Record<string, Tool>> = {
  list_networks: {
    title: "List networks",
    description:
      "Lists the neural networks of a model file, folder or glob with their MACs, parameters and places. Reads source code (PyTorch, Keras, Flax, Haiku, Equinox, TensorFlow.js); nothing is run.",
    fields: {
      path: { kind: "text", description: "File, folder or glob. Absent: the whole workspace folder." },
    },
    answer: async (given, { run, places }) =>
      networksText(await run("profile", "--all", "--json", "--", given.text("path") ?? "."), places),
  },
  profile_network: {
    title: "Profile a network",
    description:
      "Tells what one network costs: exact MACs, parameters, peak activations, its input, the dearest layers with their places, what was assumed and what is not known.",
    fields: { file: FILE, ...NETWORK },
    answer: async (given, { run, places }) =>
      networkText(await run("profile", "--json", ...networkArguments(given)), places),
  },
  explain_layer: {
    title: "Explain a layer",
    description:
      "Explains the cost of one layer: its formula with the numbers put in, beside its depthwise separable form, whether it can be swapped, and where it is made and called.",
    fields: {
      file: FILE,
      layer: { kind: "text", required: true, description: "The layer's name, such as layer1.0.conv1." },
      ...NETWORK,
    },
    answer: async (given, { run, places }) =>
      layerText(
        await run("profile", "--json", ...networkArguments(given)),
        given.text("layer") ?? "",
        places,
      ),
  },
  simulate_changes: {
    title: "Simulate changes",
    description:
      "Tells what a network would cost after MobileNet's changes, without editing anything: convolutions made depthwise separable, width multiplier alpha, resolution multiplier rho.",
    fields: {
      ...{ file: FILE, swap: LAYERS_TO_SWAP, stem: STEM },
      alpha: { kind: "number", description: "Width multiplier; 1 when absent." },
      rho: { kind: "number", description: "Resolution multiplier; 1 when absent." },
      ...NETWORK,
    },
    answer: async (given, { run, places }) => {
      const swap = given.texts("swap").join(",") || "none";
      const factors = (["alpha", "rho"] as const).flatMap((name) => {
        const factor = given.number(name);
        return factor === undefined ? [] : [`--${name}=${factor}`];
      });
      const options = [`--swap=${swap}`, ...factors, ...stem(given)];
      return simulationText(await run("simulate", "--json", ...options, ...networkArguments(given)), places);
    },
  },
  suggest_changes: {
    title: "Suggest changes for a budget",
    description:
      "Finds the fewest lines to change that bring a network within a budget of MACs, by depthwise separable convolutions, then width and resolution. Nothing is edited; rewrite_patch gives the edit.",
    fields: {
      file: FILE,
      budget: { kind: "text", required: true, description: 'MACs for one sample: "300M", "4.1G".' },
      stem: STEM,
      ...NETWORK,
    },
    answer: async (given, { run, places }) => {
      const network = networkArguments(given);
      const options = [`--budget=${given.text("budget") ?? ""}`, ...stem(given)];
      const found = await run("suggest", "--json", ...options, ...network);
      return suggestionText(found, await run("profile", "--json", ...network), places);
    },
  },
  rewrite_patch: {
    title: "Patch for a swap",
    description:
      "Gives a unified diff that makes convolutions depthwise separable in the source, proved by tracing the edited program again. The files are left as they are: apply the patch yourself.",
    fields: { file: FILE, layers: { ...LAYERS_TO_SWAP, required: true }, stem: STEM, ...NETWORK },
    answer: async (given, { run }) => {
      const layers = given.texts("layers").join(",");
      const { out, said } = await run(
        ...["rewrite", "--diff", `--layers=${layers}`, ...stem(given)],
        ...networkArguments(given),
      );
      return [...said, "", "```diff", out.replace(/\n$/, ""), "```"].join("\n");
    },
  },
  check_budgets: {
    title: "Check budgets",
    description:
      "Holds the networks of the project to the budgets of pyproject.toml ([tool.convlens.budgets.NAME]) or convlens.config.json.",
    fields: {
      paths: { kind: "texts", description: "Files, folders or globs; absent: the whole project." },
    },
    answer: async (given, { run, places }) =>
      checkedText(await run("check", "--json", "--", ...given.texts("paths")), places),
  },
  diff_revisions: {
    title: "Compare two revisions",
    description:
      "Tells which networks cost something else at two Git revisions, and by which layers. Nothing is checked out.",
    fields: {
      base: {
        kind: "text",
        required: true,
        description: "Commit, branch or tag; BASE...HEAD is from their merge base.",
      },
      head: { kind: "text", description: "Absent: the files as they are in the working tree." },
    },
    answer: async (given, { run, places }) => {
      const revisions = [given.text("base"), given.text("head")].filter((one) => one !== undefined);
      return differenceText(await run("diff", "--json", "--", ...revisions), places);
    },
  },
};

function networkArguments(given: Given): readonly string[] {
  const [network, args] = [given.text("network"), given.text("args")];
  return [
    ...(network === undefined ? [] : [`--model=${network}`]),
    ...(args === undefined ? [] : [`--args=${args}`]),
    ...given.texts("input").map((shape) => `--input=${shape}`),
    ...["--", given.text("file") ?? ""],
  ];
}

function stem(given: Given): readonly string[] {
  return given.flag("stem") ? ["--stem"] : [];
}

export function toolSchema(name: string): Schema {
  return schemaOf(entryOf(TOOLS, name)?.fields ?? {});
}

/** In VS Code's chat, tools of all extensions have their names side by side. */
export function chatName(name: string): string {
  return `convlens_${name}`;
}

/** Throws a Refusal, or WrongArguments. */
export async function answerTool(
  name: string,
  given: unknown,
  around: { readonly cwd: string; readonly command: RunCommand; readonly signal: AbortSignal },
): Promise<string> {
  const tool = entryOf(TOOLS, name);
  if (!tool) throw new Refusal(`there is no tool ${name}`);
  return tool.answer(checkGiven(tool.fields, given), {
    places: new Places(around.cwd),
    run: async (...argv) => {
      const answered = await around.command(argv, around.signal);
      if (answered.out === "") throw new Refusal(answered.said.join("\n") || "there is no answer");
      return answered;
    },
  });
}
