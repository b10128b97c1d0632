/** torch's tensors: the class `torch.Tensor` and the modules of functions on tensors, made anew for every interpreter. */

import { entryOf } from "../../../base/table.ts";
import { def } from "../../../interpret/native.ts";
import {
  type ClassValue,
  type NativeFunction,
  NO_KWARGS,
  Property,
  type Shape,
  type Tensor,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { REFUSED_TENSORS } from "../refused/tensors.ts";
import { addAttributes } from "./attributes.ts";
import { CONTRACTION_FUNCTIONS, CONTRACTIONS, REFLECTED_MATMUL } from "./contractions.ts";
import { CREATION, CREATION_METHODS } from "./creation.ts";
import { einopsModule } from "./einops.ts";
import { ELEMENTWISE, IN_PLACE_OPERATORS, OPERATORS } from "./elementwise.ts";
import { FFT, TRANSFORMS } from "./fft.ts";
import { FILLS, TRIANGLES } from "./fills.ts";
import { construct, plainFunctions } from "./functions.ts";
import { getItem, INDEXING, isView, SET_ITEM, WHERE_FUNCTION, WHERE_METHOD } from "./indexing.ts";
import { JOINS, SPLIT_METHOD, SPLITS } from "./joins.ts";
import { DECOMPOSITIONS, LINALG } from "./linalg.ts";
import { type OpSpec, type OpTable, toInPlace, toNative } from "./op.ts";
import { REDUCTIONS } from "./reductions.ts";
import { sizesOf } from "./sizes.ts";
import { SORTING, SORTING_FUNCTIONS } from "./sorting.ts";
import { SPECIAL } from "./special.ts";
import { Toolkit } from "./toolkit.ts";
import { VIEW_METHODS, VIEW_PROPERTIES, VIEWS } from "./views.ts";
import { VISION_OPS } from "./vision.ts";

export interface Tensors {
  /** `torch.Tensor`. */
  readonly cls: ClassValue;
  /** A tensor of the class `torch.Tensor`. */
  make(shape: Shape | Unknown, dtype?: string, data?: readonly number[]): Tensor;
  /** Names of the module `torch` that make or take tensors, dtypes and constants included. */
  readonly functions: ReadonlyMap<string, Value>;
  /** Names of further modules by dotted name: `torch.linalg`, `torch.fft`, `torch.special`, `torch.ops`, `einops`. */
  readonly modules: Readonly<Record<string, () => Map<string, Value>>>;
  /** For tables of ops elsewhere: `toNative(kit, name, spec)`. */
  readonly kit: Toolkit;
}

/** Ops that are functions of the module and methods of the class. */
const SHARED: readonly OpTable[] = [
  ELEMENTWISE,
  VIEWS,
  REDUCTIONS,
  SPLITS,
  CONTRACTIONS,
  INDEXING,
  TRIANGLES,
  SORTING,
  DECOMPOSITIONS,
  TRANSFORMS,
];
const FUNCTIONS: readonly OpTable[] = [
  JOINS,
  CONTRACTION_FUNCTIONS,
  CREATION,
  WHERE_FUNCTION,
  SORTING_FUNCTIONS,
];
const METHODS: readonly OpTable[] = [
  VIEW_METHODS,
  SPLIT_METHOD,
  CREATION_METHODS,
  FILLS,
  WHERE_METHOD,
  { __rmatmul__: REFLECTED_MATMUL },
];

export function createTensors(): Tensors {
  const kit = new Toolkit();
  kit.cls.native = { layer: false, create: (interp, _cls, args) => construct(kit, interp, args, "float32") };
  const functions = new Map<string, Value>(kit.dtypes.names);
  for (const table of [...SHARED, ...FUNCTIONS]) addFunctions(kit, table, functions);
  for (const table of [...SHARED, ...METHODS]) addMethods(kit, table);
  addAttributes(kit);
  addOperators(kit);
  for (const [name, value] of plainFunctions(kit)) functions.set(name, value);
  return {
    cls: kit.cls,
    make: (shape, dtype, data) => kit.make(shape, dtype, data),
    functions,
    modules: modules(kit),
    kit,
  };
}

/** A package's compiled ops are there wherever it is installed whole. */
const LOAD_LIBRARY = def("load_library", "path", (_, interp) => {
  interp.assume("branch", "the compiled ops of the library load");
  return null;
});

function modules(kit: Toolkit): Record<string, () => Map<string, Value>> {
  const table = (ops: OpTable) => (): Map<string, Value> => {
    const names = new Map<string, Value>();
    addFunctions(kit, ops, names);
    return names;
  };
  return {
    "torch.linalg": table(LINALG),
    "torch.fft": table(FFT),
    "torch.special": table(SPECIAL),
    "torch.ops.torchvision": table(VISION_OPS),
    "torch.ops.aten": table({ ...ELEMENTWISE, ...VIEWS, ...REDUCTIONS, ...CONTRACTIONS }),
    "torch.ops": () => new Map([["load_library", LOAD_LIBRARY]]),
    "torch.classes": () => new Map([["load_library", LOAD_LIBRARY]]),
    einops: () => einopsModule(kit),
  };
}

function refusing(name: string, spec: OpSpec): OpSpec {
  const refused = entryOf(REFUSED_TENSORS, name);
  return refused ? { ...spec, refused } : spec;
}

function addFunctions(kit: Toolkit, table: OpTable, functions: Map<string, Value>): void {
  for (const [name, spec] of Object.entries(table)) {
    if (name.startsWith("__")) continue;
    functions.set(name, toNative(kit, name, refusing(name, spec), sizesOf));
    if (spec.inPlace) functions.set(`${name}_`, toInPlace(kit, name, refusing(name, spec)));
  }
}

function addMethods(kit: Toolkit, table: OpTable): void {
  for (const [name, spec] of Object.entries(table)) {
    kit.cls.attrs.set(name, toNative(kit, name, refusing(name, spec), sizesOf));
    if (spec.inPlace) kit.cls.attrs.set(`${name}_`, toInPlace(kit, name, refusing(name, spec)));
  }
}

function addOperators(kit: Toolkit): void {
  const { attrs } = kit.cls;
  for (const [operator, name] of Object.entries(OPERATORS)) attrs.set(operator, attrs.get(name));
  for (const [operator, name] of Object.entries(IN_PLACE_OPERATORS))
    attrs.set(operator, attrs.get(`${name}_`));
  for (const [operator, answer] of [
    ["__eq__", false],
    ["__ne__", true],
  ] as const) {
    const compare = attrs.get(operator) as NativeFunction;
    const code = def(operator, "self, other", (a, interp) =>
      a.other === null || typeof a.other === "string"
        ? answer
        : compare.code(interp, [a.self, a.other], NO_KWARGS),
    );
    attrs.set(operator, code);
  }
  const view = toNative(kit, "getitem", getItem(true, true));
  const pick = toNative(kit, "index", getItem(false, true));
  attrs.set(
    "__getitem__",
    def("__getitem__", "self, index", (a, interp) =>
      (isView(a.index) ? view : pick).code(interp, [a.self, a.index], NO_KWARGS),
    ),
  );
  const set = toInPlace(kit, "setitem", SET_ITEM);
  attrs.set(
    "__setitem__",
    def("__setitem__", "self, index, value", (a, interp) => {
      set.code(interp, [a.self, a.index, a.value], NO_KWARGS);
      return null;
    }),
  );
  for (const [name, spec] of Object.entries(VIEW_PROPERTIES)) {
    attrs.set(name, new Property(toNative(kit, name, spec)));
  }
}
