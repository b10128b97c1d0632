/** Types as values: `Optional[int]`, `int | None`, `Literal["a"]`. They are carried along and rarely looked into. */
import { ClassValue, Instance, Tuple, type Value } from "../../interpret/values.ts";
import { defineCore } from "./core.ts";

/** What an instance of TYPE_FORM keeps: `Union` with its arguments, `Literal`, `TypeVar`… */
export interface TypeForm {
  readonly name: string;
  readonly args: readonly Value[];
}

export const TYPE_FORM = defineCore("_SpecialForm", {});

export function makeForm(name: string, args: readonly Value[] = []): Instance {
  const instance = new Instance(TYPE_FORM);
  const form: TypeForm = { name, args };
  instance.native = form;
  instance.attrs.set("__name__", name);
  instance.attrs.set("__args__", new Tuple(args));
  return instance;
}

export function formOf(value: Value): TypeForm | undefined {
  return value instanceof Instance && value.cls === TYPE_FORM ? (value.native as TypeForm) : undefined;
}

/** The alternatives of `Union[…]`, `Optional[…]` and `a | b`; undefined for the rest. */
export function alternatives(value: Value): readonly Value[] | undefined {
  const form = formOf(value);
  return form && (form.name === "Union" || form.name === "Optional") ? form.args : undefined;
}

/** `int | None`: both sides are types. */
export function unionOf(a: Value, b: Value): Value | undefined {
  const isType = (value: Value) =>
    value === null || value instanceof ClassValue || formOf(value) !== undefined;
  if (!isType(a) || !isType(b) || (a === null && b === null)) return undefined;
  return makeForm("Union", [...(alternatives(a) ?? [a]), ...(alternatives(b) ?? [b])]);
}

/** `Optional[int]`, `Callable[[int], str]`: a form with arguments is a form. */
export function subscriptForm(form: TypeForm, args: readonly Value[]): Value {
  return makeForm(form.name, form.name === "Optional" ? [...args, null] : args);
}
