/** The modules of the standard library that are answered by tables, by dotted name; each is made at first use. */
import { collections, collectionsAbc } from "./collections.ts";
import { copy } from "./copy.ts";
import { dataclasses } from "./dataclasses.ts";
import { enumModule } from "./enum.ts";
import { functools } from "./functools.ts";
import { itertools } from "./itertools.ts";
import { math } from "./math.ts";
import { operator } from "./operator.ts";
import { re } from "./regex.ts";
import type { Module } from "./table.ts";
import { typing } from "./typing.ts";

export const stdlib: Readonly<Record<string, () => Module>> = {
  collections,
  "collections.abc": collectionsAbc,
  copy,
  dataclasses,
  enum: enumModule,
  functools,
  itertools,
  math,
  operator,
  re,
  typing,
  typing_extensions: typing,
};
