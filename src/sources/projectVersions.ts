/** The versions of packages that a project says it uses: its lock files first, then what it requires. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import { packageName } from "../engine/languages/python/packages.ts";
import { projectTextOrEmpty } from "../node/host.ts";
import { applies, parseRequirement } from "./requirement.ts";

export interface ProjectVersion {
  /** `==0.14.1`, `>=1,<2`. */
  readonly specifier: string;
  /** The file that says so. */
  readonly file: string;
}

export type ProjectVersions = ReadonlyMap<string, ProjectVersion>;

type Found = readonly (readonly [name: string, specifier: string])[];

/** The order in which they are believed. */
const READERS: readonly (readonly [pattern: RegExp, read: (text: string, file: string) => Found])[] = [
  [/^uv\.lock$/, lockedIn],
  [/^poetry\.lock$/, lockedIn],
  [/^requirements[\w.-]*\.txt$/, (text, file) => requiredIn(text, file, new Set([file]))],
  [/^pyproject\.toml$/, inPyproject],
  [/^environment[\w.-]*\.ya?ml$/, inCondaFile],
];

/** `folders` are looked at in order: what the first says of a package is not said otherwise by a later one. */
export function projectVersions(folders: readonly string[]): ProjectVersions {
  const versions = new Map<string, ProjectVersion>();
  for (const folder of folders) {
    const names = namesIn(folder);
    for (const [pattern, read] of READERS) {
      for (const name of names.filter((one) => pattern.test(one))) {
        const file = path.join(folder, name);
        for (const [title, specifier] of quietly(() => read(projectTextOrEmpty(file), file))) {
          const key = packageName(title);
          if (specifier !== "" && !versions.has(key)) versions.set(key, { specifier, file });
        }
      }
    }
  }
  return versions;
}

/** `[[package]]` tables. */
function lockedIn(text: string): Found {
  const { package: packages } = parseToml(text) as { readonly package?: unknown };
  return listOf(packages).flatMap((entry) => {
    const { name, version } = tableOf(entry);
    return typeof name === "string" && typeof version === "string" ? [[name, `==${version}`] as const] : [];
  });
}

/** `-r` and `-c` lead to other files of the same folder, each of which is read once: they may name each other. */
function requiredIn(text: string, file: string, seen: Set<string>): Found {
  return text
    .replaceAll(/\\\r?\n/g, " ")
    .split(/\r?\n/)
    .flatMap((line): Found => {
      const plain = line.replace(/(^|\s)#.*$/, "").trim();
      const [, other] = /^(?:-r|-c|--requirement|--constraint)[\s=]+(\S+)$/.exec(plain) ?? [];
      if (other !== undefined && /^[\w.-]+$/.test(other)) {
        const beside = path.join(path.dirname(file), other);
        if (seen.has(beside)) return [];
        seen.add(beside);
        return quietly(() => requiredIn(projectTextOrEmpty(beside), beside, seen));
      }
      return plain.startsWith("-") ? [] : required(plain.replace(/\s--hash[=\s].*$/, ""));
    });
}

function required(text: string): Found {
  const requirement = parseRequirement(text);
  return requirement && applies(requirement.marker) ? [[requirement.name, requirement.specifier]] : [];
}

function inPyproject(text: string): Found {
  const { project, "dependency-groups": groups, tool } = parseToml(text);
  const { dependencies, "optional-dependencies": optional } = tableOf(project);
  const { dependencies: poetry, group } = tableOf(tableOf(tool).poetry);
  const listed = [dependencies, ...Object.values(tableOf(optional)), ...Object.values(tableOf(groups))];
  const poetryTables = [poetry, ...Object.values(tableOf(group)).map((one) => tableOf(one).dependencies)];
  return [
    ...listed.flatMap(listOf).flatMap((entry) => (typeof entry === "string" ? required(entry) : [])),
    ...poetryTables.flatMap((table) =>
      Object.entries(tableOf(table)).flatMap(([name, given]): Found => {
        const version = typeof given === "string" ? given : tableOf(given).version;
        return typeof version === "string" ? [[name, poetrySpecifier(version)]] : [];
      }),
    ),
  ];
}

/** `^1.2` is everything up to the next change of its first number that is not 0; `~1.2` keeps 1.2; `1.2` is exact. */
export function poetrySpecifier(text: string): string {
  return text
    .split(",")
    .map((part) => {
      const [, sign = "", version = ""] = /^\s*(\^|~(?!=)|)\s*(\d[\w.]*(?:\.\*)?)\s*$/.exec(part) ?? [];
      if (version === "") return part.trim() === "*" ? "" : part.replaceAll(/\s+/g, "");
      if (sign === "") return `==${version}`;
      const numbers = version.split(".").map((number) => Number.parseInt(number, 10));
      const first = numbers.findIndex((number) => number > 0);
      const kept = sign === "~" ? Math.min(1, numbers.length - 1) : first < 0 ? numbers.length - 1 : first;
      const next = numbers.slice(0, kept + 1).map((number, at) => (at === kept ? number + 1 : number));
      return `>=${version},<${next.join(".")}`;
    })
    .filter((part) => part !== "")
    .join(",");
}

/** `torchvision=0.14.1` of conda is any 0.14.1; the list below `pip:` is pip's. */
function inCondaFile(text: string): Found {
  const { dependencies } = tableOf(parseYaml(text));
  return listOf(dependencies).flatMap((entry): Found => {
    if (typeof entry !== "string") return listOf(tableOf(entry).pip).flatMap((one) => required(String(one)));
    const [, name, version] = /^(?:[\w./-]+::)?([\w.-]+)\s*=\s*([\w.*]+)(?:=.*)?$/.exec(entry) ?? [];
    if (name === undefined || version === undefined) return required(entry);
    return [[name, version.includes("*") ? `==${version}` : `==${version}.*`]];
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function tableOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** A file that is half written names no versions. */
function quietly(read: () => Found): Found {
  try {
    return read();
  } catch {
    return [];
  }
}
