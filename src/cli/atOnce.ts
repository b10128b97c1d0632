/** What needs neither a file nor the engine: help, version, and what is wrong with a command line. */
import type { Command } from "./arguments.ts";
import { HELP } from "./help.ts";
import type { ExitCode, Surroundings } from "./surroundings.ts";

type AtOnce = Extract<Command, { readonly kind: "help" | "version" | "usage-error" }>;

export function isAnsweredAtOnce(command: Command): command is AtOnce {
  return command.kind === "help" || command.kind === "version" || command.kind === "usage-error";
}

export function answerAtOnce(
  command: AtOnce,
  { version, out, err }: Pick<Surroundings, "version" | "out" | "err">,
): ExitCode {
  switch (command.kind) {
    case "help":
      out(HELP);
      return 0;
    case "version":
      out(`convlens ${version}\n`);
      return 0;
    case "usage-error":
      err(`convlens: ${command.message} (convlens --help)\n`);
      return 2;
  }
}
