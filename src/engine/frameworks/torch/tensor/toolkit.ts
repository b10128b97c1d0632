/** What the op tables need of one interpreter's tensors: making them, their sizes and their dtypes as values. */
import type { Interp } from "../../../interpret/interp.ts";
import { def, defineClass } from "../../../interpret/native.ts";
import {
  ClassValue,
  Instance,
  Property,
  type Shape,
  Tensor,
  Tuple,
  toItems,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { MAX_DATA, numel } from "../../shape/dims.ts";
import { createDtypes, type DtypeTable, dtypeName } from "./dtypes.ts";

/** Where the elements of a view lie in the tensor it was taken from. */
interface Origin {
  readonly base: Tensor;
  readonly positions: readonly number[];
}

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
  readonly #origins = new WeakMap<Tensor, Origin>();
  readonly #tupleClasses = new Map<string, ClassValue>();

  constructor(className = "Tensor", qualname = "torch.Tensor") {
    this.cls = defineClass(className, { qualname });
    this.sizeClass = defineClass("Size", {
      qualname: "torch.Size",
      methods: {
        __getitem__: ["self, index", (a, interp) => this.#part(a.self, a.index, interp)],
        numel: ["self", (a) => (a.self instanceof Tuple ? numel(a.self.items as Shape) : 0)],
      },
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
        __eq__: [
          "self, other",
          (a, interp) => {
            this.assumeDevice(interp, a.self, a.other);
            return deviceType(a.self) === deviceType(a.other);
          },
        ],
        __enter__: ["self", (a) => a.self],
        __exit__: ["self, *args", () => null],
      },
      properties: {
        type: (a, interp) => {
          this.assumeDevice(interp, a.self);
          return a.self instanceof Instance ? a.self.attrs.get("type") : undefined;
        },
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

  /** A slice of a size is a size. */
  #part(self: Value, index: Value, interp: Interp): Value {
    const part = interp.getItem(new Tuple(toItems(self) ?? []), index);
    return part instanceof Tuple ? this.size(part.items as Shape) : part;
  }

  /** Makes `torch.Size` and the named tuples tuples of the running language. */
  derive(interp: Interp): void {
    const tuple = interp.builtin("tuple");
    if (this.sizeClass.mro.length > 1 || !(tuple instanceof ClassValue)) return;
    this.sizeClass.mro = [this.sizeClass, ...tuple.mro];
  }

  #sizeOf(items: readonly Value[] | Unknown): Value {
    if (!Array.isArray(items)) return items as Unknown;
    const tuple = new Tuple(items);
    tuple.cls = this.sizeClass;
    return tuple;
  }

  /** A device that the program itself names is no assumption. */
  private assumeDevice(interp: Interp, ...devices: readonly Value[]): void {
    if (devices.includes(this.device)) interp.assume("branch", "tensors are on the CPU");
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

  /** Name of a dtype value, undefined for anything else. Frameworks spell dtypes their own way. */
  dtypeName(value: Value): string | undefined {
    return dtypeName(value);
  }

  /** The named tuples that `max(dim)`, `topk`, `qr`… answer. */
  namedTuple(name: string, fields: readonly string[], items: readonly Value[]): Tuple {
    let cls = this.#tupleClasses.get(name);
    if (!cls) {
      cls = defineClass(name, { qualname: `torch.return_types.${name}` });
      cls.mro = [cls, ...this.sizeClass.mro.slice(1)];
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

  /** Makes `view` share the storage of `base`; with the places of its elements, writes to it reach the base. */
  share(view: Tensor, base: Tensor, positions?: readonly number[]): void {
    view.storage = base.storage;
    if (positions) this.#origins.set(view, { base, positions });
    const version = this.#versions.get(base.storage);
    if (version !== undefined) this.#seen.set(view, version);
  }

  /** Writes elements: those that other views of the storage keep are stale, save the tensor it is a view of. */
  write(interp: Interp, tensor: Tensor, data: readonly number[] | undefined): void {
    const origin = this.#origins.get(tensor);
    const whole = origin && data && this.dataOf(tensor) ? this.dataOf(origin.base) : undefined;
    const version = (this.#versions.get(tensor.storage) ?? 0) + 1;
    this.#versions.set(tensor.storage, version);
    this.#seen.set(tensor, version);
    interp.touch(tensor);
    if (data && data.length <= MAX_DATA) tensor.data = data;
    else delete tensor.data;
    if (!origin || !whole || !data) return;
    const next = [...whole];
    for (const [i, at] of origin.positions.entries()) next[at] = data[i]!;
    this.write(interp, origin.base, next);
    this.#seen.set(tensor, this.#versions.get(tensor.storage)!);
  }
}

function deviceType(value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return `cuda:${value}`;
  const type = value instanceof Instance ? value.attrs.get("type") : undefined;
  return typeof type === "string" ? type : "cpu";
}
