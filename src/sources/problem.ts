/** What went wrong with getting sources, as one sentence for the user; everything else that is thrown is a fault of ours. */
export class SourcesProblem extends Error {
  override readonly name = "SourcesProblem";
}

/** What the system says of a disk that does not take what is written. */
export function diskProblem(error: unknown, what: string): SourcesProblem {
  const { code, message } = error as NodeJS.ErrnoException;
  const why =
    code === "ENOSPC"
      ? "the disk is full"
      : code === "EACCES" || code === "EPERM" || code === "EROFS"
        ? "it may not be written: check its permissions"
        : (code ?? message);
  return new SourcesProblem(`${what}: ${why}`);
}
