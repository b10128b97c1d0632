/** `convlens diff BASE [HEAD]`: what the networks of a repository cost at two revisions, where they differ. */
import type { ModelHost } from "../../engine/contract/engine.types.ts";
import { GitError, GitRepository } from "../../node/git.ts";
import { revisionHost } from "../../node/revisionHost.ts";
import { keptFor, missingFolder } from "../open.ts";
import { relativePlaces } from "../places.ts";
import type { DiffCommand } from "../projectArguments.ts";
import { rootsOfAll } from "../rootsOfAll.ts";
import type { ExitCode, Surroundings } from "../surroundings.ts";
import {
  diffGitlab,
  diffJson,
  diffMarkdown,
  diffSarif,
  diffText,
  type Revision,
  type Told,
} from "./formats.ts";
import { candidates, compareNetworks, type Networks, networksOf } from "./networks.ts";

export async function diff(command: DiffCommand, around: Surroundings): Promise<ExitCode> {
  const missing = missingFolder(command, around);
  if (missing !== undefined) {
    around.err(`convlens: ${missing}\n`);
    return 2;
  }
  try {
    around.out(FORMATS[command.format](await compared(command, around)));
    return 0;
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    around.err(`convlens: ${error.message}\n`);
    return 2;
  }
}

const FORMATS: Readonly<Record<DiffCommand["format"], (told: Told) => string>> = {
  text: diffText,
  json: diffJson,
  markdown: diffMarkdown,
  sarif: diffSarif,
  gitlab: diffGitlab,
};

async function compared(command: DiffCommand, around: Surroundings): Promise<Told> {
  const repository = new GitRepository(around.cwd);
  const { base, head } = revisions(command, repository);
  const { files, leftOut } = candidates(repository, base.commit, head.commit ?? undefined);
  const names = files.map(({ before, after }) => after ?? before ?? "");
  const found = rootsOfAll(names, repository.root, command, around);
  const roots = { ...found, kept: await keptFor(found.folders) };
  const at = async ({ commit }: Revision) => {
    const engine = await around.openEngine(roots, (disk: ModelHost) =>
      commit === null ? disk : revisionHost(repository, commit, disk),
    );
    return (file: string): Networks =>
      new Map(
        [...networksOf(engine, `${repository.root}/${file}`)].map(([name, { report, ...side }]) => [
          name,
          { ...side, report: report && relativePlaces(report, repository.root) },
        ]),
      );
  };
  const [before, after] = [await at(base), await at(head)];
  return {
    tool: `convlens ${around.version}`,
    ...{ base, head, unit: command.unit, width: around.width },
    ...compareNetworks(files, leftOut, { before, after }),
  };
}

function revisions(
  { base, head, fromMergeBase }: DiffCommand,
  repository: GitRepository,
): { readonly base: Revision & { readonly commit: string }; readonly head: Revision } {
  const first = repository.commit(base);
  if (head === undefined)
    return { base: { name: base, commit: first }, head: { name: "working tree", commit: null } };
  const second = repository.commit(head);
  const from = fromMergeBase ? repository.mergeBase(first, second) : first;
  return { base: { name: base, commit: from }, head: { name: head, commit: second } };
}
