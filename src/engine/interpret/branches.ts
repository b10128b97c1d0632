/**
 * Conditions that cannot be decided: both sides run, and what they did is joined. The journal takes back and joins
 * changes of variables and objects; here it is decided which side counts and where control goes on.
 */
import { STEPS } from "./bounds.ts";
import { BREAK, type Completion, isSameExit, RETURN, reach } from "./compile/completion.ts";
import { CALLS_TOO_DEEP, Raised, Stopped } from "./control.ts";
import { closeDoubts, leavePerhaps, type MayLeave, mayLeave } from "./doubts.ts";
import { type Changes, Journal, joinValues } from "./journal.ts";
import type { Machine } from "./machine.ts";
import type { Site } from "./trace.ts";
import type { Unknown, Value } from "./values.ts";

/** The first unknown that the body of a running `try` calls or opens: it may raise. */
export interface MayRaise {
  readonly why: Unknown;
  readonly site: Site | undefined;
  /** How many ops were recorded before. */
  readonly ops: number;
}

/** Where one side ended; `raised`: by an exception. */
interface Side {
  readonly completion: Completion;
  readonly raised?: Raised;
  readonly returned: Value;
  readonly journal: Journal;
  /** How it may have been left before. */
  readonly perhapsLeft: readonly MayLeave[];
}

/**
 * Runs both sides of an undecided condition. One that raises is dropped, for a plain run would not have gone there.
 * `repeats`: a side may run more often than once.
 */
export function fork(
  m: Machine,
  why: Unknown,
  one: () => Completion,
  other: () => Completion,
  repeats = false,
): Completion {
  m.tick(STEPS.fork);
  const outer = m.journal;
  const opsBefore = m.recorder.count;
  m.undecided++;
  const first = side(m, outer, one, why);
  const changes = first.journal.rollBack();
  const second = side(m, outer, other, why);
  m.journal = outer;
  m.undecided--;
  if (m.recorder.costsSince(opsBefore)) m.lost(why.reason, !repeats);
  return joinSides(m, why, { first, changes, second }, outer);
}

/**
 * A `try` whose body ran to its end, though something unknown in it may have raised: what a handler does instead is the
 * other side.
 */
export function orHandled(
  m: Machine,
  { why, site, ops }: MayRaise,
  ran: {
    readonly completion: Completion;
    readonly journal: Journal;
    readonly perhapsLeft: readonly MayLeave[];
  },
  handle: () => Completion,
): Completion {
  m.tick(STEPS.fork);
  const outer = m.journal;
  const first: Side = { ...ran, returned: m.returned };
  const changes = first.journal.rollBack();
  m.undecided++;
  const second = side(m, outer, handle, why);
  m.journal = outer;
  m.undecided--;
  if (m.recorder.costsSince(ops)) m.recorder.lose(why.reason, site);
  return joinSides(m, why, { first, changes, second }, outer);
}

interface Sides {
  readonly first: Side;
  /** What the first side did, which was taken back. */
  readonly changes: Changes;
  readonly second: Side;
}

/** Both sides ran, the second one is in force. */
function joinSides(m: Machine, why: Unknown, sides: Sides, outer: Journal | undefined): Completion {
  const { first, changes, second } = sides;
  if (first.raised) {
    if (second.raised) throw second.raised;
    taken(m, why, "the side that raises is not taken");
    return leftPerhaps(m, second);
  }
  if (second.raised) {
    taken(m, why, "the side that raises is not taken");
    second.journal.rollBack();
    Journal.apply(changes, outer);
    m.returned = first.returned;
    return leftPerhaps(m, first);
  }
  second.journal.join(changes, why);
  const completion = joinCompletions(m, first, second, why);
  leftPerhaps(m, first);
  leftPerhaps(m, second);
  return completion;
}

/** What follows a branch may not run where one of its sides may have left. */
function leftPerhaps(m: Machine, { perhapsLeft, completion }: Side): Completion {
  for (const left of perhapsLeft) mayLeave(m, left);
  return completion;
}

/** The value of an expression whose condition is undecided. */
export function forkValue(m: Machine, why: Unknown, one: () => Value, other: () => Value): Value {
  const results: Value[] = [];
  fork(
    m,
    why,
    () => void results.push(one()),
    () => void results.push(other()),
  );
  if (results.length === 2) return joinValues(results[0], results[1], why);
  return results.length === 1 ? results[0] : why;
}

/** Runs what may happen none or any number of times: once, as one side of a branch. */
export function perhaps(m: Machine, why: Unknown, body: () => void): void {
  const opsBefore = m.recorder.count;
  fork(
    m,
    why,
    () => void body(),
    () => undefined,
    true,
  );
  if (m.scope && m.recorder.count > opsBefore) maybeMore(m, why, opsBefore);
}

/** What ran since may run any number of times. */
export function maybeMore(m: Machine, { reason }: Unknown, opsBefore: number): void {
  if (m.recorder.costsSince(opsBefore)) m.gap(reason);
  else m.lost(reason, true);
}

/** Runs code for what it shows on the way, and undoes what it changed. */
export function explore(m: Machine, body: () => void): void {
  const { journal, doubt } = m;
  const own = new Journal(journal);
  m.journal = own;
  body();
  closeDoubts(m, doubt);
  own.rollBack();
  m.journal = journal;
}

const NOT_LEFT: readonly MayLeave[] = [];

function side(m: Machine, outer: Journal | undefined, body: () => Completion, why: Unknown): Side {
  const journal = new Journal(outer);
  m.journal = journal;
  const restore = m.checkpoint();
  const { doubt } = m;
  try {
    const completion = body();
    const perhapsLeft = m.doubt === doubt ? NOT_LEFT : closeDoubts(m, doubt);
    return { completion, returned: m.returned, journal, perhapsLeft };
  } catch (error) {
    // A recursion whose end is not known has none here.
    if (error instanceof Stopped && error.reason === CALLS_TOO_DEEP)
      throw new Stopped(`${CALLS_TOO_DEEP}, for a condition is not known: ${why.reason}`);
    if (!(error instanceof Raised)) throw error;
    restore();
    return { completion: undefined, raised: error, returned: m.returned, journal, perhapsLeft: NOT_LEFT };
  }
}

/** A condition that is not known is taken to have come out one way. */
function taken(m: Machine, { reason, at }: Unknown, which: string): void {
  m.assume("branch", `a condition is not known (${reason}): ${which}`, m.site?.at ?? at);
}

function joinCompletions(m: Machine, first: Side, second: Side, why: Unknown): Completion {
  const { completion: a } = first;
  const { completion: b } = second;
  if (a === RETURN && b === RETURN) m.returned = joinValues(first.returned, second.returned, why);
  if (isSameExit(a, b)) return a;
  m.undecidedExits++;
  // Leaving on one side only: control is taken to go on, and may not.
  const [nearer, farther] = reach(a) < reach(b) ? [first, second] : [second, first];
  const { completion: exit } = farther;
  if (exit === undefined) return undefined;
  if (exit === BREAK) taken(m, why, "the loop goes on");
  m.returned = farther.returned;
  leavePerhaps(m, exit, { why, site: m.site });
  return nearer.completion;
}
