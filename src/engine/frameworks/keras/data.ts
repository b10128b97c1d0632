/**
 * `tf.data` and Keras' loaders of data: what one element of a dataset is made of, so that a network that is trained
 * on it gets its input. No data is read. https://www.tensorflow.org/api_docs/python/tf/data/Dataset
 */
import type { Interp } from "../../interpret/interp.ts";
import { type Bound, def, defineClass, type NativeImpl } from "../../interpret/native.ts";
import {
  ABSENT,
  type ClassValue,
  Dict,
  Instance,
  Iter,
  isUnknown,
  type NativeFunction,
  type Shape,
  Tensor,
  Tuple,
  toItems,
  type Value,
} from "../../interpret/values.ts";
import { toDim } from "../rules/sizes.ts";
import { openDim } from "./graph.ts";
import { sizeOf } from "./layer.ts";
import type { Keras } from "./library.ts";

const FROM_DATA = "depends on data";

/** Made when it is asked for: functions that a program maps over its data are seldom run. */
class Elements {
  private known: Value | undefined;
  private asked = false;
  constructor(private readonly make: (interp: Interp) => Value) {}

  one(interp: Interp): Value {
    if (!this.asked) {
      this.asked = true;
      this.known = this.make(interp);
    }
    return this.known;
  }
}

/** One element of a dataset; undefined for what is none. */
export function elementOf(interp: Interp, value: Value): Value | undefined {
  if (!(value instanceof Instance) || !(value.native instanceof Elements)) return undefined;
  return value.native.one(interp);
}

type Change = (interp: Interp, element: Value, a: Bound) => Value;

/** The same structure of tuples and dicts with other leaves; a list is data. */
function eachTensor(keras: Keras, interp: Interp, value: Value, change: (leaf: Tensor) => Value): Value {
  const inner = (item: Value): Value => interp.nested(() => eachTensor(keras, interp, item, change));
  if (value instanceof Tuple) return new Tuple(value.items.map(inner));
  if (value instanceof Dict) {
    const entries = [...value.entries].map(
      ([key, entry]) => [key, { key: entry.key, value: inner(entry.value) }] as const,
    );
    return new Dict(new Map(entries));
  }
  if (isUnknown(value) || value === null) return value;
  return change(value instanceof Tensor ? value : keras.tensor(interp, value));
}

function withFirstAxis(keras: Keras, interp: Interp, value: Value, size: Value): Value {
  return eachTensor(keras, interp, value, ({ shape, dtype }) =>
    keras.make(isUnknown(shape) ? shape : [toDim(size), ...shape], dtype),
  );
}

function withoutFirstAxis(keras: Keras, interp: Interp, value: Value): Value {
  return eachTensor(keras, interp, value, ({ shape, dtype }) =>
    keras.make(isUnknown(shape) ? shape : shape.slice(1), dtype),
  );
}

/** Datasets of one interpreter. */
export class Datasets {
  readonly cls: ClassValue;

  constructor(private readonly keras: Keras) {
    const { same, changed } = this;
    const passing = Object.fromEntries(
      "shuffle cache prefetch repeat take skip shard filter with_options snapshot rebatch ignore_errors concatenate"
        .split(" ")
        .map((name) => [name, same] as const),
    );
    this.cls = defineClass("Dataset", {
      qualname: "tensorflow.data.Dataset",
      methods: {
        ...passing,
        batch: [
          "self, batch_size, *args, **kwargs",
          changed((at, each, a) => withFirstAxis(keras, at, each, a.batch_size)),
        ],
        padded_batch: [
          "self, batch_size, *args, **kwargs",
          changed((at, each, a) => withFirstAxis(keras, at, each, a.batch_size)),
        ],
        unbatch: ["self", changed((at, each) => withoutFirstAxis(keras, at, each))],
        map: ["self, map_func, *args, **kwargs", changed((at, each, a) => applied(at, a.map_func, each))],
        flat_map: ["self, map_func, *args, **kwargs", changed(spreadOut)],
        interleave: ["self, map_func, *args, **kwargs", changed(spreadOut)],
        enumerate: [
          "self, *args, **kwargs",
          changed((_at, each) => new Tuple([keras.make([], "int64"), each])),
        ],
        apply: ["self, transformation_func", (a, interp) => interp.call(a.transformation_func, [a.self])],
        flow: [
          "self, x, y=None, batch_size=32, *args, **kwargs",
          (a) =>
            this.make((interp) => {
              const sample = withoutFirstAxis(keras, interp, a.y === null ? a.x : new Tuple([a.x, a.y]));
              return withFirstAxis(keras, interp, sample, a.batch_size);
            }),
        ],
        fit: ["self, *args, **kwargs", () => null],
        __iter__: ["self", (a, interp) => this.iterate(interp, a.self)],
        as_numpy_iterator: ["self", (a, interp) => this.iterate(interp, a.self)],
        __next__: ["self", (a, interp) => elementOf(interp, a.self)],
        next: ["self", (a, interp) => elementOf(interp, a.self)],
        __len__: ["self", (_a, interp) => interp.unknown(FROM_DATA)],
        __getitem__: ["self, index", (a, interp) => elementOf(interp, a.self)],
        __bool__: ["self", () => true],
        __getattr__: ["self, name", (_a, interp) => interp.unknown(FROM_DATA)],
        save: ["self, *args, **kwargs", () => null],
        cardinality: ["self", (_a, interp) => interp.unknown(FROM_DATA)],
      },
      properties: {
        element_spec: (a, interp) => elementOf(interp, a.self),
        class_names: (_a, interp) => interp.unknown(FROM_DATA),
        class_indices: (_a, interp) => interp.unknown(FROM_DATA),
      },
    });
  }

  make(element: (interp: Interp) => Value): Instance {
    const made = new Instance(this.cls);
    made.native = new Elements(element);
    return made;
  }

  private readonly same: readonly [string, NativeImpl] = ["self, *args, **kwargs", (a) => a.self];

  private readonly changed =
    (change: Change): NativeImpl =>
    (a) =>
      this.make((interp) => {
        const element = elementOf(interp, a.self);
        return isUnknown(element) ? element : change(interp, element, a);
      });

  /** One turn of a loop over the data stands for all. */
  private iterate(interp: Interp, self: Value): Iter {
    let done = false;
    return new Iter(() => {
      if (done) return ABSENT;
      done = true;
      return elementOf(interp, self);
    }, "dataset_iterator");
  }

  /** What `tf.data.Dataset` has besides the methods of a dataset. */
  constructors(): Readonly<Record<string, NativeFunction>> {
    const { keras } = this;
    const unread = (name: string): NativeFunction =>
      def(name, "*args, **kwargs", () => this.make((interp) => interp.unknown(FROM_DATA)));
    return {
      from_tensor_slices: def("from_tensor_slices", "tensors, name=None", (a) =>
        this.make((interp) => withoutFirstAxis(keras, interp, a.tensors)),
      ),
      from_tensors: def("from_tensors", "tensors, name=None", (a) =>
        this.make((interp) => eachTensor(keras, interp, a.tensors, (tensor) => tensor)),
      ),
      from_generator: def(
        "from_generator",
        "generator, output_types=None, output_shapes=None, args=None, output_signature=None, name=None",
        (a) => this.make((interp) => a.output_signature ?? interp.unknown(FROM_DATA)),
      ),
      range: def("range", "*args, **kwargs", () => this.make(() => keras.make([], "int64"))),
      zip: def("zip", "*datasets, **kwargs", (a) => {
        const given = toItems(a.datasets) ?? [];
        const parts = given.length === 1 ? (toItems(given[0]) ?? given) : given;
        return this.make(
          (interp) =>
            new Tuple(
              parts.map((part) => elementOf(interp, part) ?? interp.unknown("a dataset that is not known")),
            ),
        );
      }),
      list_files: unread("list_files"),
      load: unread("load"),
      TFRecordDataset: unread("TFRecordDataset"),
      TextLineDataset: unread("TextLineDataset"),
      sample_from_datasets: def(
        "sample_from_datasets",
        "datasets, *args, **kwargs",
        (a) => toItems(a.datasets)?.[0],
      ),
    };
  }

  // ------------------------------------------------------------------------ loaders

  private labelled(batch: Value, sample: Shape, mode: Value, dtype = "float32"): Instance {
    const { keras } = this;
    return this.make(() => {
      const size = toDim(batch);
      const x = keras.make([size, ...sample], dtype);
      if (mode === null) return x;
      return new Tuple([x, keras.make(mode === "categorical" ? [size, openDim()] : [size], "int32")]);
    });
  }

  private loader(
    name: string,
    signature: string,
    sampleOf: (a: Bound) => Shape,
    dtype?: string,
  ): NativeFunction {
    return def(name, signature, (a) => {
      const made = this.labelled(a.batch_size, sampleOf(a), a.label_mode, dtype);
      return a.subset === "both" ? new Tuple([made, made]) : made;
    });
  }

  /** Functions and classes of `keras.utils` and `keras.preprocessing` that read data from folders. */
  loaders(): Readonly<Record<string, Value>> {
    const folder = "directory, labels='inferred', label_mode='int', class_names=None";
    const split = "shuffle=True, seed=None, validation_split=None, subset=None, **kwargs";
    return {
      image_dataset_from_directory: this.loader(
        "image_dataset_from_directory",
        `${folder}, color_mode='rgb', batch_size=32, image_size=(256, 256), ${split}`,
        (a) => pictureOf(a.image_size, a.color_mode),
      ),
      text_dataset_from_directory: this.loader(
        "text_dataset_from_directory",
        `${folder}, batch_size=32, max_length=None, ${split}`,
        () => [],
        "string",
      ),
      audio_dataset_from_directory: this.loader(
        "audio_dataset_from_directory",
        `${folder}, batch_size=32, sampling_rate=None, output_sequence_length=None, ragged=False, ${split}`,
        (a) => [sizeOf(a.output_sequence_length), 1],
      ),
      timeseries_dataset_from_array: def(
        "timeseries_dataset_from_array",
        "data, targets, sequence_length, sequence_stride=1, sampling_rate=1, batch_size=128, *args, **kwargs",
        (a) => this.make((interp) => this.series(interp, a)),
      ),
      ImageDataGenerator: def("ImageDataGenerator", "*args, **kwargs", () => this.generator()),
    };
  }

  private series(interp: Interp, a: Bound): Value {
    const { keras } = this;
    const { shape } = keras.tensor(interp, a.data);
    const batch = toDim(a.batch_size);
    const window = isUnknown(shape) ? shape : [batch, toDim(a.sequence_length), ...shape.slice(1)];
    const x = keras.make(window);
    if (a.targets === null) return x;
    const goal = keras.tensor(interp, a.targets).shape;
    return new Tuple([x, keras.make(isUnknown(goal) ? goal : [batch, ...goal.slice(1)])]);
  }

  private generator(): Instance {
    const made = this.make((interp) => interp.unknown(FROM_DATA));
    const pictures =
      "target_size=(256, 256), color_mode='rgb', classes=None, class_mode='categorical', batch_size=32, **kwargs";
    const flow = (name: string, signature: string): NativeFunction =>
      def(name, signature, (a) =>
        this.labelled(a.batch_size, pictureOf(a.target_size, a.color_mode), a.class_mode),
      );
    made.attrs.set("flow_from_directory", flow("flow_from_directory", `directory, ${pictures}`));
    made.attrs.set(
      "flow_from_dataframe",
      flow(
        "flow_from_dataframe",
        `dataframe, directory=None, x_col='filename', y_col='class', weight_col=None, ${pictures}`,
      ),
    );
    return made;
  }
}

/** Channels last, as the loaders give pictures. */
function pictureOf(size: Value, colors: Value): Shape {
  const channels = colors === "grayscale" ? 1 : colors === "rgba" ? 4 : 3;
  const [height, width] = toItems(size) ?? [];
  return [sizeOf(height ?? null), sizeOf(width ?? null), channels];
}

/** A function of the program on one element; the parts of a tuple are arguments of their own. */
function applied(interp: Interp, fn: Value, element: Value): Value {
  return interp.call(fn, element instanceof Tuple ? element.items : [element]);
}

function spreadOut(interp: Interp, element: Value, a: Bound): Value {
  const inner = applied(interp, a.map_func, element);
  return elementOf(interp, inner) ?? inner;
}

/** What a network is trained on: the input's part of an element. */
export function inputOf(interp: Interp, value: Value): Value {
  const element = elementOf(interp, value);
  if (element === undefined) return value;
  return element instanceof Tuple ? element.items[0] : element;
}

/** `tf.TensorSpec`: it stands for a tensor of its shape. */
export function tensorSpec(keras: Keras): NativeFunction {
  return def("TensorSpec", "shape, dtype='float32', name=None", (a) => {
    const items = toItems(a.shape);
    return keras.make(items ? items.map(sizeOf) : [], typeof a.dtype === "string" ? a.dtype : "float32");
  });
}
