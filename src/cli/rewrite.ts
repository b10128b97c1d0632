/** Stands in. */
import type { RewriteCommand } from "./arguments.ts";
import type { ExitCode, Surroundings } from "./surroundings.ts";

export async function rewrite(command: RewriteCommand, around: Surroundings): Promise<ExitCode> {
  around.err(`convlens: rewrite ${command.file} is not there yet\n`);
  return 2;
}
