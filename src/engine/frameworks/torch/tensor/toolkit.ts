/** What the op tables need of one interpreter's tensors: making them, their sizes and their dtypes as values. */
import { def, defineClass } from "../../../interpret/native.ts";
import {
  type ClassValue,
  Instance,
  Property,
  type Shape,
  Tensor,
  Tuple,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { numel } from "../../shape/dims.ts";
import { MAX_DATA } from "../../shape/reduce.ts";
import { createDtypes, type DtypeTable } from "./dtypes.ts";

export class Toolkit {
  readonly cls: ClassValue;
  /** `torch.Size`. */
  readonly sizeClass: ClassValue;
  readonly deviceClass: ClassValue;
  /** The one device all tensors are on. */
  readonly device: Instance;
  readonly dtypes: DtypeTable;
  readonly #versions = new WeakMap<object, number>();
  readonly #seen = new WeakMap<Tensor, number>();
  readonly #tupleClasses = new Map<string, ClassValue>();

  constructor() {
    this.cls = defineClass("Tensor", { qualname: "torch.Tensor" });
    this.sizeClass = defineClass("Size", {
      qualname: "torch.Size",
      methods: { numel: ["self", (a) => (a.self instanceof Tuple ? numel(a.self.items as Shape) : 0)] },
      native: {
        layer: false,
        create: (interp, _cls, args) => this.#sizeOf(interp.items(args[0] ?? this.size([]))),
      },
    });
    this.deviceClass = defineClass("device", {
      qualname: "torch.device",
      native: { layer: false, create: (_interp, _cls, args) => this.makeDevice(args[0] ?? "cpu") },
      methods: {
        __repr__: ["self", (a) => `device(type='${deviceType(a.self)}')`],
        __str__: ["self", (a) => deviceType(a.self)],
        __eq__: ["self, other", (a) => deviceType(a.self) === deviceType(a.other)],
        __enter__: ["self", (a) => a.self],
        __exit__: ["self, *args", () => null],
      },
    });
    this.device = this.makeDevice("cpu");
    this.dtypes = createDtypes();
  }

  make(shape: Shape | Unknown, dtype = "float32", data?: readonly number[]): Tensor {
    const tensor = new Tensor(shape, dtype, data && data.length <= MAX_DATA ? data : undefined);
    tensor.cls = this.cls;
    return tensor;
  }

  /** A `torch.Size`. */
  size(shape: Shape): Tuple {
    const tuple = new Tuple(shape);
    tuple.cls = this.sizeClass;
    return tuple;
  }

  #sizeOf(items: readonly Value[] | Unknown): Value {
    if (!Array.isArray(items)) return items as Unknown;
    const tuple = new Tuple(items);
    tuple.cls = this.sizeClass;
    return tuple;
  }

  makeDevice(of: Value): Instance {
    const [type = "cpu", index] = deviceType(of).split(":");
    const device = new Instance(this.deviceClass);
    device.attrs.set("type", type);
    device.attrs.set("index", index === undefined ? null : Number(index));
    return device;
  }

  dtype(name: string): Value {
    return this.dtypes.values.get(name) ?? name;
  }

  /** The named tuples that `max(dim)`, `topk`, `qr`… answer. */
  namedTuple(name: string, fields: readonly string[], items: readonly Value[]): Tuple {
    let cls = this.#tupleClasses.get(name);
    if (!cls) {
      cls = defineClass(name, { qualname: `torch.return_types.${name}` });
      fields.forEach((field, i) => {
        const getter = def(field, "self", (a) => (a.self instanceof Tuple ? a.self.items[i] : null));
        cls!.attrs.set(field, new Property(getter));
      });
      this.#tupleClasses.set(name, cls);
    }
    const tuple = new Tuple(items);
    tuple.cls = cls;
    return tuple;
  }

  /** Elements of a tensor, unless a view of the same storage was written to since they were noted. */
  dataOf(tensor: Tensor): readonly number[] | undefined {
    if (!tensor.data) return undefined;
    const version = this.#versions.get(tensor.storage) ?? 0;
    return version === (this.#seen.get(tensor) ?? 0) ? tensor.data : undefined;
  }

  /** Makes `view` share the storage of `base`. */
  share(view: Tensor, base: Tensor): void {
    view.storage = base.storage;
    this.#seen.set(view, this.#versions.get(base.storage) ?? 0);
  }

  /** Notes that a tensor was written to: the elements that other views of its storage keep are stale. */
  write(tensor: Tensor, data: readonly number[] | undefined): void {
    const version = (this.#versions.get(tensor.storage) ?? 0) + 1;
    this.#versions.set(tensor.storage, version);
    this.#seen.set(tensor, version);
    if (data && data.length <= MAX_DATA) tensor.data = data;
    else delete tensor.data;
  }
}

function deviceType(value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return `cuda:${value}`;
  const type = value instanceof Instance ? value.attrs.get("type") : undefined;
  return typeof type === "string" ? type : "cpu";
}
