/** What Keras refuses, in its own words. */
import { type ArgumentCheck, counts, type Fault, kindName, type Taken, textsOf } from "../rules/possible.ts";

/** How Keras refuses an argument. */
export function refusal(size: string, fault: Fault): string {
  const { what, taken, shown } = fault;
  if (size === "units")
    return `Received an invalid value for \`units\`, expected a positive integer. Received: units=${shown}`;
  if (size === "rate")
    return `Invalid value received for argument \`rate\`. Expected a float value between 0 and 1. Received: rate=${shown}`;
  if (taken.of === "function") return `Could not interpret activation function identifier: ${shown}`;
  if (size === "input_dim" && what === "least")
    return `\`input_dim\` must be a positive integer. Received: input_dim=${shown}`;
  if (taken.of === "text")
    return `Invalid value for argument \`${size}\`. Expected ${textsOf(taken)}. Received: ${size}=${shown}`;
  const least = taken.least === 0 ? "a non-negative value" : "a strictly positive value";
  const wanted = {
    least,
    most: least,
    kind: kindName(taken),
    fraction: kindName(taken),
    length: "one size for each axis",
  };
  return `Invalid value for argument \`${size}\`. Expected ${wanted[what]}. Received ${size}=${shown}`;
}

const INPUT_SHAPE: Taken = { ...counts(), empty: true, none: true };
export const INPUT_CHECK: ArgumentCheck = {
  layer: "Input",
  taken: Object.fromEntries(
    ["shape", "batch_shape", "batch_input_shape", "input_shape", "batch_size"].map((name) => [
      name,
      INPUT_SHAPE,
    ]),
  ),
  words: refusal,
  error: "ValueError",
  intsOnly: true,
};
