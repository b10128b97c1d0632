/**
 * `keras_applications`, Keras 2's package of architectures: what other packages take of it to write their own. Its
 * architectures are read from its files where it is installed.
 * https://github.com/keras-team/keras-applications
 */

import { entryOf } from "../../../base/table.ts";
import { def } from "../../../interpret/native.ts";
import {
  ABSENT,
  type Absent,
  Dict,
  type ModuleValue,
  Tuple,
  toItems,
  toNumber,
  type Value,
} from "../../../interpret/values.ts";
import type { Keras } from "../library.ts";
import type { StandIn } from "./index.ts";

/** Its helper, which other packages import or write as it does, that takes Keras' modules out of keyword arguments. */
const HELPER = "get_submodules_from_kwargs";

/** The parts of Keras that it is handed, in the order it gives them back. */
export const PARTS = ["backend", "layers", "models", "utils"] as const;

type Maker = (keras: Keras) => Value;

/** The size of a network's input: what is given, or the default, as the top and the weights demand. */
const inputShape: Maker = (keras) =>
  def(
    "_obtain_input_shape",
    "input_shape, default_size, min_size, data_format=None, require_flatten=None, weights=None, include_top=None, dim_ordering=None",
    (a) => {
      const first = (a.data_format ?? a.dim_ordering ?? keras.dataFormat) === "channels_first";
      const whole = (a.require_flatten ?? a.include_top ?? true) === true;
      const given = toItems(a.input_shape);
      const image = (size: Value, channels: Value): Tuple =>
        new Tuple(first ? [channels, size, size] : [size, size, channels]);
      const own = given?.length === 3 ? given[first ? 0 : 2] : undefined;
      const usual = toNumber(own) === undefined || a.weights === "imagenet" ? 3 : own;
      if (a.weights === "imagenet" && whole) return image(a.default_size, usual);
      if (given) return new Tuple([...given]);
      return whole ? image(a.default_size, usual) : image(null, 3);
    },
  );

/** Pixels scaled for a network: of the shape they were. */
const preprocess: Maker = () => def("preprocess_input", "x, *args, **kwargs", (a) => a.x);

const decode: Maker = () =>
  def("decode_predictions", "*args, **kwargs", (_a, interp) => interp.unknown("predictions depend on data"));

/** `get_submodules_from_kwargs(kwargs)`: what is not handed in is Keras' own. */
const submodules: Maker = () =>
  def(HELPER, "kwargs", (a, interp) => {
    const given = a.kwargs;
    return new Tuple(
      PARTS.map((part) => {
        const own = given instanceof Dict ? interp.dictGet(given, part) : ABSENT;
        return own === ABSENT || own === null ? interp.importModule(`keras.${part}`) : own;
      }),
    );
  });

/** What its callers have not set. */
const unset: Maker = () => null;

/** Zeros around an image whose stride would else leave one side out. */
const correctPad: Maker = (keras) =>
  def("correct_pad", "backend, inputs, kernel_size=None", (a, interp) => {
    const at = keras.dataFormat === "channels_first" ? 2 : 1;
    const { shape } = keras.tensor(interp, a.inputs);
    const kernels = toItems(a.kernel_size) ?? [a.kernel_size, a.kernel_size];
    if ("reason" in shape) return shape;
    const pairs = [0, 1].map((axis) => {
      const size = shape[at + axis];
      const half = Math.floor((toNumber(kernels[axis]) ?? 1) / 2);
      return new Tuple([half - (typeof size === "number" ? 1 - (size % 2) : 1), half]);
    });
    return new Tuple(pairs);
  });

const NAMES: Readonly<Record<string, Maker>> = {
  _obtain_input_shape: inputShape,
  obtain_input_shape: inputShape,
  preprocess_input: preprocess,
  _preprocess_numpy_input: preprocess,
  _preprocess_symbolic_input: preprocess,
  decode_predictions: decode,
  [HELPER]: submodules,
  ...Object.fromEntries(PARTS.map((part): [string, Maker] => [`_KERAS_${part.toUpperCase()}`, unset])),
  correct_pad: correctPad,
};

export const APPLICATIONS: StandIn = {
  has: (module) =>
    module === "keras_applications" ||
    module === "keras_applications.imagenet_utils" ||
    module === "keras_applications.efficientnet",
  make: (keras, _module, name) => {
    const maker = entryOf(NAMES, name);
    return maker ? maker(keras) : ABSENT;
  },
};

/** Does a module of a program get Keras' modules handed in? */
export function isHandedKeras(module: ModuleValue | undefined): boolean {
  return module?.attrs.has(HELPER) ?? false;
}

/** What `keras.applications.imagenet_utils` had before Keras 3, whose own file has it under another name. */
export function olderUtility(keras: Keras, module: string, name: string): Value | Absent {
  return /^keras\.applications(\.imagenet_utils)?$/.test(module) && name === "_obtain_input_shape"
    ? inputShape(keras)
    : ABSENT;
}
