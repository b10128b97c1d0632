/** The modules of the standard library that are answered by tables, by dotted name; each is made at first use. */
import { ABSTRACT } from "../abstract.ts";
import { absl, abslApp, abslFlags, abslLogging } from "./absl.ts";
import { argparse } from "./argparse.ts";
import { collections, collectionsAbc } from "./collections.ts";
import { abc, contextlib, logging, types, warnings } from "./contexts.ts";
import { copy } from "./copy.ts";
import { dataclasses } from "./dataclasses.ts";
import { glob, pkgutil } from "./datafiles.ts";
import { enumModule } from "./enum.ts";
import { functools } from "./functools.ts";
import { inspect } from "./inspect.ts";
import { itertools } from "./itertools.ts";
import { json } from "./json.ts";
import { math } from "./math.ts";
import { importlibMetadata } from "./metadata.ts";
import { numpy, numpyRandom } from "./numpy.ts";
import { operator } from "./operator.ts";
import { os, osPath, pathlib } from "./paths.ts";
import { re } from "./regex.ts";
import { runtimeModules } from "./runtime.ts";
import { convlens, easydict, sixMoves } from "./small.ts";
import {
  ast,
  bisectModule,
  heapq,
  importlib,
  importlibMachinery,
  importlibUtil,
  io,
  statistics,
  string,
  sys,
  textwrap,
} from "./system.ts";
import { inPart, type Module } from "./table.ts";
import { typing } from "./typing.ts";
import { urllibParse } from "./urls.ts";
import { distutilsVersion } from "./versions.ts";
import { yaml } from "./yaml.ts";

export const stdlib: Readonly<Record<string, () => Module>> = {
  ...runtimeModules,
  abc,
  absl,
  "absl.app": abslApp,
  "absl.flags": abslFlags,
  "absl.logging": abslLogging,
  argparse,
  ast,
  bisect: bisectModule,
  collections,
  "collections.abc": collectionsAbc,
  contextlib,
  convlens,
  copy,
  dataclasses,
  distutils: () => new Map(),
  "distutils.version": distutilsVersion,
  easydict,
  enum: enumModule,
  functools,
  glob,
  heapq: inPart("heapq", heapq),
  importlib,
  "importlib.machinery": importlibMachinery,
  "importlib.metadata": importlibMetadata,
  importlib_metadata: importlibMetadata,
  "importlib.util": importlibUtil,
  inspect,
  io,
  itertools,
  json,
  logging,
  math: inPart("math", math),
  numbers: () => new Map(ABSTRACT),
  numpy,
  "numpy.random": numpyRandom,
  operator: inPart("operator", operator),
  os,
  "os.path": osPath,
  pathlib,
  pkgutil,
  posixpath: osPath,
  re,
  "six.moves": sixMoves,
  statistics: inPart("statistics", statistics),
  string,
  sys,
  textwrap: inPart("textwrap", textwrap),
  types,
  typing,
  typing_extensions: typing,
  warnings,
  "urllib.parse": urllibParse,
  yaml,
};
