/** What the texts of options mean; undefined where one means nothing. */

import { MOST_FACTOR } from "../engine/separable/wrongOption.ts";

export function namesOf(text: string): "all" | "none" | readonly string[] {
  if (text === "all" || text === "none") return text;
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** `0.75`, `5/7`; undefined when it is no factor. */
export function factorOf(text: string | undefined): number | undefined {
  if (text === undefined) return 1;
  const [, above, below] = /^(\d*\.?\d+)(?:\/(\d*\.?\d+))?$/.exec(text.trim()) ?? [];
  const factor = Number(above) / Number(below ?? 1);
  return Number.isFinite(factor) && factor > 0 && factor <= MOST_FACTOR ? factor : undefined;
}

export function multipleOf(text: string | undefined): number | undefined {
  if (text === undefined) return 1;
  const multiple = Number(text);
  return Number.isSafeInteger(multiple) && multiple >= 1 ? multiple : undefined;
}

/** Sizes of at least 1, and a dtype where it is not float32; a scalar has no sizes but a dtype. */
export function isInputShape(text: string): boolean {
  return /^[1-9]\d*(?:[x×,][1-9]\d*)*(?::[a-z]+\d*)?$/i.test(text);
}
