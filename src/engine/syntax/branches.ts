/** Long runs of `elif` and `else if`, so that no walk over the tree goes as deep as they are long. */
import type { If, Match, Pattern, Stmt } from "./ast.ts";
import { FLAT_DEPTH } from "./tree.ts";

type Branch = Omit<If, "otherwise">;

/** One statement: the first of the branches that holds runs, or else `otherwise`. */
export function ifOf(first: Branch, more: readonly Branch[], otherwise: readonly Stmt[]): If {
  const nested = more.slice(0, FLAT_DEPTH);
  const beyond = more[FLAT_DEPTH];
  const rest = beyond ? [casesOf(beyond, more.slice(FLAT_DEPTH), otherwise)] : otherwise;
  return {
    ...first,
    otherwise: nested.reduceRight<readonly Stmt[]>(
      (inside, branch) => [{ ...branch, otherwise: inside }],
      rest,
    ),
  };
}

/** The cases of a `match` do not stand inside of each other. */
function casesOf({ at }: Branch, branches: readonly Branch[], otherwise: readonly Stmt[]): Match {
  const pattern: Pattern = { kind: "capture", name: undefined };
  return {
    kind: "match",
    subject: { kind: "literal", value: null, at },
    cases: [
      ...branches.map(({ test, then }) => ({ pattern, guard: test, body: then })),
      { pattern, body: otherwise },
    ],
    at,
  };
}
