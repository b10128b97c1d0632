/**
 * What follows where something unknown may have left: `if unknown: continue`. It runs, as one side of a branch whose
 * other side does nothing, until the place is reached where both come together again: the end of the turn, of the loop
 * or of the function.
 */
import { BREAK, CONTINUE, type Completion, isSameExit, RETURN } from "./compile/completion.ts";
import { Journal, NO_CHANGES } from "./journal.ts";
import type { Machine } from "./machine.ts";
import type { Scope } from "./scope.ts";
import type { Site } from "./trace.ts";
import type { Unknown } from "./values.ts";

type Exit = NonNullable<Completion>;

/** How something may have left, and why that is not known. */
export interface MayLeave {
  readonly exit: Exit;
  readonly why: Unknown;
  /** The condition. */
  readonly site: Site | undefined;
}

/** One that is open; `outer` was opened before it. */
export interface Doubt extends MayLeave {
  readonly outer: Doubt | undefined;
  readonly journal: Journal;
  readonly outerJournal: Journal | undefined;
  readonly opsBefore: number;
  readonly frame: Scope | undefined;
}

/** What runs from here on may not run. Where that is so already up to the same place, nothing changes. */
export function mayLeave(m: Machine, { exit, why, site }: MayLeave): void {
  if (isOpen(m, exit)) return;
  const { doubt: outer, journal: outerJournal, frame } = m;
  const journal = new Journal(outerJournal);
  m.doubt = { exit, why, site, outer, journal, outerJournal, opsBefore: m.recorder.count, frame };
  m.journal = journal;
  m.undecided++;
}

function isOpen(m: Machine, exit: Exit): boolean {
  const isOfLoop = exit === BREAK || exit === CONTINUE;
  for (let doubt = m.doubt; doubt && doubt.frame === m.frame; doubt = doubt.outer) {
    if (isOfLoop && doubt === m.doubtOutsideLoop) return false;
    if (isSameExit(doubt.exit, exit)) return true;
  }
  return false;
}

/** Closes all that was opened since `mark` and tells what they were, the outermost first. */
export function closeDoubts(m: Machine, mark: Doubt | undefined): readonly MayLeave[] {
  const closed: MayLeave[] = [];
  for (let { doubt } = m; doubt && doubt !== mark; doubt = doubt.outer) {
    doubt.journal.join(NO_CHANGES, doubt.why);
    m.journal = doubt.outerJournal;
    m.undecided--;
    if (m.recorder.costsSince(doubt.opsBefore)) m.recorder.lose(doubt.why.reason, doubt.site, true);
    closed.unshift(doubt);
  }
  m.doubt = mark;
  return closed;
}

/** What was opened since `mark` and must be opened anew, for an exception has unwound it. */
export function doubtsSince(m: Machine, mark: Doubt | undefined): readonly MayLeave[] {
  const open: MayLeave[] = [];
  for (let { doubt } = m; doubt && doubt !== mark; doubt = doubt.outer) open.unshift(doubt);
  return open;
}

/**
 * The end of a turn, a loop or a block that ended with `completion`, where `isHere` says of an exit that it leads here:
 * what may have left to here joins. What leads farther stays in doubt.
 */
export function joinHere(
  m: Machine,
  mark: Doubt | undefined,
  completion: Completion,
  isHere: (exit: Exit) => boolean,
): Completion {
  const arrived = doubtsSince(m, mark).find(({ exit }) => isHere(exit));
  if (!arrived) return completion;
  for (const left of closeDoubts(m, mark)) if (!isHere(left.exit)) mayLeave(m, left);
  if (completion === undefined || isHere(completion)) return completion;
  // Control is here if it left before, and somewhere else if it did not: it is taken to be here.
  leavePerhaps(m, completion, arrived);
  return undefined;
}

/** Control is taken to go on where it may have left by `exit`. */
export function leavePerhaps(m: Machine, exit: Exit, { why, site }: Omit<MayLeave, "exit">): void {
  if (exit === RETURN) {
    // What it gave is joined with what the rest of the function gives.
    m.pendingReturns ??= [];
    m.pendingReturns.push({ value: m.returned, why });
  }
  mayLeave(m, { exit, why, site });
}
