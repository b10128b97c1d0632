/**
 * Which Keras a program runs on, for the names that it gives by itself differ: the first `Input` is `input_layer` in
 * Keras 3, `input_1` in Keras 2, and Keras before 2.4 numbers every layer from 1. Asked are the environment's packages,
 * then what the project says that it needs.
 */
import type { ModelHost } from "../../contract/engine.types.ts";
import { packagesAmong } from "../../languages/python/packages.ts";

/** `2.0` stands for Keras before 2.4, which was no part of TensorFlow. */
export type KerasVersion = "2.0" | "2" | "3";

/** The package that a program takes Keras from. */
export type KerasPackage = "keras" | "tensorflow" | "tf_keras";

/** `tensorflow` for `tensorflow.keras.layers`. */
export function packageOf(module: string): KerasPackage {
  const [root] = module.split(".");
  return root === "keras" || root === "tf_keras" ? root : "tensorflow";
}

type Release = readonly [major: number, minor: number];

/** Files in which projects name what they need. */
const REQUIREMENTS =
  /^(requirements[\w.-]*\.txt|pyproject\.toml|setup\.(py|cfg)|environment[\w.-]*\.ya?ml|Pipfile(\.lock)?|(poetry|uv)\.lock)$/;

const RELEVANT = /^(keras|tensorflow(-(cpu|gpu|intel|macos))?)$/;

/** `tensorflow-gpu>=1.14,<2`, `keras = "^2.4"`, and the two lines of a lock file: the name, and what follows it. */
const NEEDED =
  /(?<![\w.-])(keras|tensorflow(?:[-_](?:cpu|gpu|intel|macos))?)(?![\w-])([^\n;]*(?:\n\s*version\b[^\n]*)?)/gi;

const BOUND = /(==|~=|<=|>=|!=|<|>|=|\^)\s*["']?\s*(\d+)(?:\.(\d+))?/g;

/** Undefined where neither tells. `file` is a file of the program. */
export function kerasVersion(host: ModelHost, file: string, from: KerasPackage): KerasVersion | undefined {
  if (from === "tf_keras") return "2";
  for (const folder of host.searchPaths) {
    const found = installedIn(host.list(folder), from);
    if (found) return found;
  }
  for (let at = folderOf(file); at !== ""; at = folderOf(at)) {
    for (const name of host
      .list(at)
      .filter((one) => REQUIREMENTS.test(one))
      .sort()) {
      const found = neededIn(host.read(`${at}/${name}`) ?? "", from);
      if (found) return found;
    }
  }
  return undefined;
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf("/")));
}

function installedIn(names: readonly string[], from: KerasPackage): KerasVersion | undefined {
  return decided(
    packagesAmong(names).map(({ name, version }) => {
      const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
      return major !== undefined && RELEVANT.test(name)
        ? versionOf(name, release(major, minor), from)
        : undefined;
    }),
  );
}

function neededIn(text: string, from: KerasPackage): KerasVersion | undefined {
  return decided(
    [...text.replaceAll(/#.*$/gm, "").matchAll(NEEDED)].map(([, title = "", bounds = ""]) =>
      decided(
        [...bounds.matchAll(BOUND)].map(([, sign, major = "", minor]) =>
          bounded(title, sign, release(major, minor), from),
        ),
      ),
    ),
  );
}

function release(major: string, minor: string | undefined): Release {
  return [Number(major), Number(minor ?? 0)];
}

/** The first that tells. */
function decided(found: readonly (KerasVersion | undefined)[]): KerasVersion | undefined {
  return found.find((version) => version !== undefined);
}

/** What one bound says: `<2.16` is what comes before it, `>=2.4` may be anything later. */
function bounded(
  title: string,
  sign: string | undefined,
  at: Release,
  from: KerasPackage,
): KerasVersion | undefined {
  const here = versionOf(title, at, from);
  switch (sign) {
    case "!=":
      return undefined;
    case ">":
    case ">=":
      return here === "3" ? here : undefined;
    case "<": {
      const before: Release = at[1] > 0 ? [at[0], at[1] - 1] : [at[0] - 1, Number.POSITIVE_INFINITY];
      return versionOf(title, before, from) === "3" ? undefined : versionOf(title, before, from);
    }
    case "<=":
      return here === "3" ? undefined : here;
    default:
      return here;
  }
}

/** TensorFlow 2.16 was the first with Keras 3. What TensorFlow holds says nothing of a `keras` of its own before that. */
function versionOf(title: string, [major, minor]: Release, from: KerasPackage): KerasVersion | undefined {
  if (/^keras$/i.test(title)) {
    if (major >= 3) return "3";
    const isOld = major < 2 || (major === 2 && minor < 4);
    return isOld ? (from === "keras" ? "2.0" : undefined) : "2";
  }
  if (major > 2 || (major === 2 && minor >= 16)) return "3";
  return from === "tensorflow" ? "2" : undefined;
}
