/** `importlib.metadata`: what the environment's `*.dist-info` and `*.egg-info` folders say of installed packages. */
import type { Interp } from "../../../interpret/interp.ts";
import { defineClass } from "../../../interpret/native.ts";
import {
  ABSENT,
  type ClassValue,
  isUnknown,
  ModuleValue,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { toText } from "../core.ts";
import { joinPath } from "../files.ts";
import { packageName, packagesAmong } from "../packages.ts";
import { exceptionClass } from "../types/exceptions.ts";
import { OBJECT } from "../types/object.ts";
import { makeRuntime } from "./inertness.ts";
import { type Module, makeModule, OpenModule } from "./table.ts";

/** Undefined where no folder tells of any package: there is no environment that could tell. */
function installed(interp: Interp, name: string): { readonly version?: string } | undefined {
  let isEnvironment = false;
  for (const folder of interp.host.searchPaths) {
    const names = interp.host.list(folder);
    interp.tick(1 + (names.length >> 3));
    const packages = packagesAmong(names);
    isEnvironment ||= packages.length > 0;
    const found = packages.find((each) => each.name === packageName(name));
    if (!found) continue;
    const text = interp.host.read(joinPath(joinPath(folder, found.info), "METADATA"));
    return { version: /^Version:\s*(\S+)/m.exec(text ?? "")?.[1] ?? found.version };
  }
  const kept = [...(interp.host.kept?.values() ?? [])]
    .flat()
    .find((each) => each.package === packageName(name));
  return kept ?? (isEnvironment ? {} : undefined);
}

/** A framework's version is the one that its rules are of, whatever is installed. */
function ruledVersion(interp: Interp, name: string): Value {
  const module = interp.importModule(name);
  if (!(module instanceof ModuleValue) || module.file !== undefined) return undefined;
  const version = interp.lookup(module, "__version__");
  return typeof version === "string" ? version : undefined;
}

function versionOf(interp: Interp, name: Value): string | Unknown {
  if (isUnknown(name)) return name;
  const text = toText(name) ?? "";
  const ruled = ruledVersion(interp, text.replaceAll("-", "_"));
  if (typeof ruled === "string") return ruled;
  const found = installed(interp, text);
  if (!found) return interp.unknown(`the version of ${text} is not known`);
  if (found.version !== undefined) return found.version;
  interp.assume("branch", `there is no package ${text}`);
  return interp.raise("ModuleNotFoundError", `No package metadata was found for ${text}`);
}

const DISTRIBUTION: ClassValue = defineClass("Distribution", {
  bases: [OBJECT],
  methods: {
    __getitem__: ["self, key", (a, interp) => interp.getAttr(a.self, String(a.key).toLowerCase())],
    __getattr__: [
      "self, name",
      (a, interp) => interp.unknown(`what a package's metadata says of its ${String(a.name)} is not read`),
    ],
  },
});

function distribution(interp: Interp, name: Value): Value {
  const version = versionOf(interp, name);
  if (isUnknown(version)) return version;
  const made = interp.newInstance(DISTRIBUTION);
  made.attrs.set("version", version);
  made.attrs.set("name", name);
  return made;
}

export const importlibMetadata = (): Module => {
  const known = makeModule({
    // The real one is a class of its own below this; handlers of both catch it.
    values: { PackageNotFoundError: exceptionClass("ModuleNotFoundError"), Distribution: DISTRIBUTION },
    functions: {
      version: ["distribution_name", (a, interp) => versionOf(interp, a.distribution_name)],
      metadata: ["distribution_name", (a, interp) => distribution(interp, a.distribution_name)],
      distribution: ["distribution_name", (a, interp) => distribution(interp, a.distribution_name)],
    },
  });
  return new OpenModule(known, (name) =>
    name.startsWith("__") ? ABSENT : makeRuntime(`importlib.metadata.${name}`),
  );
};
