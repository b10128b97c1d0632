/** Stands in. */
import type { SuggestCommand } from "./arguments.ts";
import type { ExitCode, Surroundings } from "./surroundings.ts";

export async function suggest(command: SuggestCommand, around: Surroundings): Promise<ExitCode> {
  around.err(`convlens: suggest ${command.file} is not there yet\n`);
  return 2;
}
