/** `convlens sources`: gets, lists and removes the sources of Python packages that are not installed. */
import { compare } from "@renovatebot/pep440/lib/operator.js";
import { packageName } from "../engine/languages/python/packages.ts";
import { projectFolders } from "../node/project.ts";
import { type Added, addSources } from "../sources/add.ts";
import { cacheFolder, type KeptSource, keptSources, removeKept, thisSystem } from "../sources/cache.ts";
import { createClient } from "../sources/http.ts";
import { diskProblem, SourcesProblem } from "../sources/problem.ts";
import { projectVersions } from "../sources/projectVersions.ts";
import { fits, parseRequirement, type Requirement } from "../sources/requirement.ts";
import { indexSettings } from "../sources/settings.ts";
import { REAL_DISK } from "../sources/store.ts";
import type { SourcesCommand } from "./sourcesArguments.ts";
import type { ExitCode, Surroundings } from "./surroundings.ts";

export async function sources(command: SourcesCommand, around: Surroundings): Promise<ExitCode> {
  try {
    return await ACTIONS[command.action](command, around);
  } catch (error) {
    if (!(error instanceof SourcesProblem)) throw error;
    around.err(`convlens: ${error.message}\n`);
    return 2;
  }
}

type Action = (command: SourcesCommand, around: Surroundings) => ExitCode | Promise<ExitCode>;

const ACTIONS: Readonly<Record<SourcesCommand["action"], Action>> = {
  add: (command, around) => get(requirementsOf(command), command, around),
  update,
  list,
  remove,
  where,
};

async function get(
  wanted: readonly Requirement[],
  { withDependencies, indexes, action }: SourcesCommand,
  around: Surroundings,
): Promise<ExitCode> {
  const settings = indexSettings(thisSystem(), indexes);
  const client = createClient(settings, `convlens/${around.version}`);
  let told = "";
  try {
    const { problems, builtIn, added } = await addSources(wanted, {
      ...{ client, withDependencies },
      indexes: settings.indexes,
      cache: cacheFolder(),
      versions: projectVersions(projectFolders(around.cwd)),
      disk: REAL_DISK,
      newest: action === "update",
      onProgress: ({ archive }) => {
        if (archive !== told) around.err(`convlens: getting ${archive}\n`);
        told = archive;
      },
      onKept: (got) => around.out(addedLine(got)),
    });
    if (added.length > 0 && builtIn.length > 0)
      around.out(`built into ConvLens, so not fetched: ${builtIn.join(", ")}\n`);
    for (const problem of problems) around.err(`convlens: ${problem}\n`);
    return problems.length > 0 ? 2 : 0;
  } finally {
    await client.close();
  }
}

function addedLine({ kept: { record }, isNew, namedBy }: Added): string {
  const why = namedBy === undefined ? "" : `, the version that ${namedBy} names`;
  const what = isNew ? `${amountOf(record)}, ${CHECKED[record.checked]}` : "kept already";
  return `${record.name} ${record.version}: ${what}${why}\n`;
}

const CHECKED = {
  archive: "checked by the archive's hash",
  files: "checked file by file against the wheel's RECORD",
  nothing: "not checked: the index gives no hash",
} as const;

function amountOf({ files, bytes }: KeptSource["record"]): string {
  return `${files} files of text, ${(bytes / 1e6).toFixed(1)} MB`;
}

/** All that was asked for before, where no package is named. */
async function update(command: SourcesCommand, around: Surroundings): Promise<ExitCode> {
  const asked = keptSources(cacheFolder()).filter(({ record }) => record.asked);
  const packages = command.packages.length > 0 ? command.packages : asked.map(({ name }) => name);
  return get(requirementsOf({ ...command, packages: [...new Set(packages)] }), command, around);
}

function list({ json }: SourcesCommand, around: Surroundings): ExitCode {
  const kept = inOrder(keptSources(cacheFolder()));
  if (json) {
    const told = kept.map(({ record, files }) => ({ ...record, folder: files }));
    around.out(`${JSON.stringify(told, null, 2)}\n`);
    return 0;
  }
  if (kept.length === 0) around.out("no sources are kept; convlens sources add PACKAGE gets some\n");
  for (const { record } of kept)
    around.out(
      `${record.name} ${record.version}  ${amountOf(record)}${record.asked ? "" : ", required by others"}\n`,
    );
  return 0;
}

function remove(command: SourcesCommand, around: Surroundings): ExitCode {
  const cache = cacheFolder();
  let code: ExitCode = 0;
  for (const requirement of requirementsOf(command)) {
    const found = keptAs(requirement, cache);
    if (found.length === 0) {
      around.err(`convlens: ${requirement.name}${requirement.specifier} is not kept\n`);
      code = 2;
    }
    for (const kept of found) {
      try {
        removeKept(cache, kept);
      } catch (error) {
        throw diskProblem(error, `${kept.folder} cannot be removed`);
      }
      around.out(`${kept.name} ${kept.record.version}: removed\n`);
    }
  }
  return code;
}

function where(command: SourcesCommand, around: Surroundings): ExitCode {
  const cache = cacheFolder();
  if (command.packages.length === 0) around.out(`${cache}\n`);
  const found = requirementsOf(command).map((requirement) => ({
    requirement,
    kept: keptAs(requirement, cache),
  }));
  for (const { kept } of found) for (const { files } of kept) around.out(`${files}\n`);
  const missing = found.filter(({ kept }) => kept.length === 0);
  for (const { requirement } of missing)
    around.err(`convlens: ${requirement.name}${requirement.specifier} is not kept\n`);
  return missing.length > 0 ? 2 : 0;
}

function keptAs({ name, specifier }: Requirement, cache: string): readonly KeptSource[] {
  return inOrder(
    keptSources(cache).filter(
      (kept) => kept.name === packageName(name) && fits(kept.record.version, specifier, true),
    ),
  );
}

/** By name, the newest version of each first. */
function inOrder(kept: readonly KeptSource[]): readonly KeptSource[] {
  return [...kept].sort(
    (a, b) => a.name.localeCompare(b.name, "en") || compare(b.record.version, a.record.version),
  );
}

function requirementsOf({ packages }: SourcesCommand): readonly Requirement[] {
  return packages.map((text) => {
    const requirement = parseRequirement(text);
    if (requirement) return requirement;
    throw new SourcesProblem(
      `"${text}" is no package: write torchvision, torchvision==0.14.1 or "torchvision>=0.10,<1"`,
    );
  });
}
