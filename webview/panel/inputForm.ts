/** Inputs as one types them: `1x3x224x224, 1x10:int64`. */

export function inputText(shape: readonly (number | null)[] | null, dtype: string | undefined): string {
  const sizes = (shape ?? []).map((size) => size ?? "?").join("x");
  return dtype === undefined || dtype === "float32" ? sizes : `${sizes}:${dtype}`;
}

/** The inputs' text with `size` samples: `1x3x64x64, 1x10:int64` with 8 at axis 0 is `8x3x64x64, 8x10:int64`. */
export function withBatch(inputs: string, axis: number, size: number): string {
  const resized = (input: string): string => {
    const sizes = input.split("x");
    const [, type = ""] = /^[^:]*(:.*)?$/.exec(sizes[axis] ?? "") ?? [];
    return sizes.with(axis, `${size}${type}`).join("x");
  };
  return inputs
    .replaceAll("×", "x")
    .split(/, */)
    .map((input) => (axis < input.split("x").length ? resized(input) : input))
    .join(", ");
}
