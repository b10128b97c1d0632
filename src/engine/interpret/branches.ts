/**
 * Conditions that cannot be decided: both sides run, and what they did is joined. The journal takes back and joins
 * changes of variables and objects; here it is decided which side counts and where control goes on.
 */
import { STEPS } from "./bounds.ts";
import { BREAK, CONTINUE, type Completion, RETURN } from "./compile/completion.ts";
import { CALLS_TOO_DEEP, Raised, Stopped } from "./control.ts";
import { Journal, joinValues } from "./journal.ts";
import type { Machine } from "./machine.ts";
import type { Unknown, Value } from "./values.ts";

/** Where one side ended; `raised`: by an exception. */
interface Side {
  readonly completion: Completion;
  readonly raised?: Raised;
  readonly returned: Value;
  readonly journal: Journal;
}

/** Runs both sides of an undecided condition. One that raises is dropped, for a plain run would not have gone there. */
export function fork(m: Machine, why: Unknown, one: () => Completion, other: () => Completion): Completion {
  m.tick(STEPS.fork);
  const outer = m.journal;
  const opsBefore = m.recorder.count;
  m.undecided++;
  const first = side(m, outer, one, why);
  const changes = first.journal.rollBack();
  const second = side(m, outer, other, why);
  m.journal = outer;
  m.undecided--;
  if (m.recorder.costsSince(opsBefore)) m.lost(why.reason);
  if (first.raised) {
    if (second.raised) throw second.raised;
    taken(m, why, "the side that raises is not taken");
    return second.completion;
  }
  if (second.raised) {
    taken(m, why, "the side that raises is not taken");
    second.journal.rollBack();
    Journal.apply(changes, outer);
    m.returned = first.returned;
    return first.completion;
  }
  second.journal.join(changes, why);
  return joinCompletions(m, first, second, why);
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
  );
  if (m.scope && m.recorder.count > opsBefore) m.gap(why.reason);
}

/** Runs code for what it shows on the way, and undoes what it changed. */
export function explore(m: Machine, body: () => void): void {
  const { journal } = m;
  const own = new Journal(journal);
  m.journal = own;
  body();
  own.rollBack();
  m.journal = journal;
}

function side(m: Machine, outer: Journal | undefined, body: () => Completion, why: Unknown): Side {
  const journal = new Journal(outer);
  m.journal = journal;
  const restore = m.checkpoint();
  try {
    const completion = body();
    return { completion, returned: m.returned, journal };
  } catch (error) {
    // A recursion whose end is not known has none here.
    if (error instanceof Stopped && error.reason === CALLS_TOO_DEEP)
      throw new Stopped(`${CALLS_TOO_DEEP}, for a condition is not known: ${why.reason}`);
    if (!(error instanceof Raised)) throw error;
    restore();
    return { completion: undefined, raised: error, returned: m.returned, journal };
  }
}

/** A condition that is not known is taken to have come out one way. */
function taken(m: Machine, { reason, at }: Unknown, which: string): void {
  m.assume("branch", `a condition is not known (${reason}): ${which}`, m.site?.at ?? at);
}

function joinCompletions(m: Machine, first: Side, second: Side, why: Unknown): Completion {
  const { completion: a } = first;
  const { completion: b } = second;
  if (a === RETURN && b === RETURN) {
    m.returned = joinValues(first.returned, second.returned, why);
    return RETURN;
  }
  if (a !== b) m.undecidedExits++;
  if (a === RETURN || b === RETURN) {
    // One side left the function: what it gave is joined with what the rest of the function gives.
    m.pendingReturns ??= [];
    m.pendingReturns.push({ value: a === RETURN ? first.returned : second.returned, why });
    return a === RETURN ? b : a;
  }
  if (a === b) return a;
  // Leaving a loop on one side only: the loop is taken to go on.
  if (a === BREAK || b === BREAK) taken(m, why, "the loop goes on");
  return a === BREAK || a === CONTINUE ? b : a;
}
