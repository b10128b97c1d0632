/** Libraries around Keras that models are written with, by rules for where they are not installed. */
import { ABSENT, type Absent, type Value } from "../../../interpret/values.ts";
import type { Keras } from "../library.ts";
import { ADDONS } from "./addons.ts";
import { APPLICATIONS } from "./applications.ts";

/** A library that is read from its own files where it is installed, and by these rules where it is not. */
export interface StandIn {
  has(module: string): boolean;
  /** A name of one of its modules; ABSENT when there are no rules for it. */
  make(keras: Keras, module: string, name: string): Value | Absent;
}

const ALL: readonly StandIn[] = [ADDONS, APPLICATIONS];

export function hasStandIn(module: string): boolean {
  return ALL.some((library) => library.has(module));
}

export function standInName(keras: Keras, module: string, name: string): Value | Absent {
  const library = ALL.find((each) => each.has(module));
  return library ? library.make(keras, module, name) : ABSENT;
}
