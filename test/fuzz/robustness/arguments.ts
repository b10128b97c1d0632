/** What `npm run fuzz` is told. */

export interface FuzzArguments {
  readonly seed: number;
  readonly minutes: number | undefined;
  /** Of a fixed number of cases: what a machine finds does not hang on its speed. */
  readonly rounds: number;
  readonly only: readonly string[];
  /** Folders with model files, instead of the repository's own. */
  readonly files: readonly string[];
  /** One case alone. */
  readonly index: number | undefined;
}

export const USAGE = `usage: npm run fuzz -- [--minutes N | --rounds N] [--seed S] [--only PART,PART] [--files FOLDER]… [--case N]
parts: mutants, edits, rewrites, names, calls, hostile, soak`;

export function parseArguments(argv: readonly string[]): FuzzArguments | undefined {
  const given = new Map<string, string[]>();
  for (let at = 0; at < argv.length; at += 2) {
    const [name = "", value] = [argv[at], argv[at + 1]];
    if (!/^--(minutes|rounds|seed|only|files|case)$/.test(name) || value === undefined) return undefined;
    given.set(name, [...(given.get(name) ?? []), value]);
  }
  const number = (name: string): number | undefined => {
    const text = given.get(name)?.at(-1);
    return text === undefined ? undefined : Number(text);
  };
  const minutes = number("--minutes");
  const parsed: FuzzArguments = {
    seed: number("--seed") ?? Math.floor(Math.random() * 1e6),
    minutes,
    rounds: number("--rounds") ?? (minutes === undefined ? 1 : Number.POSITIVE_INFINITY),
    only: given.get("--only")?.at(-1)?.split(",") ?? [],
    files: given.get("--files") ?? [],
    index: number("--case"),
  };
  const numbers = [parsed.seed, minutes ?? 0, parsed.rounds, parsed.index ?? 0];
  return numbers.some((value) => Number.isNaN(value)) ? undefined : parsed;
}
