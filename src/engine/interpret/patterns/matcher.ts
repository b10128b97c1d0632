/**
 * Runs a pattern's program over a text in the order in which JavaScript tries things. It goes back by a stack of its
 * own, so that long texts cannot overflow the host's, and counts its steps.
 *
 * A split that has failed at a place fails there again, whatever led to it, unless references or looks around have a
 * say: such failures are kept, and time stays proportional to the text for all other patterns, `(a+)+$` too.
 */
import { Stopped } from "../control.ts";
import { areAlike, isLineEnd } from "./characters.ts";
import type { Instruction, Program } from "./program.ts";

export type Anchor = "search" | "start" | "whole";

/** Steps of one search; they take about a tenth of a second. */
const MAX_STEPS = 4_000_000;
/** Steps between two reports, and how many of them are as dear as one step of the interpreter. */
const BATCH = 1024;
const STEPS_A_TICK = 8;
const STEPS_A_SEARCH = 4;
/** The table of failures is made when a search has taken this part of its bits in steps: few searches need one. */
const BITS_A_STEP = 64;

/** Kinds of frames that are no place to go on from. */
const RESTORE = -1;
const FAILED = -2;
const LOOK = -3;

export interface Run {
  readonly text: string;
  readonly from: number;
  readonly anchor: Anchor;
  readonly isUnicode: boolean;
  readonly tick: (steps: number) => void;
}

/** Starts and ends of the groups, the whole first; undefined when nothing matches. */
export function runProgram(program: Program, run: Run): readonly number[] | undefined {
  return new Matcher(program, run).search();
}

class Matcher {
  /** Frames of three numbers: where to go on, the place, the state; or a kind and what it keeps. */
  private readonly stack: number[] = [];
  private readonly slots: number[];
  private failed: Uint8Array | undefined;
  private steps = 0;
  private place = 0;

  constructor(
    private readonly program: Program,
    private readonly run: Run,
  ) {
    this.slots = new Array<number>(program.slots).fill(-1);
  }

  search(): readonly number[] | undefined {
    const { text, from, anchor, isUnicode, tick } = this.run;
    tick(STEPS_A_SEARCH);
    const last = anchor === "search" ? text.length : from;
    for (let start = from; start <= last; ) {
      if (this.matches(start)) {
        tick(Math.ceil((this.steps % BATCH) / STEPS_A_TICK));
        this.slots[0] = start;
        this.slots[1] = this.place;
        return this.slots;
      }
      start += isUnicode && (text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1;
    }
    tick(Math.ceil((this.steps % BATCH) / STEPS_A_TICK));
    return undefined;
  }

  private count(): void {
    this.steps++;
    if (this.steps % BATCH !== 0) return;
    if (this.steps > MAX_STEPS) throw new Stopped(`a regular expression takes more than ${MAX_STEPS} steps`);
    this.run.tick(BATCH / STEPS_A_TICK);
    const bits = this.program.rows * (this.run.text.length + 1);
    if (!this.failed && bits > 0 && this.steps * BITS_A_STEP > bits)
      this.failed = new Uint8Array((bits >> 3) + 1);
  }

  private matches(start: number): boolean {
    const { code } = this.program;
    this.place = start;
    let at = 0;
    for (;;) {
      this.count();
      const instruction = code[at]!;
      if (instruction.op === "accept") {
        if (this.run.anchor !== "whole" || this.place === this.run.text.length) return true;
        at = -1;
      } else at = this.step(instruction, at);
      if (at < 0) at = this.back();
      if (at < 0) return false;
    }
  }

  /** The next instruction, or -1 where this way fails. */
  private step(instruction: Instruction, at: number): number {
    switch (instruction.op) {
      case "character":
        return this.character(instruction) ? at + 1 : -1;
      case "split": {
        const { row } = instruction;
        const state = row < 0 ? -1 : row * (this.run.text.length + 1) + this.place;
        if (state >= 0 && this.failed && this.failed[state >> 3]! & (1 << (state & 7))) return -1;
        this.stack.push(instruction.second, this.place, state);
        return instruction.first;
      }
      case "jump":
        return instruction.to;
      case "save":
        this.set(instruction.slot, this.place);
        return at + 1;
      case "clear":
        for (let slot = instruction.from; slot < instruction.to; slot++) this.set(slot, -1);
        return at + 1;
      case "moved":
        return this.slots[instruction.slot] === this.place ? -1 : at + 1;
      case "assertion":
        return this.holds(instruction) ? at + 1 : -1;
      case "reference":
        return this.repeats(instruction) ? at + 1 : -1;
      case "look":
        this.stack.push(LOOK, this.place, at);
        this.set(instruction.slot, this.stack.length - 3);
        return at + 1;
      case "looked":
        return this.looked(this.program.code[instruction.look] as Instruction & { op: "look" });
      case "accept":
        return -1;
    }
  }

  private set(slot: number, value: number): void {
    if (this.slots[slot] === value) return;
    this.stack.push(RESTORE, slot, this.slots[slot]!);
    this.slots[slot] = value;
  }

  /** The latest way that is left; -1 when there is none. */
  private back(): number {
    const { stack } = this;
    while (stack.length > 0) {
      const state = stack.pop()!;
      const place = stack.pop()!;
      const next = stack.pop()!;
      if (next === RESTORE) this.slots[place] = state;
      else if (next === FAILED) this.fails(state);
      else if (next === LOOK) {
        const look = this.program.code[state] as Instruction & { op: "look" };
        if (!look.isNegative) continue;
        this.place = place;
        return look.next;
      } else {
        if (state >= 0) stack.push(FAILED, 0, state);
        this.place = place;
        return next;
      }
    }
    return -1;
  }

  private fails(state: number): void {
    if (this.failed) this.failed[state >> 3]! |= 1 << (state & 7);
  }

  /** A look around found something: its other ways are dropped, what its groups caught stays for a positive one. */
  private looked({ slot, isNegative, isAtomic, next }: Instruction & { op: "look" }): number {
    const { stack } = this;
    const base = this.slots[slot]!;
    if (!isAtomic) this.place = stack[base + 1]!;
    if (isNegative) {
      while (stack.length > base) {
        const value = stack.pop()!;
        const where = stack.pop()!;
        if (stack.pop() === RESTORE) this.slots[where] = value;
      }
      return -1;
    }
    let kept = base;
    for (let frame = base; frame < stack.length; frame += 3) {
      if (stack[frame] !== RESTORE) continue;
      for (let part = 0; part < 3; part++) stack[kept++] = stack[frame + part]!;
    }
    stack.length = kept;
    return next;
  }

  private character({ test, isBack }: Instruction & { op: "character" }): boolean {
    const code = isBack ? this.before(this.place) : this.after(this.place);
    if (code < 0 || !test(code)) return false;
    const length = code > 0xffff ? 2 : 1;
    this.place += isBack ? -length : length;
    return true;
  }

  /** The character that starts here; -1 at the end. */
  private after(place: number): number {
    const { text, isUnicode } = this.run;
    if (place >= text.length) return -1;
    return isUnicode ? text.codePointAt(place)! : text.charCodeAt(place);
  }

  private before(place: number): number {
    const { text, isUnicode } = this.run;
    if (place <= 0) return -1;
    const pair = isUnicode && place > 1 ? text.codePointAt(place - 2)! : 0;
    return pair > 0xffff ? pair : text.charCodeAt(place - 1);
  }

  private holds({ what, isMultiline, isWord }: Instruction & { op: "assertion" }): boolean {
    const before = this.before(this.place);
    const after = this.after(this.place);
    if (what === "lineStart") return before < 0 || (isMultiline && isLineEnd(before));
    if (what === "lineEnd") return after < 0 || (isMultiline && isLineEnd(after));
    const isBoundary = (before >= 0 && isWord(before)) !== (after >= 0 && isWord(after));
    return isBoundary === (what === "boundary");
  }

  /** What a group caught stands here again; one that caught nothing stands everywhere in JavaScript, nowhere in Python. */
  private repeats({ groups, flags, isBack, style }: Instruction & { op: "reference" }): boolean {
    const { text } = this.run;
    const group = groups.find((each) => this.slots[2 * each]! >= 0 && this.slots[2 * each + 1]! >= 0);
    if (group === undefined) return style === "javascript";
    const start = this.slots[2 * group]!;
    const length = this.slots[2 * group + 1]! - start;
    const from = isBack ? this.place - length : this.place;
    if (from < 0 || from + length > text.length) return false;
    for (let offset = 0; offset < length; offset++) {
      this.count();
      const [a, b] = [text.charCodeAt(start + offset), text.charCodeAt(from + offset)];
      if (a !== b && !areAlike(a, b, flags)) return false;
    }
    this.place = isBack ? from : from + length;
    return true;
  }
}
